"""Charts as lines of text, for a plain terminal, a pipe, a screen reader's line by line: at most 80 columns, ASCII.

`intervals` draws a share with its 95 % interval for each row, `amounts` a bar, `curves` how something went over the
epochs; the functions with `of_` draw these from the rows of a report.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from grader.training.report import Row, Share

WIDTH = 80
NAMES = 30  # columns for names
MARKS = "ox+*#@%&"  # one for each curve


class Bar(NamedTuple):
    """One line of `intervals`."""

    name: str
    share: Share | None
    yours: bool = False


def intervals(title: str, bars: Sequence[Bar]) -> list[str]:
    """A line for each share: its interval as |---o---|, and its number.  Yours is drawn with an *."""
    known = [bar.share for bar in bars if bar.share]
    if not known:
        return []
    low = math.floor(20 * min(share.low for share in known)) / 20
    high = min(1.0, math.ceil(20 * max(share.high for share in known)) / 20)
    high = max(high, low + 0.05)
    names = min(NAMES, max(len(bar.name) for bar in bars))
    width = WIDTH - names - 2 - 7

    def column(value: float) -> int:
        return round((value - low) / (high - low) * (width - 1))

    scale = _ticks(low, high, width)
    lines = [title, " " * (names + 2) + scale]
    for bar in bars:
        cells = [" "] * width
        if bar.share:
            for at in range(column(bar.share.low), column(bar.share.high) + 1):
                cells[at] = "-"
            cells[column(bar.share.low)] = cells[column(bar.share.high)] = "|"
            cells[column(bar.share.value)] = "*" if bar.yours else "o"
        number = f"{bar.share.value:.3f}" if bar.share else "-"
        lines.append(f"{shortened(bar.name, names):<{names}}  {''.join(cells)}  {number}".rstrip())
    return lines


def amounts(title: str, bars: Sequence[tuple[str, float, bool]], form: str) -> list[str]:
    """A bar for each (name, amount, whether it is yours), with its number written as `form`; none below zero."""
    names = min(NAMES, max(len(name) for name, _, _ in bars))
    most = max(0.0, *(amount for _, amount, _ in bars)) or 1.0
    width = WIDTH - names - 2 - 10
    return [
        title,
        *(
            f"{shortened(name, names):<{names}}  {('*' if yours else 'o') * round(amount / most * width)} "
            f"{form.format(amount)}"
            for name, amount, yours in bars
        ),
    ]


def of_tests(rows: Sequence[Row], title: str = "test accuracy, with its 95 % interval") -> list[str]:
    """The rows' accuracies on test, as intervals."""
    return intervals(title, [Bar(row.label, row.test, row.whose == "yours") for row in rows])


def of_figures(rows: Sequence[Row], heading: str, form: str, title: str = "") -> list[str]:
    """One of the rows' own figures, as amounts; the title is its heading unless told."""
    bars = [(row.label, float(row.figures.get(heading) or 0), row.whose == "yours") for row in rows]
    return amounts(title or heading, bars, form)


def of_validation(rows: Sequence[Row], histories: Mapping[str, Sequence[Mapping[str, Any]]], corpus: str) -> list[str]:
    """The rows' accuracies on validation over the epochs, as curves.  histories: epochs, by the rows' labels."""
    series = {
        row.label: [(epoch["epoch"], epoch["validation_accuracy"] or 0.0) for epoch in histories.get(row.label, [])]
        for row in rows
    }
    return curves(f"validation accuracy on {corpus}", series, "epoch")


def _ticks(low: float, high: float, width: int) -> str:
    """The numbers above the lines, at their places."""
    cells = [" "] * width
    step = 0.1 if high - low > 0.35 else 0.05
    value = math.ceil(low / step - 1e-9) * step
    while value <= high + 1e-9:
        text = f"{value:.2f}"
        at = round((value - low) / (high - low) * (width - 1))
        at = max(0, min(width - len(text), at - len(text) // 2))
        if all(cell == " " for cell in cells[max(0, at - 1) : at + len(text) + 1]):
            cells[at : at + len(text)] = text
        value += step
    return "".join(cells).rstrip()


def curves(title: str, series: Mapping[str, Sequence[tuple[float, float]]], across: str, height: int = 10) -> list[str]:
    """Curves of (x, y) with a mark of their own each; their names stand at the right, where they end.

    Where two curves meet the later one covers the earlier.
    """
    series = {name: [(x, y) for x, y in points if math.isfinite(y)] for name, points in series.items()}
    series = {name: points for name, points in series.items() if points}
    if not series:
        return []
    xs = [x for points in series.values() for x, _ in points]
    ys = [y for points in series.values() for _, y in points]
    left, right, bottom, top = min(xs), max(xs), min(ys), max(ys)
    right, top = max(right, left + 1e-9), max(top, bottom + 1e-3)
    height = max(height, len(series) + 1)
    names = min(NAMES - 4, max(map(len, series)))
    width = WIDTH - 7 - 2 - names - 3

    def cell(x: float, y: float) -> tuple[int, int]:
        return round((top - y) / (top - bottom) * (height - 1)), round((x - left) / (right - left) * (width - 1))

    grid = [[" "] * width for _ in range(height)]
    ends: list[tuple[int, str]] = []
    for mark, (name, points) in zip(MARKS * len(series), series.items(), strict=False):
        for x, y in points:
            row, column = cell(x, y)
            grid[row][column] = mark
        ends.append((cell(*points[-1])[0], f"{mark} {shortened(name, names)}"))
    labels = _apart(ends, height)
    lines = [title]
    for row in range(height):
        value = top - (top - bottom) * row / (height - 1)
        axis = f"{value:6.3f}" if row % 3 == 0 or row == height - 1 else " " * 6
        lines.append(f"{axis} |{''.join(grid[row])}  {labels.get(row, '')}".rstrip())
    lines.append(" " * 7 + "+" + "-" * width)
    first, last = f"{left:g}", f"{right:g}"
    middle = across.center(width - len(first) - len(last))
    lines.append(" " * 8 + first + middle + last)
    return lines


def _apart(ends: Sequence[tuple[int, str]], height: int) -> dict[int, str]:
    """Each label at a line of its own, as near to where it belongs as there is room."""
    labels: dict[int, str] = {}
    for row, text in sorted(ends):
        free = [at for at in range(height) if at not in labels]
        labels[min(free, key=lambda at: (abs(at - row), -at))] = text
    return labels


def shortened(name: str, width: int) -> str:
    """The name, cut where it is too long."""
    return name if len(name) <= width else name[: width - 2].rstrip() + ".."
