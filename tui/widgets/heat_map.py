"""A table of numbers between −1 and 1 as coloured cells, two rows to a line."""

from collections.abc import Sequence
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

LEVELS = 12  # shades on each side of 0
SIGNS = "█▓▒░· ░▒▓█"  # where there are no colours, one row to a line: dense on both ends


class HeatMap(Widget):
    """`values`: rows of cells; `marked`: the row that is pointed at, −1: none."""

    DEFAULT_CSS = "HeatMap { height: auto; width: auto; }"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.values: Sequence[Sequence[float]] = []
        self.marked = -1

    def show(self, values: Sequence[Sequence[float]], marked: int = -1, wide: int = 1, tall: int = 1) -> None:
        """Draw these, each cell `wide` columns wide and `tall` rows tall."""
        rows = [[value for value in row for _ in range(wide)] for row in values]
        self.values = [row for row in rows for _ in range(tall)]
        self.marked = marked * tall + tall // 2 if marked >= 0 else -1
        self.refresh(layout=True)

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _: self.refresh())

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return len(self.values[0]) + 1 if self.values else 0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.values) if self.app.no_color else (len(self.values) + 1) // 2

    def render_line(self, y: int) -> Strip:
        if self.app.no_color:
            return self._in_signs(y)
        pair = self.values[2 * y : 2 * y + 2]
        if not pair:
            return Strip.blank(self.size.width)
        variables = self.app.theme_variables
        ends = variables["secondary"], variables["background"], variables["accent"]
        ground = self.background_colors[1].hex
        segments = []
        for column, value in enumerate(pair[0]):
            below = _colour(pair[1][column], *ends) if len(pair) == 2 else ground
            segments.append(Segment("▀", _style(_colour(value, *ends), below)))
        pointer = "◂" if self.marked in (2 * y, 2 * y + 1) else " "
        segments.append(Segment(pointer, _style(variables["foreground"], ground)))
        return Strip(segments, len(pair[0]) + 1)

    def _in_signs(self, y: int) -> Strip:
        if y >= len(self.values):
            return Strip.blank(self.size.width)
        row = self.values[y]
        text = "".join(SIGNS[min(len(SIGNS) - 1, int((value + 1) / 2 * len(SIGNS)))] for value in row)
        return Strip([Segment(text + ("◂" if y == self.marked else " "))], len(row) + 1)


def _colour(value: float, low: str, middle: str, high: str) -> str:
    level = round(max(-1.0, min(1.0, value)) * LEVELS)
    return _shade(level, low, middle, high)


@lru_cache(maxsize=256)
def _shade(level: int, low: str, middle: str, high: str) -> str:
    end = Color.parse(high if level > 0 else low)
    return Color.parse(middle).blend(end, abs(level) / LEVELS).hex


@lru_cache(maxsize=2048)
def _style(foreground: str, background: str) -> Style:
    return Style(color=foreground[:7], bgcolor=background[:7])
