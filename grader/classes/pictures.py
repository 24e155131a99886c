"""The pictures of a class report, as SVG to be put into a page.

Narrow, so that they can be read on a phone; dark enough to be printed in grey; no picture says a thing by colour alone.
"""

import base64
import io
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

INK, QUIET, BAR, ACCENT = "#1f2430", "#5f6675", "#3b6ea8", "#b3541e"
STYLE: dict[Any, Any] = {
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "svg.hashsalt": "tfl",
}
BINS = 24  # bars at most


def distribution(points: Mapping[float, int], worth: int) -> str:
    """How many students have how many points, with the median."""
    figure, ax = _figure(4.8, 2.5)
    values, counts, width = _binned(points, worth)
    ax.bar(values, counts, width=width * 0.86, color=BAR)
    ax.set_xlim(-width, worth + width)
    ax.set_xlabel("points")
    ax.set_ylabel("students")
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, worth) if worth / step <= 8)
    ax.set_xticks([*range(0, worth - step // 2, step), worth])
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    return _svg(figure)


def strip(points: Mapping[float, int], worth: int) -> str:
    """The same as a strip without any frame, over which a page can put a student's own place.

    The left edge stands for half a bar below 0 points, the right edge for half a bar above all: see `place`.
    """
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(4.8, 0.8))
        ax = figure.add_axes((0, 0, 1, 1))
        values, counts, width = _binned(points, worth)
        ax.bar(values, counts, width=width * 0.86, color="#b9c7d8")
        ax.set_xlim(-width / 2, worth + width / 2)
        ax.axis("off")
        return _svg(figure)


def place(points: float, worth: int) -> float:
    """Where in the strip's width, in percent, so many points stand."""
    width = _width(worth)
    share = (min(max(points, 0), worth) + width / 2) / (worth + width)
    return round(100 * share, 2)


def over_time(sent: Mapping[datetime, int], due: datetime | None) -> tuple[str, int]:
    """How many submissions came when, and the deadline; and how many are so far off that they are not shown."""
    moments = _near(sent)
    first, last = min(moments), max(moments)
    figure, ax = _figure(4.8, 2.5)
    hours = max(1, round((last - first).total_seconds() / 3600 / BINS))
    bins: Counter[datetime] = Counter()
    for moment in moments:
        start = moment.timestamp() // (3600 * hours) * 3600 * hours
        bins[datetime.fromtimestamp(start, first.tzinfo)] += sent[moment]
    ax.bar(date2num(list(bins)), list(bins.values()), width=hours / 24 * 0.86, align="edge", color=BAR)
    if due and first - (last - first) < due < last + (last - first):
        ax.axvline(date2num(due), color=ACCENT, linewidth=1.5, linestyle="--")
        ax.annotate(" due", (date2num(due), 1), xycoords=("data", "axes fraction"), va="top", color=ACCENT)
    locator = AutoDateLocator(maxticks=6)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    ax.set_ylabel("submissions")
    return _svg(figure), sum(sent.values()) - sum(sent[moment] for moment in moments)


def _near(sent: Mapping[datetime, int]) -> list[datetime]:
    """The hours in which things were sent, without the few that would press all others together."""
    moments = sorted(moment for moment, count in sent.items() for _ in range(count))
    low, high = moments[len(moments) // 20], moments[-1 - len(moments) // 20]
    room = max(3 * (high - low), timedelta(days=2))
    return [moment for moment in sorted(sent) if low - room <= moment <= high + room]


def _width(worth: int) -> float:
    return max(1.0, worth / BINS)


def _binned(points: Mapping[float, int], worth: int) -> tuple[list[float], list[int], float]:
    """Bars: where they stand, how high they are, how wide."""
    width = _width(worth)
    bins: Counter[float] = Counter()
    for value, count in points.items():
        bins[round(min(max(value, 0), worth) / width) * width] += count
    return list(bins), list(bins.values()), width


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        return figure, figure.add_subplot()


def _svg(figure: Figure) -> str:
    """A figure as an address that holds the picture itself."""
    image = io.BytesIO()
    with matplotlib.rc_context(STYLE):
        figure.savefig(image, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return "data:image/svg+xml;base64," + base64.b64encode(image.getvalue()).decode()
