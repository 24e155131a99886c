"""Figures of one run and of a comparison, each as PNG and as SVG.

Every title names its corpus, so a figure of the sample says that it is synthetic.  No figure needs colour to be read:
each strategy has a marker of its own beside its colour, and names stand where the lines end.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise, product
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullLocator

from tfl.comparison import Row, signed
from tfl.drawing import FAINT, INK, QUIET, SHADE, TRAIN, VALIDATION, Label, Look, drawing, label_ends, label_points
from tfl.runs import RunRecord

History = Sequence[Mapping[str, Any]]  # the epochs of a run, as in history.jsonl

LOOKS = {  # colours that stay apart for colour-blind eyes, dark enough to write names in
    "scratch": Look("#222222", "o"),
    "final-layer": Look("#C46A00", "v"),
    "unfreeze": Look("#2B8CBE", "D"),
    "gradual": Look("#A6408B", "P"),
    "head-then-full": Look("#00795C", "^"),
    "full": Look("#0047AB", "s"),
    "baseline": Look("#7A7A7A", "X"),
}

# Seconds that an axis may name, and those it names when it spans more than a few of them.
TIMES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 18000)
ROUND_TIMES = (0.01, 0.1, 1, 10, 60, 600, 3600)


# ------------------------------------------------------------------------------------------------------- one run


def run_curves(record: RunRecord, history: History, path: Path) -> None:
    """Loss and accuracy over the epochs of a run, on what it trained on and on what it did not."""
    with drawing(path, (9, 4), f"{record.strategy} on {record.corpus}", _about(record)) as figure:
        axes = figure.subplots(1, 2)
        for ax, measure in zip(axes, ("loss", "accuracy"), strict=True):
            _draw_measure(ax, history, measure, record.best_epoch)
        if start := overfitting_starts(history, record.best_epoch):
            axes[0].axvspan(start - 0.5, len(history) + 0.5, color=SHADE, zorder=0)
            axes[0].set_title(f"overfitting from epoch {start}", loc="right")


def overfitting_starts(history: History, best_epoch: int) -> int | None:
    """The first epoch after the best one in which validation loss rises while train loss falls, if there is one."""
    for before, after in pairwise(history):
        losses = before["validation_loss"], after["validation_loss"]
        if after["epoch"] <= best_epoch or None in losses:
            continue
        if losses[1] > losses[0] and after["train_loss"] < before["train_loss"]:
            return int(after["epoch"])
    return None


def _about(record: RunRecord) -> str:
    """What a run was, in one line."""
    parts = [f"pre-trained on {record.source_kind}"] if record.source else []
    parts += [f"{record.labels:,} labels"] if record.labels else []
    parts += [f"seed {record.seed}", f"ring: best epoch, {record.best_epoch}"]
    parts += [f"test accuracy {record.test.accuracy:.3f}"] if record.test else []
    return " · ".join(parts)


def _draw_measure(ax: Axes, history: History, measure: str, best_epoch: int) -> None:
    ends = []
    for split, colour, dashes, marker in (("train", TRAIN, "--", "o"), ("validation", VALIDATION, "-", "s")):
        known = [epoch for epoch in history if epoch[f"{split}_{measure}"] is not None]
        if not known:
            continue
        x, y = [epoch["epoch"] for epoch in known], [epoch[f"{split}_{measure}"] for epoch in known]
        ax.plot(x, y, color=colour, linestyle=dashes, marker=marker, markersize=4 if len(x) <= 12 else 2.5)
        ends.append(Label(x[-1], y[-1], split, colour))
        if split == "validation" and best_epoch in x:
            best = y[x.index(best_epoch)]
            ax.plot([best_epoch], [best], "o", markersize=12, markerfacecolor="none", markeredgecolor=colour)
    for before, after in pairwise(history):
        if before["phase"] != after["phase"]:
            ax.axvline((before["epoch"] + after["epoch"]) / 2, color=QUIET, linewidth=0.8, linestyle=":")
    ax.set_title(measure)
    ax.set_xlabel("epoch")
    ax.set_xlim(0.5, len(history) + 0.5)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8, min_n_ticks=1))
    label_ends(ax, ends)


# -------------------------------------------------------------------------------------------------- a comparison


def learning_curves(rows: Sequence[Row], histories: Mapping[str, History], corpus: str, path: Path) -> None:
    """Train and validation accuracy while a strategy trains: a panel for each, all on the same axes.

    The horizontal axis is time, not epochs: an epoch of the final layer alone takes a thousandth of the time of one
    that trains everything, so equal steps would show the cheapest strategy as the longest training.
    """
    columns = max(min(4, len(rows)), min(5, -(-len(rows) // 2)))
    lines = -(-len(rows) // columns)
    curves = {row.name: [_over_seconds(histories[run]) for run in row.runs] for row in rows}
    about = (
        "solid: validation · dashed: train · grey: the other strategies · "
        "numbers: validation accuracy at the best epoch, and how far train accuracy lies above it"
    )
    with drawing(path, (10, 1.2 + 2.2 * lines), f"Learning curves on {corpus}", about) as figure:
        panels = list(figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False).flat)
        for index, (ax, row) in enumerate(zip(panels, rows, strict=False)):
            colour = LOOKS[row.strategy].colour
            for other in rows:
                for seconds, _, validation in curves[other.name] if other is not row else []:
                    ax.plot(seconds, validation, color=FAINT, linewidth=1, zorder=1)
            for seconds, train, validation in curves[row.name]:
                size = 3.5 if len(seconds) <= 8 else 2
                ax.plot(seconds, train, "o--", color=colour, linewidth=1.1, markersize=size, markerfacecolor="w")
                ax.plot(seconds, validation, "o-", color=colour, linewidth=1.4, markersize=size)
            figures = (
                f"\n{row.validation.mean:.3f}, gap {signed(row.gap)}" if row.validation and row.gap is not None else ""
            )
            ax.set_title(f"{row.strategy}\n{row.origin}{figures}", fontsize=9)
            ax.tick_params(labelbottom=index + columns >= len(rows))
        for ax in panels[len(rows) :]:
            ax.set_visible(False)
        _time_axis(panels[0], most=3)  # the others share it
        figure.supxlabel("training time, without pre-training", fontsize=10)
        figure.supylabel("accuracy", fontsize=10)


def _over_seconds(history: History) -> tuple[list[float], list[float], list[float]]:
    """When each epoch ended, and its train and validation accuracy."""
    seconds = list(accumulate(epoch["seconds"] for epoch in history))
    return seconds, [e["train_accuracy"] for e in history], [e["validation_accuracy"] for e in history]


def accuracy_against_time(rows: Sequence[Row], corpus: str, path: Path) -> None:
    """Test accuracy against the seconds that training took: a point for each strategy, a dot for each seed."""
    about = "bars: 95 % interval · dots: seeds · hollow: adapted on unlabelled reviews · dashed line: the baseline"
    with drawing(path, (9, 5.4), f"Accuracy against training time on {corpus}", about) as figure:
        ax = figure.subplots()
        points = []
        for row in rows:
            if not row.test or not row.interval:
                continue
            colour, marker = LOOKS[row.strategy]
            if row.strategy == "baseline":
                ax.axhline(row.test.mean, color=colour, linewidth=1, linestyle=(0, (4, 4)), zorder=1)
            ax.plot([row.seconds] * 2, row.interval, color=colour, linewidth=1.2, alpha=0.6)
            ax.plot([row.seconds] * len(row.test_by_seed), row.test_by_seed, ".", color=colour, markersize=5)
            filling: dict[str, Any] = {"markerfacecolor": "w" if row.adapted else colour, "markeredgecolor": colour}
            ax.plot([row.seconds], [row.test.mean], marker, markersize=8, markeredgewidth=1.6, **filling)
            points.append(Label(row.seconds, row.test.mean, row.name, colour))
        ax.margins(x=0.12, y=0.1)
        _time_axis(ax, most=10)
        ax.set_xlabel("training time, without pre-training")
        ax.set_ylabel("test accuracy")
        label_points(ax, points)


def _time_axis(ax: Axes, most: int) -> None:
    """Make the horizontal axis one of time, each step a factor, with `most` numbers at most."""
    ax.set_xscale("log")
    low, high = ax.get_xlim()
    ticks = [time for time in TIMES if low <= time <= high]
    if len(ticks) > most:
        ticks = [time for time in ticks if time in ROUND_TIMES][-most:]
    ax.set_xticks(ticks, [_time(seconds) for seconds in ticks])
    ax.set_xlim(low, high)
    ax.xaxis.set_minor_locator(NullLocator())


def _time(seconds: float) -> str:
    """0.5 s, 20 s, 5 min, 2 h."""
    if seconds < 60:
        return f"{seconds:g} s"
    return f"{seconds / 60:g} min" if seconds < 3600 else f"{seconds / 3600:g} h"


def layer_choices(curves: Mapping[str, History], corpus: str, path: Path) -> None:
    """Validation accuracy over the epochs: the classifier alone, each pattern's layers with it, perhaps alone again."""
    markers = ("o", "s", "^", "D", "P", "v")
    colours = ("#222222", "#0047AB", "#C46A00", "#2B8CBE", "#A6408B", "#00795C")
    phases = [epoch["phase"] for epoch in next(iter(curves.values()))]
    alone, both = phases.count(1), phases.count(1) + phases.count(2)
    about = f"validation · the classifier alone learns up to epoch {alone}, then the named layers with it"
    if both < len(phases):
        about += f" up to epoch {both}, then the classifier again"
    with drawing(path, (9, 4.6), f"Chosen layers on {corpus}", about) as figure:
        ax = figure.subplots()
        for end in {alone, both} - {len(phases)}:
            ax.axvline(end + 0.5, color=QUIET, linewidth=0.8, linestyle=":")
        ends = []
        for (name, history), colour, marker in zip(curves.items(), colours, markers, strict=False):
            validation = [epoch["validation_accuracy"] for epoch in history]
            shared, own = range(1, alone + 1), range(alone, len(history) + 1)
            ax.plot(shared, validation[:alone], "-", color=INK, linewidth=1.4)  # the same for all
            ax.plot(own, validation[alone - 1 :], f"{marker}-", color=colour, markersize=6, markevery=[-1])
            ends.append(Label(len(history), validation[-1], name, colour))
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12, min_n_ticks=1))
        ax.set_xlabel("epoch")
        ax.set_ylabel("accuracy")
        label_ends(ax, ends)


