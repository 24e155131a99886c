"""A learner's file, to be read beside what the checks found in it."""

from pathlib import Path

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.highlight import highlight
from textual.widgets import Static

ABOVE = 6  # lines that are shown above the marked one


class Source(VerticalScroll, can_focus=False):
    """Line numbers, colours, and a sign at the line where something is to be done."""

    DEFAULT_CSS = """
    Source { scrollbar-size: 1 1; overflow-x: auto; }
    Source > Static { width: auto; min-width: 100%; }
    """

    def compose(self) -> ComposeResult:
        yield Static()

    def show(self, path: Path, text: str, marked: int | None) -> None:
        """Show a text; `marked`: a line of it, counted from 1, which is brought into view."""
        lines = highlight(text.expandtabs(), path=str(path)).split("\n", allow_blank=True)
        width = len(str(len(lines)))
        drawn = []
        for number, line in enumerate(lines, start=1):
            here = number == marked
            place = (f"{'▸' if here else ' '} {number:>{width}}  ", "bold $text-accent" if here else "$foreground 40%")
            drawn.append(Content.assemble(place, line))
        self.query_one(Static).update(Content("\n").join(drawn))
        if marked:
            self.call_after_refresh(self.scroll_to, y=max(0, marked - 1 - ABOVE), animate=False)
