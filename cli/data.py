"""`tfl data fetch | import | status`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from cli import show
from cli.options import Json
from tfl import corpora, paths
from tfl.corpora.fetch import ADDRESSES, fetch
from tfl.corpora.importer import ImportReport, import_paths
from tfl.corpora.status import CorpusStatus, status
from tfl.formats import size

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Get the corpora: fetch or import them, see what is here.",
)

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="The folder of the corpora (default: TFL_DATA, or your data folder)."),
]


@app.command("fetch", short_help="Download AG News (31 MB) and IMDB (84 MB), and import them.")
def fetch_(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[ag-news] [imdb]", help="Which; both without a name.")
    ] = None,
    json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Download AG News (31 MB) and IMDB (84 MB) from their public addresses and import them.

    A download that breaks off is tried again from its start, three times in all; its checksum is verified before
    anything is replaced.

    \b
    Examples:
      tfl data fetch
      tfl data fetch imdb --data-dir /data/tfl
    """
    with _bar() as progress:
        reports = fetch(names or ADDRESSES, data_dir, progress)
    _show_reports(reports, json)


@app.command("import")
def import_(
    given: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files or folders.")],
    name: Annotated[
        str | None,
        typer.Option("--as", metavar="NAME", help="What your own CSV file stands in for: ag-news or imdb."),
    ] = None,
    json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Import copies you have, and say what was found in them.

    \b
    PATH may be
      train.csv test.csv      the AG News files, a part of train.csv too
      aclImdb                 the IMDB folder, or its .tar.gz, .tar.xz or .zip (read without unpacking)
      reviews.csv             two columns, a label and a text; with or without a header
      a folder with any of these

    \b
    Examples:
      tfl data import ~/Downloads/aclImdb_v1.tar.gz
      tfl data import ag_news/train.csv ag_news/test.csv
      tfl data import tickets.csv --as ag-news
    """
    with _bar() as progress:
        reports = import_paths(given, data_dir, name, progress)
    _show_reports(reports, json)


@app.command("status")
def status_(json: Json = False, data_dir: DataDir = None) -> None:
    """Show which corpora are here, what is in them and what is missing.

    \b
    Examples:
      tfl data status
      tfl data status --json | jq '.corpora[] | [.name, .state]'
    """
    found = status(data_dir)
    if json:
        show.print_json(
            {
                "data_dir": str(data_dir or paths.data_dir()),
                "corpora": [corpus.model_dump(mode="json") for corpus in found],
            }
        )
        return
    _show_corpora([(corpus.name, corpus.state, corpus.info) for corpus in found])
    show.line("")
    for corpus in found:
        show.line(f"{corpus.name}: {_whereabouts(corpus)}")


@contextmanager
def _bar() -> Iterator[corpora.Progress]:
    """A bar with the time left, on standard error and only where that is a terminal."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = show.console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[figures]}"),
        TimeRemainingColumn(compact=True),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )

    def progress(stage: str, done: int, total: int, unit: str) -> None:
        task = next((task.id for task in bar.tasks if task.description == stage), None)
        if task is None:
            for finished in bar.task_ids:
                bar.remove_task(finished)
            task = bar.add_task(stage, figures="")
        count = size if unit == "bytes" else "{:,}".format
        figures = f"{count(done)} of {count(total)}" if total else ""
        bar.update(task, completed=done, total=total or None, figures=figures)

    with bar:
        yield progress


def _show_reports(reports: list[ImportReport], json: bool) -> None:
    if json:
        imported = [report.model_dump(mode="json") | {"folder": str(report.corpus.folder)} for report in reports]
        show.print_json({"imported": imported})
        return
    _show_corpora([(report.corpus.title, "imported", report.corpus) for report in reports])
    for report in reports:
        show.line("")
        for note in [*report.notes, *_repeats(report.corpus), f"It is in {report.corpus.folder}."]:
            show.line(f"{report.corpus.title}: {note}")
        if report.rejected:
            show.line(f"{report.corpus.title}: {report.rejected:,} rejected:")
            for rejected in report.rejected_first:
                show.line(f"  {rejected.file}, {rejected.where}: {rejected.reason}")
            if report.rejected > len(report.rejected_first):
                show.line(f"  … and {report.rejected - len(report.rejected_first):,} more")


def _show_corpora(corpora_: list[tuple[str, str, corpora.CorpusInfo | None]]) -> None:
    rows: list[tuple[object, ...]] = []
    for name, state, info in corpora_:
        if not info:
            rows.append((name, state, None, None, None, None, None))
            continue
        for split, known in info.splits.items():
            classes = ", ".join(f"{label} {count:,}" for label, count in known.per_class.items())
            also_in_test = None if split == "test" else f"{known.also_in_test:,}"
            cells = (split, f"{known.rows:,}", f"{known.duplicates:,}", also_in_test, classes or "unlabelled")
            rows.append((name, state, *cells))
    show.table(
        ["corpus", "state", "split", "rows", "duplicates", "also in test", "classes"],
        rows,
        right=["rows", "duplicates", "also in test"],
        keys=3,
    )


def _repeats(info: corpora.CorpusInfo) -> list[str]:
    """What is done about texts that come more than once."""
    unused = sum(known.duplicates + known.also_in_test for split, known in info.splits.items() if split != "test")
    return ["Duplicates and texts that also stand in test are kept, and never trained on."] if unused else []


def _whereabouts(corpus: CorpusStatus) -> str:
    match corpus.state:
        case "imported":
            partial = f"a part ({corpus.info.partial})" if corpus.info and corpus.info.partial else "whole"
            return f"{partial}, {size(corpus.bytes)} in {corpus.where}"
        case "published":
            return f"{corpus.where} will be imported when it is first used"
        case "built in":
            return f"{corpus.info.title}, made in memory" if corpus.info else ""
        case _:
            return corpus.problem