def accuracy_against_labels(rows: Sequence[Row], corpus: str, path: Path) -> None:
    """Test accuracy against the number of labelled reviews: a line for each strategy, its band the spread of seeds."""
    lines: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.labelled):
        if row.test:
            lines.setdefault(row.name, []).append(row)
    counts = sorted({row.labelled for line in lines.values() for row in line})
    about = "bands: all seeds · dashed: adapted on unlabelled reviews"
    with drawing(path, (9, 5.4), f"Accuracy against labelled reviews on {corpus}", about) as figure:
        ax = figure.subplots()
        ax.set_xscale("log")
        ends = []
        for name, line in lines.items():
            colour, marker = LOOKS[line[0].strategy]
            x, tests = [row.labelled for row in line], [row.test for row in line if row.test]
            filling, dashes = ("w", "--") if line[0].adapted else (colour, "-")
            ax.fill_between(x, [t.low for t in tests], [t.high for t in tests], color=colour, alpha=0.15, lw=0)
            ax.plot(x, [t.mean for t in tests], marker + dashes, color=colour, markersize=7, markerfacecolor=filling)
            ends.append(Label(x[-1], tests[-1].mean, name, colour))
        ax.set_xticks(counts, [f"{count:,}" for count in counts])
        ax.xaxis.set_minor_locator(NullLocator())
        ax.margins(y=0.08)
        ax.set_xlabel("labelled reviews, those for validation included")
        ax.set_ylabel("test accuracy")
        label_ends(ax, ends)


