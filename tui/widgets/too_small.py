"""What a terminal shows that is too small for the app."""

from textual.widget import Widget


class TooSmall(Widget):
    """Covers the screen below 80×24 (see the breakpoints of the app) and says so."""

    def render(self) -> str:
        width, height = self.app.size
        return f"This terminal is {width}×{height}.\ntfl-tui needs 80×24 or more.\n\nEnlarge it, or press q."
