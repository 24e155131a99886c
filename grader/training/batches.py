"""Exercise 2: the same model on reviews thrown together at random and on the learner's batches.

Padding is what a batch's rectangle holds beside its reviews; it is counted here, from the lengths alone.  The seconds
are those of whole epochs, on the same machine in the same run.  All three make the same number of steps.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from grader.training import assignment as assignments
from grader.training import charts, plots
from grader.training.assignment import Assignment
from grader.training.bench import Bench, share
from grader.training.learner import Workplace
from grader.training.report import Finding, Report, Row
from tfl.batches import Examples, make_batches
from tfl.config import Config
from tfl.errors import TrainingError
from tfl.evaluation import evaluate
from tfl.events import Stage
from tfl.parts import REFERENCE, Parts
from tfl.training import Data, Recipe

PARTS = ("stratified_split", "pad_and_mask", "length_buckets")
EPOCHS = {"real": 2, "sample": 16}  # after half of them accuracies still differ by more than chance
HELD_OUT = 0.1
LITTLE = 0.02  # of the cells: who saves less than that has saved nothing that a clock could show
PADDING, SECONDS = "padding", "seconds an epoch"
CLAIM = (
    "A batch is as wide as its longest review.  Reviews of about the same length together leave few cells to padding, "
    "so an epoch takes less time, and the accuracy stays what it was."
)


def compare(bench: Bench) -> Report:
    """Train on random batches, on the reference's buckets, and on the learner's split and buckets."""
    epochs = 1 if bench.options.full else EPOCHS[bench.pair]
    chosen = bench.config("scratch" if bench.pair == "real" else "full", epochs=epochs)
    data = bench.session.materials(chosen).small_data(None)
    usual = _divided(data, *REFERENCE.stratified_split(_labels(data), HELD_OUT, chosen.seed))
    rows = [
        _reference(bench, name, chosen, usual, parts)
        for name, parts in (
            ("at random", replace(REFERENCE, length_buckets=at_random)),
            ("the reference's buckets", REFERENCE),
        )
    ]
    one = bench.assignment("your-buckets", chosen)
    ended = bench.theirs(PARTS, [one])
    found = ended.found.get(one.name) or {}
    theirs = _checked(data, found)
    row = bench.measured(one, chosen, ended, validation=theirs.validation)
    rows.append(_with_figures(row, padding(theirs.train, found["batches"]), ended.histories.get(one.name, [])))
    corpus, figure = bench.corpus(chosen), bench.folder / "comparison.png"
    about = "filled: with your code · hatched: the reference · the same model, steps and reviews"
    headings = {PADDING: "{:.1%}", SECONDS: "{:.2f} s"}
    plots.amounts(rows, headings, "Batches at random, and by length", corpus, figure, about)
    chart = [line for heading, form in headings.items() for line in charts.of_figures(rows, heading, form)]
    chart += charts.of_tests(rows)
    return bench.report(
        chosen,
        title="the same training on batches at random and on yours",
        claim=CLAIM,
        finding=judge(rows),
        rows=rows,
        chart=chart,
        figures=[figure],
    )


def judge(rows: list[Row]) -> Finding:
    """What the rows say: at random, the reference's buckets, the learner's."""
    random, reference, yours = rows
    wasted, theirs = (float(row.figures[PADDING] or 0) for row in (random, yours))
    slow, fast = (float(row.figures[SECONDS] or 0) for row in (random, yours))
    assert random.test and yours.test
    text = (
        f"Padding: {wasted:.1%} of the cells at random, {theirs:.1%} in your batches (the reference's: "
        f"{float(reference.figures[PADDING] or 0):.1%}).  An epoch: {slow:.2f} s and {fast:.2f} s"
    )
    failing = []
    if wasted - theirs < LITTLE:
        alike = "reviews of nearly the same length leave little to waste"
        failing.append(alike if wasted < 0.1 else "yours pad no less")
    if fast >= slow:
        failing.append("the epoch was not faster, as happens when little was wasted or the machine was busy")
    if random.test.apart(yours.test):
        failing.append("the accuracies differ by more than chance")
    text += f".  Accuracy: {random.test.value:.3f} and {yours.test.value:.3f}"
    if failing:
        return Finding(shown=False, text=f"{text}.  The claim is not shown: {'; '.join(failing)}.")
    return Finding(shown=True, text=f"{text}, no more apart than chance explains.")


def at_random(lengths: Sequence[int], token_budget: int, seed: int) -> list[list[int]]:
    """As many batches as the buckets would be, of examples as they come: the part that the learner's replaces."""
    count = len(REFERENCE.length_buckets(lengths, token_budget, seed))
    order = torch.randperm(len(lengths), generator=torch.Generator().manual_seed(seed))
    return [piece.tolist() for piece in order.tensor_split(count)]


