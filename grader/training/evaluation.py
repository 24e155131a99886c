"""Exercise 5: three real runs, read by the learner's functions and by the reference's: which one overfits?

    accuracy, confusion matrix   of the validation logits of each run's best weights
    generalisation gap           after each epoch; the run whose gap is widest at its end is named
    best epoch                   of its validation losses

The runs have few labels and many epochs, so that there is something to find.
"""

import math
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from grader.training import charts, plots
from grader.training.assignment import Assignment
from grader.training.bench import Bench
from grader.training.learner import Workplace
from grader.training.report import YOURS, Finding, Report, Row
from tfl.evaluation import predict_logits
from tfl.parts import REFERENCE, Parts

PARTS = ("accuracy", "confusion_matrix", "generalisation_gap", "best_epoch")
LABELS = 200
READINGS = "readings"  # the file of logits, and the name of what the learner's process finds
ACCURACY, GAP, BEST = "accuracy", "gap at the end", "best epoch"
NEAR = 1e-4  # two readings nearer than this are the same number
CLAIM = (
    "A training loss that falls while the validation loss rises is overfitting.  The gap between the two names the run "
    "that learns its reviews by heart, and the best epoch says where it should have stopped."
)


def compare(bench: Bench) -> Report:
    """Train (or reuse) the runs, and read them twice."""
    configs = {
        "from scratch": bench.config("scratch", labels=LABELS),
        "final layer": bench.config("final-layer", labels=LABELS, adapt=True),
        "full fine-tuning": bench.config("full", labels=LABELS, adapt=True),
    }
    rows = [bench.reference(name, chosen) for name, chosen in configs.items()]
    tensors: dict[str, torch.Tensor] = {}
    for row, chosen in zip(rows, configs.values(), strict=True):
        validation = bench.session.materials(chosen).small_data(chosen.labels).validation
        logits = predict_logits(bench.model(chosen, bench.runs_dir / row.run), validation, bench.device)
        tensors |= {f"{row.name}.logits": logits, f"{row.name}.labels": validation.labels}
    save_file(tensors, bench.inputs / READINGS)
    losses = {
        row.name: [(epoch["train_loss"], epoch["validation_loss"]) for epoch in bench.histories[row.name]]
        for row in rows
    }
    ended = bench.theirs(PARTS, losses=losses)
    theirs = {name: _plain(ended.found.get(name), len(losses[name])) for name in losses}
    ours = {name: read(REFERENCE, tensors, name, losses[name]) for name in losses}
    rows = [row.model_copy(update={"figures": _figures(ours[row.name], theirs[row.name])}) for row in rows]
    corpus = bench.corpus(configs["from scratch"])
    figure = bench.folder / "readings.png"
    plots.readings(rows, bench.histories, overfitting(rows, YOURS), corpus, figure)
    chart: list[str] = []
    for name, own in losses.items():
        chart += charts.curves(
            f"loss of “{name}” on {corpus}",
            {
                "train": [(at, loss[0]) for at, loss in enumerate(own, start=1)],
                "validation": [(at, loss[1]) for at, loss in enumerate(own, start=1)],
            },
            "epoch",
            height=7,
        )
    return bench.report(
        configs["from scratch"],
        title="three runs as your code reads them, beside the reference's reading",
        claim=CLAIM,
        finding=judge(rows),
        rows=rows,
        chart=chart,
        figures=[figure],
    )


def read(parts: Parts, tensors: dict[str, torch.Tensor], name: str, losses: list[Any]) -> dict[str, Any]:
    """One run as some parts read it: `accuracy`, `confusion`, `gaps` after each epoch, `best` (counted from 0)."""
    logits, labels = tensors[f"{name}.logits"], tensors[f"{name}.labels"]
    confusion = parts.confusion_matrix(logits.argmax(dim=1), labels, logits.shape[1])
    return {
        "accuracy": float(parts.accuracy(logits, labels)),
        "confusion": [[int(cell) for cell in line] for line in confusion],
        "gaps": [float(parts.generalisation_gap(train, validation)) for train, validation in losses],
        "best": int(parts.best_epoch([validation for _, validation in losses])),
    }


def _plain(found: Any, epochs: int) -> dict[str, Any]:
    """The learner's reading as their process told it, without what is not a number or an epoch."""
    found = found if isinstance(found, dict) else {}
    gaps, best = found.get("gaps"), found.get("best")
    return {
        "accuracy": _finite(found.get("accuracy")),
        "gaps": [_finite(gap) for gap in gaps] if isinstance(gaps, list) and len(gaps) == epochs else [None],
        "best": best if isinstance(best, int) and 0 <= best < epochs else None,
        "confusion": found.get("confusion"),
    }


def _finite(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _figures(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, float | int | str | None]:
    figures: dict[str, float | int | str | None] = {}
    for column, mine, your in (
        (ACCURACY, ours["accuracy"], theirs["accuracy"]),
        (GAP, ours["gaps"][-1], theirs["gaps"][-1]),
        (BEST, ours["best"] + 1, None if theirs["best"] is None else theirs["best"] + 1),
    ):
        figures[f"{column} (yours)"], figures[column] = your, mine
    figures["confusion matrix"] = "equal" if ours["confusion"] == theirs["confusion"] else "differs"
    return figures


def overfitting(rows: list[Row], whose: str = "") -> str | None:
    """The run with the widest gap at its end, by the reference's reading or by the learner's."""
    column = f"{GAP} (yours)" if whose else GAP
    known = [row for row in rows if isinstance(row.figures.get(column), float)]
    return max(known, key=lambda row: float(row.figures[column] or 0)).name if known else None


def judge(rows: list[Row]) -> Finding:
    """What both readings say of the runs."""
    named, reference = overfitting(rows, YOURS), overfitting(rows)
    apart = [
        f"{column} of “{row.name}”"
        for row in rows
        for column in (ACCURACY, GAP, BEST)
        if not _same(row.figures[column], row.figures[f"{column} (yours)"])
    ] + [f"confusion matrix of “{row.name}”" for row in rows if row.figures["confusion matrix"] == "differs"]
    if apart:
        return Finding(shown=False, text=f"Your reading differs from the reference's: {', '.join(apart)}.")
    row = next(row for row in rows if row.name == reference)
    gap, best = float(row.figures[GAP] or 0), row.figures[BEST]
    text = (
        f"Both readings name “{named}”: at its end validation loss lies {gap:.2f} above training loss, and epoch "
        f"{best} of {row.epochs} was its best"
    )
    if isinstance(best, int) and best < (row.epochs or 0) and gap > 0:
        return Finding(shown=True, text=f"{text}; what it learnt afterwards it learnt by heart.")
    return Finding(shown=False, text=f"{text}: its validation loss never rose.")


def _same(one: float | int | str | None, other: float | int | str | None) -> bool:
    return isinstance(one, int | float) and isinstance(other, int | float) and abs(one - other) < NEAR


def inside(workplace: Workplace, given: list[Assignment]) -> dict[str, Any]:
    """In the learner's process: read the runs."""
    tensors = load_file(workplace.inputs / READINGS)
    return {name: read(workplace.parts, tensors, name, own) for name, own in workplace.more["losses"].items()}
