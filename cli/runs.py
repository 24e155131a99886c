"""`tfl runs list | show | remove`."""

from typing import Annotated, Any

import typer

from cli import show
from cli.options import Json, RunsDir
from tfl import paths, runs
from tfl.formats import duration, score
from tfl.runs import RunRecord

app = typer.Typer(add_completion=False, no_args_is_help=True, help="List, show and remove runs.")

RunId = Annotated[str, typer.Argument(metavar="ID", help="The id of a run, or the beginning of one.")]


@app.command("list")
def list_(json: Json = False, runs_dir: RunsDir = None) -> None:
    """List the runs, oldest first.

    \b
    Examples:
      tfl runs list
      tfl runs list --json | jq '.runs[] | [.id, .test.accuracy]'
    """
    records, damaged = runs.list_runs(runs_dir)
    if json:
        show.print_json(
            {
                "runs": [record.model_dump(mode="json") for record in records],
                "damaged": [run._asdict() for run in damaged],
            }
        )
    elif not records and not damaged:
        where = runs_dir or paths.runs_dir()
        show.line(f"There are no runs in {where} yet.  A first one: tfl train full --corpus sample")
    else:
        show.table(
            ["run", "corpus", "labels", "state", "validation", "test", "time"],
            [_row(record) for record in records] + [(run.id, None, None, "damaged") for run in damaged],
            right=["labels", "validation", "test", "time"],
            keys=1,
        )
        for run in damaged:
            show.failure(run.reason, f"Remove it with `tfl runs remove {run.id}`.")


@app.command("show")
def show_(run: RunId, json: Json = False, runs_dir: RunsDir = None) -> None:
    """Show one run: what was asked, every epoch, what came out.

    \b
    Examples:
      tfl runs show full-sample-s0
      tfl runs show full-sample-s0 --json
    """
    folder = runs.find(run, runs_dir)
    record, history = folder.record(), folder.history()
    if json:
        show.print_json({**record.model_dump(mode="json"), "history": history})
        return
    show.line(show.summary(record), bold=True)
    show.table(["", ""], [(key, value) for key, value in _facts(record).items() if value not in (None, "")])
    if history:
        show.line("")
        show.table(
            list(history[0]),
            [[_figure(value) for value in epoch.values()] for epoch in history],
            right=list(history[0]),
            keys=1,
        )
    if record.confusion:
        show.line("\nTest examples by true class (rows) and predicted class (columns):")
        show.table([str(c) for c in range(len(record.confusion))], record.confusion)
    show.line(f"\nIn {folder.path}")


@app.command("remove")
def remove(
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Ids of runs, or beginnings that fit one only.")],
    force: Annotated[bool, typer.Option("--force", help="Remove a run even while it is running.")] = False,
    json: Json = False,
    runs_dir: RunsDir = None,
) -> None:
    """Remove runs with everything in their folders.  If one of the ids is wrong, none is removed.

    \b
    Examples:
      tfl runs remove full-sample-s0-1a2b3c
    """
    folders = [runs.find(run, runs_dir) for run in ids]
    for folder in folders:
        folder.remove(force)
        if not json:
            show.line(f"Removed {folder.id}")
    if json:
        show.print_json({"removed": [folder.id for folder in folders]})


def _row(record: RunRecord) -> tuple[object, ...]:
    return (
        record.id,
        record.corpus,
        "all" if record.labels is None else record.labels,
        record.state,
        score(record.validation.accuracy if record.validation else None),
        score(record.test.accuracy if record.test else None),
        duration(record.seconds),
    )


def _facts(record: RunRecord) -> dict[str, Any]:
    """What `show` tells of a run before its epochs."""
    facts: dict[str, Any] = {
        "state": record.state,
        "created": record.created,
        "strategy": record.strategy,
        "starts from": f"{record.source} ({record.source_kind})" if record.source else None,
        "labels": "all" if record.labels is None else record.labels,
        "seed": record.seed,
        "device": record.device,
        "parameters": f"{record.parameters_trainable:,} trained of {record.parameters_total:,}",
        "speed": f"{record.examples_per_second:,.0f} examples/s",
    }
    for name, found in (("train", record.train), ("validation", record.validation), ("test", record.test)):
        facts[name] = found and f"loss {found.loss:.4f}, accuracy {found.accuracy:.4f}"
    facts["settings"] = ", ".join(f"{key}={value}" for key, value in record.config.items())
    facts["versions"] = ", ".join(f"{key} {value}" for key, value in record.versions.items())
    facts["notes"] = "\n".join(record.notes)
    return facts


def _figure(value: object) -> object:
    return f"{value:.4f}" if isinstance(value, float) else value