def confusion_matrices(rows: Sequence[Row], classes: Sequence[str], corpus: str, path: Path) -> None:
    """What share of each true class was taken for which class, over all seeds: a panel for each strategy."""
    rows = [row for row in rows if row.confusion]
    columns = min(5, len(rows))
    lines = -(-len(rows) // columns)
    about = "share of each true class that was taken for which class, over all seeds"
    with drawing(path, (10, 0.9 + 2.3 * lines), f"Confusion matrices on {corpus}", about) as figure:
        panels = list(figure.subplots(lines, columns, squeeze=False).flat)
        for ax, row in zip(panels, rows, strict=False):
            shares = [[cell / max(sum(line), 1) for cell in line] for line in row.confusion or []]
            ax.imshow(shares, cmap="Blues", vmin=0, vmax=1.15)  # the darkest blue would swallow its number
            for (y, line), x in product(enumerate(shares), range(len(classes))):
                colour = "w" if line[x] > 0.6 else INK
                ax.text(x, y, f"{line[x]:.0%}", ha="center", va="center", color=colour)
            ax.grid(False)
            ax.tick_params(length=0)
            ax.spines[:].set_visible(False)
            ax.set_xticks(range(len(classes)), classes, fontsize=9)
            ax.set_yticks(range(len(classes)), classes, fontsize=9)
            ax.set_title(f"{row.strategy}\n{row.origin}", fontsize=9)
        for ax in panels[len(rows) :]:
            ax.set_visible(False)
        figure.supxlabel("predicted", fontsize=10)
        figure.supylabel("true", fontsize=10)
