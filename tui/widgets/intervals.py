"""Accuracies with their 95 % intervals, a line each, on one scale."""

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget

from tfl.comparison import Row

NAME = 36  # columns of the names, at most
HEAD = "test accuracy, 95 %"


class Intervals(Widget):
    """`full, adapted   ├──●──┤ .884`"""

    DEFAULT_CSS = "Intervals { height: auto; }"

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self.marked = -1

    def show(self, rows: Sequence[Row]) -> None:
        """Draw these."""
        self.rows = [row for row in rows if row.test and row.interval]
        self.refresh(layout=True)

    def mark(self, place: int) -> None:
        """Point at a row."""
        self.marked = place
        self.refresh()

    def render(self) -> Content:
        if not self.rows:
            return Content()
        several = len({row.labelled for row in self.rows}) > 1
        names = [Content(row.name + (f" {row.labelled:,}" if several else "")) for row in self.rows]
        column = min(NAME, max(len(HEAD), *(name.cell_length for name in names)) + 2)
        width = max(20, self.content_size.width - column - 10)
        low = min(row.interval[0] for row in self.rows if row.interval)
        high = max(row.interval[1] for row in self.rows if row.interval)
        low, high = low - 0.01, min(1.0, high + 0.01)

        def at(value: float) -> int:
            return max(0, min(width - 1, round((value - low) / (high - low) * (width - 1))))

        scale = f"{low:.2f}"
        head = f"{HEAD:<{column}}{scale}{f'{high:.2f}':>{width - len(scale)}}"
        lines = [Content.styled(head, "$foreground 60%")]
        for place, row in enumerate(self.rows):
            assert row.interval and row.test
            left, middle, right = at(row.interval[0]), at(row.test.mean), at(row.interval[1])
            drawn = [" "] * width
            drawn[left : right + 1] = "─" * (right - left + 1)
            drawn[left], drawn[right] = "├", "┤"
            bar = "".join(drawn)
            look = "bold" if place == self.marked else ""
            name = names[place].truncate(column - 1, ellipsis=True)
            lines.append(
                Content.assemble(
                    name.stylize(look),
                    " " * (column - name.cell_length),
                    (bar[:middle], "$primary"),
                    ("●", "bold $accent"),
                    (bar[middle + 1 :], "$primary"),
                    (f" {row.test.mean:.3f}", look),
                )
            )
        return Content("\n").join(lines)
