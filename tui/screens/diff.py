"""The learner's file beside the reference answer."""

import difflib
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.highlight import highlight
from textual.widgets import Static

from tfl.course import Exercise
from tui.screens.base import TflScreen
from tui.widgets.footer import Footer
from tui.widgets.title import Title
from tui.widgets.too_small import TooSmall
from tui.words import wrong

CONTEXT = 4  # lines around a difference


class DiffScreen(TflScreen[None]):
    """Opened once an exercise has passed."""

    HELP = "Your file against the solution: − is yours, + is the solution's.  v shows the whole solution."
    DEFAULT_CSS = """
    DiffScreen > VerticalScroll { padding: 1 2; scrollbar-size-vertical: 1; }
    DiffScreen > VerticalScroll > Static { width: auto; min-width: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("v", "whole", "Whole solution/difference")]

    def __init__(self, exercise: Exercise) -> None:
        super().__init__()
        self.exercise = exercise
        self.whole = False

    def compose(self) -> ComposeResult:
        yield Title(f"Exercise {self.exercise.id.removeprefix('exercise')}", "yours − and the solution +")
        with VerticalScroll():
            yield Static()
        yield Footer()
        yield TooSmall()

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self._draw()

    def action_whole(self) -> None:
        self.whole = not self.whole
        self._draw()

    def _draw(self) -> None:
        learner = self.home.learner
        assert learner.workspace
        try:
            solution = learner.course.solution(self.exercise).read_text(encoding="utf-8")
            mine = learner.workspace.path(self.exercise).read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            content = wrong(f"{error.filename} cannot be read: {error.strerror}.")
        else:
            content = highlight(solution, language="python") if self.whole else difference(mine, solution)
        page = self.query_one(VerticalScroll)
        page.query_one(Static).update(content)
        page.scroll_home(animate=False)


def difference(mine: str, solution: str) -> Content:
    """A unified diff with signs and colours."""
    lines = [*difflib.unified_diff(mine.splitlines(), solution.splitlines(), lineterm="", n=CONTEXT)][2:]
    if not lines:
        return Content.styled("✓ Your file is the solution, word for word.", "$text-success")
    drawn = []
    for line in lines:
        if line.startswith("@@"):
            drawn.append(Content.styled("⋯", "$foreground 50%"))
        else:
            sign, text = line[:1], line[1:].expandtabs()
            look = {"+": "$text-success", "-": "$text-error"}.get(sign, "$foreground 70%")
            drawn.append(Content.styled(f"{sign.replace('-', '−') or ' '} {text}", look))
    return Content("\n").join(drawn)
