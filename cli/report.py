"""What came of training with a learner's code, as `tfl grade` prints it."""

from cli import show
from cli.verdicts import wrapped
from grader.training.report import Report, Row, Share
from tfl.formats import duration, score
from tfl.printable import printable

COLUMNS = ("", "whose", "epochs", "seconds", "trainable", "train", "validation", "test")


def show_report(report: Report) -> None:
    """The table against the reference, a chart in the terminal, what it shows, and where the figures are."""
    show.line(f"\n{printable(report.title)}", bold=True)
    show.line(f"{report.corpus}, {report.size}")
    wrapped(f"The lesson claims: {report.claim}")
    show.line("")
    more = list(dict.fromkeys(name for row in report.rows for name in row.figures))
    columns = [*COLUMNS, *more]
    rows = [_cells(row, more) for row in report.rows]
    used = [at for at in range(len(columns)) if at < 2 or any(cells[at] is not None for cells in rows)]
    names = [columns[at] for at in used]
    show.table(names, [[cells[at] for at in used] for cells in rows], right=names[2:])
    if report.chart:
        show.line("")
        for line in report.chart:
            show.line(line)
    show.line("")
    wrapped(f"{'✓' if report.shown else '✗'} {report.finding}")
    for note in report.notes:
        wrapped(f"! {note}")
    for plot in report.plots:
        show.line(f"  {plot}")
    show.line(f"Trained in {duration(report.seconds)} on {report.device}; walls around your code: {report.isolation}.")


def _cells(row: Row, more: list[str]) -> list[object]:
    return [
        printable(row.name),
        row.whose,
        row.epochs,
        None if row.seconds is None else f"{row.seconds:.1f}",
        None if row.parameters_trainable is None else f"{row.parameters_trainable:,}",
        None if row.train is None else score(row.train),
        _share(row.validation),
        _share(row.test),
        *(_figure(row.figures.get(name)) for name in more),
    ]


def _share(share: Share | None) -> str | None:
    return None if share is None else f"{score(share.value)} ±{(share.high - share.low) / 2:.3f}"


def _figure(value: float | int | str | None) -> object:
    return f"{value:.4g}" if isinstance(value, float) else printable(value) if isinstance(value, str) else value
