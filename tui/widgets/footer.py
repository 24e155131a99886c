"""The line of keys at the bottom."""

from typing import Any

from textual.screen import Screen
from textual.widgets import Footer as TextualFooter


class Footer(TextualFooter):
    """Draws itself anew when its keys have changed.

    Textual's own does so whenever the bindings are looked at again, which is after most key presses: half of what
    a key costs on the course map was a row of keys that had not changed.
    """

    _drawn: tuple[object, ...] = ()

    def bindings_changed(self, screen: Screen[Any]) -> None:
        if not self.app.app_focus:
            return
        keys = tuple(
            (key, active.binding.description, active.enabled) for key, active in screen.active_bindings.items()
        )
        if keys != self._drawn:
            self._drawn = keys
            super().bindings_changed(screen)
