"""Printing what came out of training with a learner's code: the value that `grader.training` ends with."""

from typing import Any

from cli import show
from cli.verdicts import wrapped
from grader.training.report import Report, Row, Share
from tfl.formats import duration, score
from tfl.printable import defused, printable


def print_report(value: dict[str, Any]) -> None:
    """Print a `Report`, given as plain data: the table, the chart, what it shows, and where the figures are."""
    report = Report.model_validate(value)
    show.line(f"\n{report.title} · {report.corpus}", bold=True)
    show.line(f"{report.size} · {report.device}")
    show.line("")
    columns, cells = _table(report.rows)
    show.table(columns, cells, right=columns[1:], keys=1)
    if report.chart:
        show.line("")
    for line in report.chart:
        show.line(defused(line))
    show.line("")
    wrapped(f"The claim: {report.claim}")
    wrapped(f"{'✓ Shown' if report.shown else '– Not shown'}: {report.finding}", style="bold")
    for note in report.notes:
        wrapped(f"note: {printable(note)}")
    wrapped(
        f"Accuracies of your runs were measured again with the reference; walls around your code: {report.isolation}."
    )
    for path in report.plots:
        show.line(path)
    show.line(f"{duration(report.seconds)} in all; your runs are in {report.folder}")


def _table(rows: list[Row]) -> tuple[list[str], list[list[str]]]:
    """The columns that have something to say, and a line for each row."""
    columns = {
        "": [row.label for row in rows],
        "corpus": [row.corpus for row in rows] if len({row.corpus for row in rows}) > 1 else [""] * len(rows),
        "seconds": ["" if row.seconds is None else f"{row.seconds:.1f}" for row in rows],
        "trainable": ["" if row.parameters_trainable is None else f"{row.parameters_trainable:,}" for row in rows],
        "epochs": ["" if row.epochs is None else f"{row.epochs}" for row in rows],
        "train": ["" if row.train is None else score(row.train) for row in rows],
        "validation": [_share(row.validation) for row in rows],
        "test": [_share(row.test) for row in rows],
    }
    for heading in dict.fromkeys(heading for row in rows for heading in row.shares):
        columns[heading] = [_share(row.shares.get(heading)) for row in rows]
    for heading in dict.fromkeys(heading for row in rows for heading in row.figures):
        columns[heading] = [_figure(row.figures.get(heading)) for row in rows]
    told = {heading: cells for heading, cells in columns.items() if any(cells)}
    return list(told), [list(line) for line in zip(*told.values(), strict=True)]


def _share(share: Share | None) -> str:
    return "" if share is None else f"{score(share.value)} ± {(share.high - share.low) / 2:.3f}"


def _figure(value: float | int | str | None) -> str:
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) >= 1 else f"{value:.3f}"
    return "" if value is None else str(value)
