"""A text of Markdown in one widget."""

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tui.prose import Prose, parse


class ProseView(Widget):
    """Lays a text out for the width that it is given."""

    DEFAULT_CSS = "ProseView { height: auto; }"

    def __init__(self, markdown: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self.prose: Prose = parse(markdown)

    def show(self, markdown: str) -> None:
        """Show another text."""
        self.prose = parse(markdown)
        self.refresh(layout=True)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self.prose.lay_out(width).plain.count("\n") + 1 if self.prose.blocks else 0

    def render(self) -> Content:
        return self.prose.lay_out(max(1, self.content_size.width))
