"""The figures of `tfl compare`: accuracies, times, gaps, and what happened epoch by epoch."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from statistics import fmean
from typing import Any

from pydantic import ValidationError

from tfl.comparison import Comparison, Row, Spread
from tfl.config import config
from tfl.errors import RunError
from tfl.lessons.figures import Figure, Group, Kind
from tfl.runs import RunFolder, RunRecord

Figures = Iterator[tuple[str, Figure]]

PRETRAININGS = {"words": "words", "topic": "topic", "words+topic": "topics"}


def read(runs_dir: Path) -> Comparison:
    """The comparison that lies in a folder of runs.  Raises RunError where there is none that can be read."""
    path = runs_dir / "comparison.json"
    try:
        return Comparison.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise RunError(f"There is no comparison in {runs_dir}.", "Make one with `tfl compare`.") from error
    except (OSError, ValidationError) as error:
        raise RunError(f"{path} is damaged or cannot be read.", "Make it again with `tfl compare`.") from error


def gather(runs_dir: Path) -> Group:
    """The figures of the comparison in `runs_dir`."""
    found = read(runs_dir)
    records = [RunFolder(runs_dir / run).record() for row in found.rows for run in row.runs[:1]]
    figures = dict(_all(found, runs_dir))
    return group(found.command, records, figures, corpus=found.corpus, seeds=found.seeds, notes=found.notes)


def group(
    command: str,
    records: list[RunRecord],
    figures: dict[str, Figure],
    corpus: str = "",
    seeds: list[int] | None = None,
    notes: list[str] | None = None,
) -> Group:
    """Figures with where they come from, as the records of their runs tell it."""
    first = records[0]
    return Group(
        command=command,
        date=max(record.created for record in records)[:10],
        corpus=corpus or first.corpus,
        seeds=sorted({record.seed for record in records}) if seeds is None else seeds,
        device=first.device,
        versions=first.versions,
        notes=notes or [],
        figures=figures,
    )


def today() -> str:
    """The date, for what is measured now."""
    return date.today().isoformat()


def key(row: Row) -> str:
    """How a row is called: "final_layer_adapted", "labels_200.full"."""
    own = row.name.replace(", ", "_").replace("-", "_")
    return f"labels_{row.labels}.{own}" if row.labels else own


def _all(found: Comparison, runs_dir: Path) -> Figures:
    for row in found.rows:
        if row.test:
            yield from _of_row(row)
            yield from _of_epochs(row, runs_dir)
    for pretraining in found.pretraining:
        adapted = "_adapted" if "reviews" in pretraining.pretrained_on else ""
        name = f"pretraining.{PRETRAININGS[pretraining.objective]}{adapted}"
        yield f"{name}.seconds", Figure(value=pretraining.seconds, kind="seconds")
        if pretraining.test:
            yield f"{name}.test", spread(pretraining.test)
    yield "seconds", Figure(value=found.seconds / len(found.seeds), kind="seconds")  # a seed
    yield "seeds", Figure(value=len(found.seeds), kind="count")


def spread(of: Spread) -> Figure:
    """An accuracy over seeds."""
    return Figure(value=of.mean, low=of.low, high=of.high, kind="accuracy")


def over_seeds(values: Sequence[float], kind: Kind = "accuracy") -> Figure:
    """The same thing measured for each seed: its mean, and the lowest and highest."""
    return Figure(value=fmean(values), low=min(values), high=max(values), kind=kind)


def _of_row(row: Row) -> Figures:
    name = key(row)
    assert row.test
    yield f"{name}.test", spread(row.test)
    if row.validation:
        yield f"{name}.validation", spread(row.validation)
    if row.gap is not None:
        yield f"{name}.gap", Figure(value=row.gap, kind="accuracy")
    if row.interval:
        yield f"{name}.margin", Figure(value=(row.interval[1] - row.interval[0]) / 2, kind="accuracy")
    yield f"{name}.seconds", Figure(value=row.seconds, kind="seconds")
    yield f"{name}.parameters", Figure(value=row.parameters_trainable, kind="count")
    yield f"{name}.labelled", Figure(value=row.labelled, kind="count")
    if row.confusion and len(row.confusion) == 2:
        (right_negative, taken_for_positive), (taken_for_negative, right_positive) = row.confusion
        seeds = len(row.seeds)
        for cell, count in (
            ("true_negative", right_negative),
            ("false_positive", taken_for_positive),
            ("false_negative", taken_for_negative),
            ("true_positive", right_positive),
        ):
            yield f"{name}.{cell}", Figure(value=count / seeds, kind="count")


def _of_epochs(row: Row, runs_dir: Path) -> Figures:
    """Of the first seed, as a curve over several seeds is none that anybody has seen."""
    folder = RunFolder(runs_dir / row.runs[0])
    history, record = folder.history(), folder.record()
    name = key(row)
    yield f"{name}.epochs", Figure(value=len(history), kind="count")
    yield f"{name}.best_epoch", Figure(value=record.best_epoch, kind="count")
    if not history:
        return
    calmest = min(history, key=lambda epoch: epoch["validation_loss"])
    yield f"{name}.lowest_loss_epoch", Figure(value=calmest["epoch"], kind="count")
    for epoch_name, epoch in (("epoch_1", history[0]), ("lowest_loss", calmest), ("last_epoch", history[-1])):
        for split in ("train", "validation"):
            yield f"{name}.{epoch_name}.{split}_loss", Figure(value=epoch[f"{split}_loss"], kind="loss")
            yield f"{name}.{epoch_name}.{split}_accuracy", Figure(value=epoch[f"{split}_accuracy"], kind="accuracy")


def copy_plots(runs_dir: Path, prefix: str, plots: Path) -> None:
    """Copy the figures of a comparison, and the curves of training from scratch, to where the lessons show them."""
    found = read(runs_dir)
    plots.mkdir(parents=True, exist_ok=True)
    for old in plots.glob(f"{prefix}_*.png"):
        old.unlink()
    for figure in found.figures:
        shutil.copyfile(runs_dir / figure, plots / f"{prefix}_{Path(figure).name}")
    for row in found.rows:
        if row.strategy == "scratch" and row.runs:
            name = f"{prefix}_scratch_{row.labels}" if row.labels else f"{prefix}_scratch"
            shutil.copyfile(RunFolder(runs_dir / row.runs[0]).curves, plots / f"{name}.png")


def records_where(runs_dir: Path, **choices: Any) -> list[RunRecord]:
    """The finished runs that were asked for with these choices and nothing else but a seed, by seed."""
    wanted = config(**choices).model_dump(mode="json", exclude={"seed"})
    found = []
    for path in sorted(runs_dir.glob("*/run.json")):
        record = RunFolder(path.parent).record()
        asked = {name: value for name, value in record.config.items() if name != "seed"}
        if record.state == "finished" and asked == wanted:
            found.append(record)
    return sorted(found, key=lambda record: record.seed)


def same_seeds(found: Mapping[str, Sequence[RunRecord]]) -> dict[str, list[RunRecord]]:
    """Of what is to be compared only the runs of seeds that each has, so that no mean is taken over other seeds.

    Raises RunError where something has no run, or there is no such seed.
    """
    shared = set.intersection(*({record.seed for record in records} for records in found.values()))
    if not shared:
        missing = next((name for name, records in found.items() if not records), "")
        what = f"There is no run of {missing}." if missing else "The runs to compare have no seed in common."
        raise RunError(what, "Run `make results`.")
    return {name: [record for record in records if record.seed in shared] for name, records in found.items()}
