"""What a word of the lessons means."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from tfl.lessons import slug
from tui.widgets.prose_view import ProseView

if TYPE_CHECKING:
    from tui.app import TflApp


class TermScreen(ModalScreen[None]):
    """A card with one definition."""

    DEFAULT_CSS = """
    TermScreen {
        align: center middle;
        & > VerticalScroll {
            width: 64;
            max-width: 90%;
            height: auto;
            max-height: 80%;
            padding: 1 2;
            background: $surface;
            border: round $accent;
            border-title-color: $text-accent;
            border-title-style: bold;
            border-subtitle-color: $foreground 60%;
            scrollbar-size-vertical: 1;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,g,q", "dismiss", "Close")]

    def __init__(self, wanted: str) -> None:
        """`wanted`: the term as links name it."""
        super().__init__()
        self.wanted = wanted

    def compose(self) -> ComposeResult:
        glossary = cast("TflApp", self.app).learner.glossary
        term = next((term for term in glossary if slug(term) == self.wanted), "")
        with VerticalScroll() as box:
            box.border_title = term or self.wanted
            box.border_subtitle = "esc closes"
            yield ProseView(glossary[term] if term else "The glossary does not say.")

    def action_link(self, target: str) -> None:
        """A definition may lead to another."""
        self.dismiss()
        cast("TflApp", self.app).follow_link(target)
