"""What the benches have in common: they ask, somebody else computes, they draw."""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import get_current_worker

from tfl.errors import TflError
from tui.widgets.paced import Paced
from tui.words import wrong

if TYPE_CHECKING:
    from tui.app import TflApp


class Bench(VerticalScroll, can_focus=False):
    """Something to play with.  Questions go to the app's service; of several waiting ones of a kind the last counts."""

    TITLE = ""
    WAITING = "Starting the process that computes this …"
    DEFAULT_CSS = """
    Bench {
        padding: 1 2 0 2;
        scrollbar-size-vertical: 1;
        & > .head { height: 1; text-style: bold; color: $text-accent; margin-bottom: 1; }
        & > .second { margin-top: 1; }
        & > .note { height: auto; color: $foreground 70%; }
        & .row { height: 1; width: 100%; margin-bottom: 1; }
        & .row > Dial { margin-right: 1; }
        & Input { margin-bottom: 1; }
        & > #trouble { height: auto; display: none; margin-top: 1; }
    }
    """

    @dataclass
    class Answer(Message):
        """What the service has answered."""

        question: str
        value: dict[str, Any]

    @dataclass
    class Trouble(Message):
        """It has not."""

        error: TflError

    def __init__(self) -> None:
        super().__init__()
        self._waiting: dict[str, dict[str, Any]] = {}
        self._busy = False
        self._lock = threading.Lock()

    @property
    def home(self) -> "TflApp":
        """The app."""
        return cast("TflApp", self.app)

    def compose(self) -> ComposeResult:
        yield Static(self.TITLE, classes="head")
        yield from self.parts()
        yield Paced(self.WAITING, id="trouble")

    def parts(self) -> ComposeResult:
        """The bench's own widgets."""
        yield from ()

    def on_mount(self) -> None:
        self.query_one("#trouble").display = True
        self.begin()

    def begin(self) -> None:
        """Ask the first questions."""

    def take_focus(self) -> None:
        """Give the focus to the first part that takes keys."""
        for widget in self.walk_children(with_self=True):
            if isinstance(widget, Widget) and widget.focusable:
                widget.focus()
                return

    def draw(self, question: str, value: dict[str, Any]) -> None:
        """Show an answer."""

    def ask(self, question: str, **details: Any) -> None:
        """Ask the service; the answer comes to `draw`."""
        with self._lock:
            self._waiting[question] = details
            idle, self._busy = not self._busy, True
        if idle:
            self._converse()

    @work(thread=True, group="bench")
    def _converse(self) -> None:
        worker = get_current_worker()
        while not worker.is_cancelled:
            with self._lock:
                if not self._waiting:
                    self._busy = False
                    return
                question = next(iter(self._waiting))
                details = self._waiting.pop(question)
            try:
                self.post_message(self.Answer(question, self.home.service.ask(question, **details)))
            except TflError as error:
                self.post_message(self.Trouble(error))

    def on_bench_answer(self, message: Answer) -> None:
        self.query_one("#trouble").display = False
        self.draw(message.question, message.value)

    def on_bench_trouble(self, message: Trouble) -> None:
        trouble = self.query_one("#trouble", Paced)
        trouble.say(wrong(str(message.error)))
        trouble.display = True


def share(value: float, width: int) -> str:
    """A share between 0 and 1 as a bar of eighths: `███▌`."""
    eighths = round(max(0.0, min(1.0, value)) * width * 8)
    full, rest = divmod(eighths, 8)
    return "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")
