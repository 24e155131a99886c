"""A text that may change often."""

from textual.content import Content
from textual.widgets import Static

REDRAW = 0.2  # seconds between two drawings, however often somebody speaks


class Paced(Static):
    """Draws what is said at once, then no more than five times a second, and in the end what was said last."""

    _last = _drawn = Content()
    _resting = False

    def say(self, what: Content) -> None:
        """Show this soon."""
        self._last = what
        if not self._resting and what is not self._drawn:
            self._resting, self._drawn = True, what
            self.update(what)
            self.set_timer(REDRAW, self._rested)

    def _rested(self) -> None:
        self._resting = False
        self.say(self._last)
