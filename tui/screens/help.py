"""What the keys do."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

KEYS = (
    ("↑ ↓", "choose a run, a strategy"),
    ("t", "train a new run"),
    ("tab", "next field of the form"),
    ("enter", "start the training; when it is over, go to its run"),
    ("escape c", "stop a training: it saves its work and can go on later"),
    ("escape", "back"),
    ("m", "loss or accuracy, where there is room for one of them"),
    ("d", "dark or light"),
    ("q", "quit; a training saves its work first"),
)
SIGNS = "✓ finished   … running   ‖ interrupted   ✗ failed or damaged"


class HelpScreen(ModalScreen[None]):
    """The keys of all screens on one page."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > Vertical {
        width: 72;
        height: auto;
        padding: 1 2;
        background: $surface;
        border: round $primary;
        border-title-color: $foreground;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [("escape,enter,question_mark", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Keys"
            rows = [Content.assemble((f"{key:<10}", "bold $text-accent"), what, "\n") for key, what in KEYS]
            yield Static(Content.assemble(*rows, "\n", SIGNS, "\n\nWithout this app: tfl --help.  Close with escape."))
