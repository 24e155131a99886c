"""A comparison on paper: the cells of its tables, and the files it leaves beside the runs.

RUNS/comparison.json  comparison.md      RUNS/comparison/*.png  *.svg
"""

from collections.abc import Sequence
from pathlib import Path

from tfl import files
from tfl.comparison import Comparison, Pretraining, Row, Spread, signed
from tfl.runs import RunFolder

COLUMNS = (
    "strategy",
    "pre-trained on",
    "labels",
    "trainable",
    "epochs",
    "seconds",
    "validation",
    "test",
    "95 %",
    "gap",
    "note",
)
PRETRAINING_COLUMNS = ("pre-training", "on", "seconds", "test")
KEYS = 3  # columns that say which row it is
NUMBERS = ("labels", "trainable", "epochs", "seconds", "validation", "test", "95 %", "gap")  # columns to align

LEGEND = (
    "test: mean accuracy over the seeds, and the lowest and highest where they differ · "
    "95 %: what the number of test examples leaves open · gap: train − validation accuracy, "
    "train as it is while an epoch runs, with words and features dropped · "
    "seconds: of training, without pre-training"
)


def title(comparison: Comparison) -> str:
    """What the table is about, for people."""
    seeds = ", ".join(map(str, comparison.seeds))
    return f"Comparison on {comparison.corpus}, seed{'s' * (len(comparison.seeds) > 1)} {seeds}"


def cells(row: Row) -> tuple[str, ...]:
    """The texts of a row, one for each of `COLUMNS`."""
    start = (row.strategy, "–" if row.strategy == "baseline" else row.pretrained_on or "–", f"{row.labelled:,}")
    if not row.test or not row.interval:
        return (*start, *["–"] * 7, row.note)
    low, high = row.interval
    return (
        *start,
        f"{row.parameters_trainable:,}",
        f"{row.epochs:.3g}" if row.epochs else "–",
        _seconds(row.seconds),
        accuracy(row.validation),
        accuracy(row.test),
        f"{low:.3f}–{high:.3f}",
        "–" if row.gap is None else signed(row.gap),
        row.note,
    )


def pretraining_cells(row: Pretraining) -> tuple[str, ...]:
    """The texts of a pre-training, one for each of `PRETRAINING_COLUMNS`."""
    return row.objective, row.pretrained_on, _seconds(row.seconds), accuracy(row.test)


def accuracy(found: Spread | None) -> str:
    """0.873, or over seeds that differ 0.873 (0.870–0.876)."""
    if found is None:
        return "–"
    if f"{found.low:.3f}" == f"{found.high:.3f}":
        return f"{found.mean:.3f}"
    return f"{found.mean:.3f} ({found.low:.3f}–{found.high:.3f})"


def totals(comparison: Comparison) -> str:
    """What it all cost, in one line."""
    return (
        f"{comparison.seconds / 60:.1f} minutes of training in all, pre-training included; "
        f"this command took {comparison.seconds_now / 60:.1f}.  "
        f"Peak memory {comparison.peak_memory / 1e9:.2f} GB.  {comparison.device}."
    )


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f}" if seconds < 9.95 else f"{seconds:,.0f}"


# ---------------------------------------------------------------------------------------------------------- the files


def write(comparison: Comparison, runs_dir: Path) -> Comparison:
    """Draw the figures and write the table as JSON and Markdown; returns the comparison with its figures."""
    comparison = comparison.model_copy(update={"figures": draw(comparison, runs_dir)})
    files.write_json(runs_dir / "comparison.json", comparison.model_dump(mode="json"))
    files.write_text(runs_dir / "comparison.md", markdown(comparison))
    return comparison


def draw(comparison: Comparison, runs_dir: Path) -> list[str]:
    """Draw what there is to draw; returns the paths of the figures below `runs_dir`.  Older figures are removed."""
    from tfl import plots

    folder = runs_dir / "comparison"
    for old in [*folder.glob("*.png"), *folder.glob("*.svg")]:
        old.unlink()
    done = [row for row in comparison.rows if row.test]
    most = [row for row in comparison.most_labels() if row.test]
    trained = [row for row in most if row.strategy != "baseline"]
    corpus = comparison.corpus
    if trained:
        histories = {run: RunFolder(runs_dir / run).history() for row in trained for run in row.runs}
        plots.learning_curves(trained, histories, corpus, folder / "learning_curves.png")
    if most:
        plots.accuracy_against_time(most, corpus, folder / "accuracy_against_time.png")
        plots.confusion_matrices(most, comparison.classes, corpus, folder / "confusion_matrices.png")
    if len({row.labelled for row in done}) > 1:
        plots.accuracy_against_labels(done, corpus, folder / "accuracy_against_labels.png")
    return [path.relative_to(runs_dir).as_posix() for path in sorted(folder.glob("*.png"))]


def markdown(comparison: Comparison) -> str:
    """The comparison as a page."""
    parts = [
        f"# {title(comparison)}",
        f"Made by `{comparison.command}`.",
        *comparison.notes,
        _table(COLUMNS, [cells(row) for row in comparison.rows]),
        LEGEND,
    ]
    if comparison.pretraining:
        parts.append(_table(PRETRAINING_COLUMNS, [pretraining_cells(row) for row in comparison.pretraining]))
    parts.append(totals(comparison))
    parts += [f"![{Path(figure).stem.replace('_', ' ')}]({figure})" for figure in comparison.figures]
    return "\n\n".join(parts) + "\n"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    aligned = ["---:" if column in NUMBERS else "---" for column in columns]
    return "\n".join(f"| {' | '.join(line)} |" for line in [columns, aligned, *rows])
