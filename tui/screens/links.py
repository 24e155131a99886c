"""The words and links of a text, to be opened by keyboard."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.prose import Link

ROOM = 60  # columns of a line


class LinksScreen(ModalScreen[str]):
    """Closes with where the chosen one leads."""

    DEFAULT_CSS = """
    LinksScreen {
        align: center middle;
        & > Vertical {
            width: 68;
            max-width: 94%;
            height: auto;
            max-height: 80%;
            padding: 1 2;
            background: $surface;
            border: round $accent;
            border-title-color: $text-accent;
        }
        & OptionList { height: auto; max-height: 16; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,g,q", "dismiss", "Close")]

    def __init__(self, links: Sequence[Link]) -> None:
        super().__init__()
        self.links = links

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Words and links"
            yield OptionList(*(Option(_row(link)) for link in self.links))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self.links[event.option_index].target)


def _row(link: Link) -> Content:
    if "glossary.md#" in link.target:
        return Content.assemble(link.text, ("  what it means", "$foreground 60%"))
    text = Content(link.text).truncate(ROOM // 2, ellipsis=True)
    return Content.assemble(text, "  ", Content.styled(link.target, "$text-primary").truncate(ROOM // 2, ellipsis=True))