def padding(examples: Examples, batches: Sequence[Sequence[int]]) -> float:
    """The share of cells that hold no token."""
    lengths = examples.lengths
    cells = sum(len(batch) * max(lengths[i] for i in batch) for batch in batches if batch)
    return 1 - sum(lengths[i] for batch in batches for i in batch) / max(1, cells)


def epoch_batches(train: Examples, seed: int, parts: Parts) -> list[list[int]]:
    """The batches of the first epoch, as the training loop asks for them."""
    recipe = Recipe()
    budget = min(recipe.batch_tokens, max(sum(train.lengths) // recipe.steps, max(train.lengths)))
    return make_batches(train, budget, 1000 * seed, parts)


def _reference(bench: Bench, name: str, chosen: Config, data: Data, parts: Parts) -> Row:
    bench.emit(Stage(name="training the reference", detail=name))
    one = bench.assignment(name.replace(" ", "-").replace("'", ""), chosen)
    folder = bench.folder / one.name
    found = assignments.train(one, bench.inputs, folder, bench.device, bench.keeping(name), parts, data)
    model, test, history = (
        bench.model(chosen, folder),
        bench.session.materials(chosen).small_test,
        bench.histories[name],
    )
    row = Row(
        name=name,
        whose="reference",
        corpus=bench.corpus(chosen),
        run=str(folder.relative_to(bench.runs_dir)),
        epochs=found["epochs"],
        best_epoch=found["best_epoch"],
        seconds=found["seconds"],
        parameters_trainable=found["trainable"],
        parameters_total=found["total"],
        train=history[found["best_epoch"] - 1]["train_accuracy"],
        validation=share(evaluate(model, data.validation, bench.device), data.validation),
        test=share(evaluate(model, test, bench.device), test),
    )
    return _with_figures(row, padding(data.train, epoch_batches(data.train, chosen.seed, parts)), history)


def _with_figures(row: Row, wasted: float, history: list[dict[str, Any]]) -> Row:
    seconds = min((epoch["seconds"] for epoch in history), default=0.0)  # the first also warms the processor up
    return row.model_copy(update={"figures": {PADDING: wasted, SECONDS: seconds}})


def _labels(data: Data) -> list[int]:
    return [*data.train.labels.tolist(), *data.validation.labels.tolist()]


def _divided(data: Data, kept: Sequence[int], held_out: Sequence[int]) -> Data:
    """All labelled reviews, divided anew."""
    everything = Examples(
        data.train.sequences + data.validation.sequences,
        torch.cat([data.train.labels, data.validation.labels]),
        data.train.rows + data.validation.rows,
    )
    return Data(everything.select(list(kept)), everything.select(list(held_out)))


def _checked(data: Data, found: dict[str, Any]) -> Data:
    """The learner's split, as their process has told it.  Raises TrainingError when it is not a split."""
    count = len(data.train) + len(data.validation)
    kept, held_out, batches = (found.get(name) for name in ("kept", "held_out", "batches"))
    try:
        if sorted([*kept, *held_out]) != list(range(count)):  # type: ignore[misc]
            raise ValueError("the split")
        if sorted(i for batch in batches for i in batch) != list(range(len(kept))):  # type: ignore[union-attr, arg-type]
            raise ValueError("the batches")
    except (TypeError, ValueError) as error:
        raise TrainingError(
            f"Not every review stands exactly once in what your code made of {count:,} of them.",
            "Look at stratified_split and length_buckets with as many reviews as this.",
        ) from error
    return _divided(data, kept, held_out)  # type: ignore[arg-type]


def inside(workplace: Workplace, given: list[Assignment]) -> dict[str, Any]:
    """In the learner's process: hold out as they do, and train on their batches."""
    (one,) = given
    data = assignments.read_data(workplace.inputs / one.data)
    kept, held_out = (
        list(map(int, part)) for part in workplace.parts.stratified_split(_labels(data), HELD_OUT, one.seed)
    )
    divided = _divided(data, kept, held_out)
    batches = [list(map(int, batch)) for batch in epoch_batches(divided.train, one.seed, workplace.parts)]
    trained = workplace.train(one, divided)
    return {one.name: {**trained, "kept": kept, "held_out": held_out, "batches": batches}}
