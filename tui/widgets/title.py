"""The first line of every screen: where one is, and on the right what is going on."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from tui.widgets.paced import Paced


class Title(Horizontal):
    """`tfl  Course map                                  34 of 96 points`"""

    DEFAULT_CSS = """
    Title {
        height: 1;
        background: $panel;
        color: $foreground;
        & > Static, & > Paced { width: auto; padding: 0 1; height: 1; text-wrap: nowrap; }
        & > #where { width: 1fr; text-overflow: ellipsis; }
        & > #state { color: $foreground 80%; }
    }
    """

    def __init__(self, where: str, detail: str = "") -> None:
        super().__init__()
        self._where, self._detail = where, detail
        self._busy = Paced(id="busy")

    def compose(self) -> ComposeResult:
        yield Static(self._content(), id="where")
        yield self._busy
        yield Static(id="state")

    def on_mount(self) -> None:
        self.watch(self.app, "busy", self._tell_busy)

    def _tell_busy(self, busy: str) -> None:
        """The training that goes on, whatever screen is shown."""
        self._busy.display = bool(busy)
        self._busy.say(Content.styled(busy, "$text-primary"))

    def say(self, where: str, detail: str = "") -> None:
        """Another place."""
        self._where, self._detail = where, detail
        self.query_one("#where", Static).update(self._content())

    def state(self, content: Content | str) -> None:
        """What is told on the right."""
        self.query_one("#state", Static).update(Content(content) if isinstance(content, str) else content)

    def _content(self) -> Content:
        detail = ("  " + self._detail, "$foreground 60%") if self._detail else ""
        return Content.assemble(("tfl", "bold $text-accent"), ("  " + self._where, "bold"), detail)
