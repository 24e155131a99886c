"""`tfl compare`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli import show
from cli.options import (
    Corpus,
    DataDir,
    Events,
    Objective,
    Precision,
    RunsDir,
    Threads,
    chosen,
    pair,
    same_command,
    told_plainly,
)
from cli.reading import paragraph
from tfl import comparison_files as on_paper
from tfl.comparison import QUICK, Comparison, plan
from tfl.errors import UsageError
from tfl.jobs import run_job

app = typer.Typer(add_completion=False)


@app.command()
def compare(
    corpus: Corpus = None,
    seeds: Annotated[str, typer.Option("--seeds", metavar="N,N…", help="A run of each strategy for each.")] = "0",
    labels: Annotated[
        str | None,
        typer.Option("--labels", metavar="N,N…,all", help="Numbers of labelled reviews (default: 200,1000,all)."),
    ] = None,
    strategies: Annotated[
        str | None, typer.Option("--strategies", metavar="NAME,NAME…", help="Which (default: all of them).")
    ] = None,
    objective: Objective = None,
    quick: Annotated[bool, typer.Option("--quick", help="On a fifth of every split.")] = False,
    precision: Precision = "auto",
    threads: Threads = None,
    json: Events = False,
    runs_dir: RunsDir = None,
    data_dir: DataDir = None,
) -> None:
    """Train what is missing, reuse what is there, and compare: a table, comparison.json, comparison.md, figures.

    Strategies are those of `tfl train`.  final-layer, unfreeze and full have two rows, one pre-trained on the large
    corpus alone and one on the unlabelled reviews too.  With fewer labels than all, the default is baseline,
    scratch, final-layer and full.  After an interruption the same command goes on.

    \b
    Examples:
      tfl compare
      tfl compare --quick
      tfl compare --seeds 0,1,2 --labels 200,1000,all
      tfl compare --corpus sample --strategies baseline,scratch,full --labels all
    """
    choices = {"pair": pair(corpus, data_dir), "precision": precision, **chosen(objective=objective)}
    if quick:
        choices["part"] = QUICK
    asked_seeds = [_number(word, "--seeds 0,1,2") for word in seeds.split(",")]
    counts = [
        None if word == "all" else _number(word, "--labels 200,1000,all") for word in (labels or "all").split(",")
    ]
    names = strategies.split(",") if strategies else []
    with told_plainly():  # a wrong request fails before a job starts
        plan(asked_seeds, counts, names, **choices)
    request = {
        "seeds": asked_seeds,
        "labels": counts if labels else None,
        "strategies": names,
        "choices": choices,
        "threads": threads,
        "runs_dir": str(runs_dir or ""),
        "data_dir": str(data_dir or ""),
        "continue": same_command(),
    }
    raise typer.Exit(show.follow(run_job("compare", request), json=json, show_result=_show))


def _number(word: str, example: str) -> int:
    """Raises UsageError for what is not a number."""
    try:
        return int(word)
    except ValueError as error:
        raise UsageError(f"“{word}” is not a number.", f"Write {example}.") from error


def _show(result: dict[str, Any]) -> None:
    runs_dir = Path(result["runs_dir"])
    found = Comparison.model_validate({key: value for key, value in result.items() if key != "runs_dir"})
    show.line(f"\n{on_paper.title(found)}", bold=True)
    for note in found.notes:
        show.line(note)
    show.table(on_paper.COLUMNS, map(on_paper.cells, found.rows), right=on_paper.NUMBERS, keys=on_paper.KEYS)
    show.line("")
    paragraph(on_paper.LEGEND)
    if found.pretraining:
        show.line("")
        columns = on_paper.PRETRAINING_COLUMNS
        show.table(columns, map(on_paper.pretraining_cells, found.pretraining), right=on_paper.NUMBERS)
    show.line("")
    paragraph(on_paper.totals(found))
    show.line(f"The table is in {runs_dir / 'comparison.json'} and {runs_dir / 'comparison.md'}, its figures are:")
    for figure in found.figures:
        show.line(f"  {runs_dir / figure}")
