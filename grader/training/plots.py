"""The figures of a training with a learner's code, as PNG and SVG, in the engine's style.

Every title names the corpus.  Yours are drawn filled and in colour, the reference hollow or grey, each with a marker of
its own, and names stand where lines end: no figure needs colour to be read.
"""

from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from grader.training.report import Row, Share
from tfl.drawing import QUIET, SHADE, TRAIN, VALIDATION, Label, Look, drawing, label_ends
from tfl.recommendation import MANY

LOOKS = (  # colours that stay apart for colour-blind eyes
    Look("#222222", "o"),
    Look("#C46A00", "v"),
    Look("#0047AB", "s"),
    Look("#A6408B", "P"),
    Look("#00795C", "^"),
    Look("#2B8CBE", "D"),
)
ABOUT = "filled: with your code · hollow: the reference · bars: 95 % interval"
History = Sequence[Mapping[str, Any]]


def looks(rows: Sequence[Row]) -> dict[str, Look]:
    """How each row is drawn, by its label, in every panel of a figure."""
    return {row.label: look for row, look in zip(rows, cycle(LOOKS), strict=False)}


def compared(
    rows: Sequence[Row],
    histories: Mapping[str, History],
    title: str,
    corpus: str,
    path: Path,
    shares: Mapping[str, Mapping[str, Share]],
) -> None:
    """Validation accuracy over training time, and beside it each measured share (`shares`: heading → label → share)."""
    look = looks(rows)
    panels = len(shares) + bool(histories)
    size = (4.9 * max(panels, 1.6), 1.6 + max(2.6, 0.42 * len(rows)))
    with drawing(path, size, f"{title} · {corpus}", ABOUT) as figure:
        axes = list(figure.subplots(1, panels, squeeze=False)[0])
        if histories:
            over_epochs(axes.pop(0), rows, histories, look)
        for ax, (heading, found) in zip(axes, shares.items(), strict=True):
            intervals(ax, [row for row in rows if row.label in found], found, look, heading)


def over_epochs(ax: Axes, rows: Sequence[Row], histories: Mapping[str, History], look: Mapping[str, Look]) -> None:
    """Validation accuracy while a training goes on: from its first epoch to its last, however many those are."""
    ends = []
    for row in rows:
        history = histories.get(row.label) or []
        points = [(epoch["epoch"] / len(history), epoch["validation_accuracy"]) for epoch in history]
        points = [(x, y) for x, y in points if y is not None]
        if not points:
            continue
        colour, marker = look[row.label]
        yours = row.whose == "yours"
        ax.plot(
            *zip(*points, strict=True),
            marker=marker,
            color=colour,
            linestyle="-" if yours else (0, (4, 2)),
            markerfacecolor=colour if yours else "w",
            markersize=6 if len(points) <= 12 else 3.5,
        )
        ends.append(Label(*points[-1], row.label, colour))
    ax.set_title("validation accuracy after each epoch")
    ax.set_xlabel("share of its epochs")
    ax.set_xlim(0, 1.04)
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    label_ends(ax, ends)


def intervals(
    ax: Axes, rows: Sequence[Row], shares: Mapping[str, Share], look: Mapping[str, Look], heading: str
) -> None:
    """A line for each row: its share, its interval, and its number."""
    for place, row in enumerate(reversed(rows)):
        share, (colour, marker) = shares[row.label], look[row.label]
        yours = row.whose == "yours"
        ax.plot([share.low, share.high], [place, place], color=colour, linewidth=1.4, alpha=0.7)
        ax.plot(
            [share.value],
            [place],
            marker,
            color=colour,
            markersize=8,
            markerfacecolor=colour if yours else "w",
            markeredgewidth=1.6,
        )
        ax.annotate(
            f"{share.value:.3f}",
            (share.value, place),
            xytext=(0, 8),
            textcoords="offset points",
            ha="center",
            color=colour,
            fontsize=9,
        )
    ax.set_yticks(range(len(rows)), [row.label for row in reversed(rows)])
    for tick, row in zip(ax.get_yticklabels(), reversed(rows), strict=True):
        tick.set_color(look[row.label].colour)
    ax.set_ylim(-0.6, len(rows) - 0.3)
    ax.margins(x=0.12)
    ax.grid(axis="y", visible=False)
    ax.set_title(heading)


def amounts(
    rows: Sequence[Row], headings: Mapping[str, str], title: str, corpus: str, path: Path, about: str = ""
) -> None:
    """Bars of the rows' `figures`: a panel for each heading, with how its numbers are written."""
    look = looks(rows)
    with drawing(path, (4.9 * len(headings), 1.5 + 0.5 * len(rows)), f"{title} · {corpus}", about) as figure:
        axes = figure.subplots(1, len(headings), squeeze=False)[0]
        for ax, (heading, form) in zip(axes, headings.items(), strict=True):
            values = [float(row.figures.get(heading) or 0) for row in reversed(rows)]
            for place, (row, value) in enumerate(zip(reversed(rows), values, strict=True)):
                colour = look[row.label].colour
                filled = row.whose == "yours"
                ax.barh(
                    place,
                    value,
                    0.55,
                    facecolor=colour if filled else "w",
                    edgecolor=colour,
                    hatch=None if filled else "////",
                    linewidth=1.2,
                )
                ax.annotate(
                    form.format(value),
                    (value, place),
                    xytext=(5, 0),
                    textcoords="offset points",
                    va="center",
                    color=colour,
                    fontsize=9.5,
                )
            ax.set_yticks(range(len(rows)), [row.label for row in reversed(rows)])
            ax.set_xlim(0, 1.22 * max([*values, 1e-9]))
            ax.grid(axis="y", visible=False)
            ax.set_title(heading)
            if "%" in form:
                ax.xaxis.set_major_formatter(PercentFormatter(1))


