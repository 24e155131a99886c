"""Which editor opens an exercise."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

if TYPE_CHECKING:
    from tui.app import TflApp

ABOUT = """\
The command that e opens an exercise with, for example vim, nano or code --wait.
Leave it empty to use VISUAL or EDITOR, or else an editor that is found here."""


class EditorScreen(ModalScreen[None]):
    """A setting that is kept."""

    DEFAULT_CSS = """
    EditorScreen {
        align: center middle;
        & > Vertical {
            width: 70;
            max-width: 94%;
            height: auto;
            padding: 1 2;
            background: $surface;
            border: round $accent;
            border-title-color: $text-accent;
            border-subtitle-color: $foreground 60%;
        }
        & Input { margin-top: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Editor"
            box.border_subtitle = "⏎ keeps it · esc leaves it as it was"
            yield Static(ABOUT)
            yield Input(cast("TflApp", self.app).settings.editor, placeholder="found by itself", compact=True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        cast("TflApp", self.app).keep(editor=event.value.strip())
        self.dismiss()
