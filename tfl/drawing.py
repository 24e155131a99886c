"""What every figure is drawn with: colours, names that cover nothing, and the file as PNG and as SVG."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from tfl import files

INK, QUIET, FAINT, SHADE = "#222222", "#6B6B6B", "#D9D9D9", "#F3E9DC"
TRAIN, VALIDATION = "#C46A00", "#0055A4"

STYLE: dict[Any, Any] = {
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#EBEBEB",
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "lines.linewidth": 1.8,
    "svg.hashsalt": "tfl",  # the same figure is the same file
}

LEADER = {"arrowstyle": "-", "linewidth": 0.7, "relpos": (0, 0.5), "shrinkA": 1, "shrinkB": 6}  # name to point
PAPER = {"facecolor": "w", "edgecolor": "none", "pad": 1}  # behind a name, so that no line runs through it
SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))  # of a point, for its name


class Look(NamedTuple):
    """How a strategy is drawn in every figure."""

    colour: str
    marker: str


@contextmanager
def drawing(path: Path, size: tuple[float, float], title: str, subtitle: str) -> Iterator[Figure]:
    """A figure to draw on; then saved as PNG at `path` and as SVG beside it."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=size)
        inch = 1 / size[1]
        figure.set_layout_engine("constrained", rect=(0, 0, 1, 1 - 0.45 * inch))
        figure.text(0.01, 1 - 0.08 * inch, title, va="top", fontsize=11.5, fontweight="bold")
        figure.text(0.01, 1 - 0.3 * inch, subtitle, va="top", fontsize=9, color=QUIET)
        yield figure
        for kind, metadata in (("png", {"Software": None}), ("svg", {"Date": None, "Creator": None})):
            with files.atomic(path.with_suffix(f".{kind}"), "wb") as file:
                figure.savefig(file, format=kind, dpi=150, metadata=metadata)


# --------------------------------------------------------------------------------------------------------- names


class Label(NamedTuple):
    """A text that belongs to the point (x, y)."""

    x: float
    y: float
    text: str
    colour: str


def spread(values: Sequence[float], gap: float) -> list[float]:
    """The values moved as little as possible until neighbours are `gap` apart, in the same order.

    That is isotonic regression of the sorted values[i] − i · gap: where they fall, their mean takes their place.
    """
    order = sorted(range(len(values)), key=values.__getitem__)
    blocks: list[tuple[float, int]] = []  # mean and count, the means ascending
    for rank, index in enumerate(order):
        mean, count = values[index] - rank * gap, 1
        while blocks and blocks[-1][0] > mean:
            before, others = blocks.pop()
            mean, count = (before * others + mean * count) / (others + count), others + count
        blocks.append((mean, count))
    flat = [mean for mean, count in blocks for _ in range(count)]
    moved = dict(zip(order, (value + rank * gap for rank, value in enumerate(flat)), strict=True))
    return [moved[index] for index in range(len(values))]


def label_ends(ax: Axes, labels: Sequence[Label], size: float = 9) -> None:
    """Write names to the right of where lines end, none over another."""
    figure = ax.figure
    assert isinstance(figure, Figure)
    figure.draw_without_rendering()  # the layout decides how far apart values lie on paper
    heights = [ax.transData.transform((label.x, label.y))[1] * 72 / figure.dpi for label in labels]  # points
    for label, height, moved in zip(labels, heights, spread(heights, 1.25 * size), strict=True):
        ax.annotate(
            label.text,
            (label.x, label.y),
            xytext=(10 if len(labels) <= 2 else 24, moved - height),
            textcoords="offset points",
            va="center",
            color=label.colour,
            fontsize=size,
            annotation_clip=False,
            arrowprops=LEADER | {"color": label.colour} if abs(moved - height) > 2 else None,
        )


def label_points(ax: Axes, labels: Sequence[Label], size: float = 9.5) -> None:
    """Write names beside their points: at the nearest place where they cover no other name and no marker."""
    figure = ax.figure
    assert isinstance(figure, Figure)
    figure.draw_without_rendering()
    inside, radius = ax.get_window_extent(), 7 * figure.dpi / 72  # pixels
    taken = []
    for label in labels:
        x, y = ax.transData.transform((label.x, label.y))
        taken.append(Bbox.from_extents(x - radius, y - radius, x + radius, y + radius))
    for label in labels:
        at: dict[str, Any] = {"xy": (label.x, label.y), "textcoords": "offset points"}
        text = ax.annotate(label.text, xytext=(0, 0), color=label.colour, fontsize=size, bbox=PAPER, **at)
        for distance, (right, up) in product((10, 18, 28, 40, 54), SIDES):
            text.set(ha=("center", "left", "right")[right], va=("center", "bottom", "top")[up])
            text.set_position((right * distance, up * distance))
            box = text.get_window_extent()
            if box.x0 >= inside.x0 and box.x1 <= inside.x1 and not box.count_overlaps(taken):
                break
        taken.append(box)
        if distance > 10:
            ax.annotate("", xytext=text.get_position(), arrowprops=LEADER | {"color": label.colour}, **at)