def readings(
    rows: Sequence[Row], histories: Mapping[str, History], overfits: str | None, corpus: str, path: Path
) -> None:
    """Losses of each run that was read, the best epoch as yours and as the reference's, and the one that overfits."""
    about = "ring: best epoch as your code reads it · cross: as the reference does"
    with drawing(path, (3.6 * len(rows), 4.1), f"Which run overfits? · {corpus}", about) as figure:
        for ax, row in zip(figure.subplots(1, len(rows), squeeze=False)[0], rows, strict=True):
            history = histories[row.name]
            x = [epoch["epoch"] for epoch in history]
            ends = []
            for key, colour, dashes, marker in (
                ("train_loss", TRAIN, "--", "o"),
                ("validation_loss", VALIDATION, "-", "s"),
            ):
                y = [epoch[key] for epoch in history]
                ax.plot(x, y, color=colour, linestyle=dashes, marker=marker, markersize=3)
                ends.append(Label(x[-1], y[-1], key.split("_")[0], colour))
            losses = [epoch["validation_loss"] for epoch in history]
            for column, mark in (("best epoch (yours)", "o"), ("best epoch", "x")):
                best = row.figures.get(column)
                if isinstance(best, int) and 1 <= best <= len(losses):
                    ring: dict[str, Any] = {"markerfacecolor": "none", "markeredgecolor": VALIDATION}
                    ax.plot([best], [losses[best - 1]], mark, markersize=12 if mark == "o" else 8, **ring)
            worst = row.name == overfits
            if worst:
                ax.set_facecolor(SHADE)
            ax.set_title(f"{row.name}{' overfits' if worst else ''}", fontweight="bold" if worst else "normal")
            ax.set_xlabel("epoch")
            ax.set_ylabel("loss")
            ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6, min_n_ticks=1))
            label_ends(ax, ends)


def scores_and_stars(
    points: Sequence[tuple[float, float, int]], correlation: float, title: str, corpus: str, path: Path
) -> None:
    """Each film's score against its true mean stars; the larger a point, the more reviews it has."""
    about = f"a point for each film with {MANY} or more test reviews, the larger the more · Spearman {correlation:.3f}"
    with drawing(path, (7, 4.8), f"{title} · {corpus}", about) as figure:
        ax = figure.subplots()
        stars, scores, sizes = zip(*((star, score, 4 + 2 * count) for score, star, count in points), strict=True)
        ax.scatter(stars, scores, s=sizes, facecolor=VALIDATION, edgecolor="w", linewidth=0.4, alpha=0.45)
        ax.axhline(0.5, color=QUIET, linewidth=0.8, linestyle=":")
        ax.set_xlabel("mean of the true stars, 1 to 10")
        ax.set_ylabel("score with your code")
        ax.set_xlim(0.8, 10.2)


def repaired(
    rows: Sequence[Row], histories: Mapping[str, History], headings: Sequence[str], corpus: str, path: Path
) -> None:
    """How far answers move before and after, and the accuracy after each epoch."""
    look = looks(rows)
    about = "moved: the most that a review's probability changed though the review did not · filled: with your code"
    with drawing(path, (10, 4.2), f"The lab as you found it, and mended · {corpus}", about) as figure:
        left, right = figure.subplots(1, 2)
        height = 0.8 / len(rows)
        for place, heading in enumerate(reversed(headings)):
            for index, row in enumerate(reversed(rows)):
                value = float(row.figures.get(heading) or 0)
                colour, at = look[row.label].colour, place + (index - (len(rows) - 1) / 2) * height
                filled = row.whose == "yours"
                left.barh(
                    at,
                    value,
                    0.85 * height,
                    facecolor=colour if filled else "w",
                    edgecolor=colour,
                    hatch=None if filled else "////",
                )
                left.annotate(
                    f"{value:.4f}  {row.label}",
                    (value, at),
                    xytext=(5, 0),
                    textcoords="offset points",
                    va="center",
                    color=colour,
                    fontsize=9,
                )
        left.set_yticks(range(len(headings)), list(reversed(headings)))
        left.set_xlim(0, 1.9 * max(1e-4, *(float(row.figures.get(h) or 0) for row in rows for h in headings)))
        left.grid(axis="y", visible=False)
        left.set_title("how far an answer moves")
        over_epochs(right, rows, histories, look)
