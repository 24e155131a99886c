"""Exercise 6: the lab as the learner found it and as they mended it, side by side.

    beside another    how far a review's logits move when another of the same length joins its batch
    with padding      how far they move when a longer one does
    asked twice       how far two predictions of the same review lie apart
    accuracy          after each epoch, with the words' vectors of a pre-trained run

The broken version is the course's own stub, so it runs in the trusted process.  The weights of the mended one are put
into the reference's model and measured again.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from grader.sandbox import lab as submissions
from grader.sandbox.lab import Lab
from grader.training import assignment as assignments
from grader.training import charts, plots
from grader.training.assignment import Assignment
from grader.training.bench import Bench, right
from grader.training.learner import Workplace
from grader.training.report import Finding, Report, Row
from tfl.batches import Examples
from tfl.errors import TrainingError
from tfl.events import Epoch, Event, Stage
from tfl.model import save_weights
from tfl.text.vocabulary import SPECIALS
from tfl.training import Data

VECTORS, DATA = "vectors", "lab.data"
TEXTS, HELD_OUT, TEST, TOKENS = 600, 300, 1_000, 64  # reviews to train on, for validation, for test; words of each
EPOCHS, RATE, BATCH = 8, 1.0, 32
UNK, WORD = 0, 2  # of the lab: <unk>, and the first word; <pad> is 1
BESIDE, PADDED, TWICE = "moved by a neighbour", "moved by padding", "asked twice"
STILL = 1e-3  # logits that move less than this do not move: sums in another order round differently
CLAIM = (
    "The lab ran, and its numbers were wrong: a review's answer changed with its neighbours in the batch, with the "
    "padding behind it, and from one call to the next.  Mended, it does not; what is left is what it has learnt."
)


def compare(bench: Bench) -> Report:
    """Train the lab as it was found, here, and as it was mended, in the learner's process."""
    chosen = bench.config("final-layer", adapt=True)
    given = bench.assignment("mended", chosen)
    data = bench.session.materials(chosen).small_data(None)
    data = Data(_few(data.train, TEXTS), _few(data.validation, HELD_OUT))
    assignments.write_data(data, bench.inputs / DATA)
    vectors = load_file(bench.inputs / given.weights)["embedding.weight"][len(SPECIALS) :].clone()  # (words, d)
    save_file({VECTORS: vectors}, bench.inputs / VECTORS)
    test = _few(bench.session.materials(chosen).small_test, TEST)

    rows = [_broken(bench, vectors, data, test, chosen.seed)]
    ended = bench.theirs((), names=["mended"], seed=chosen.seed)
    rows.append(_mended(bench, vectors, data, test, ended.found.get("mended") or {}, ended.histories.get("mended", [])))
    corpus, figure = bench.corpus(chosen), bench.folder / "comparison.png"
    plots.repaired(rows, bench.histories, (BESIDE, PADDED, TWICE), corpus, figure)
    chart = [line for heading in (BESIDE, PADDED, TWICE) for line in charts.of_figures(rows, heading, "{:.4f}")]
    chart += charts.of_validation(rows, bench.histories, corpus)
    bench.notes.append(
        f"The lab's own recipe on {len(data.train):,} reviews of {TOKENS} words, {EPOCHS} epochs; "
        f"tested on {len(test):,}."
    )
    return bench.report(
        chosen,
        title="the lab as you found it and as you mended it",
        claim=CLAIM,
        finding=judge(rows),
        rows=rows,
        chart=chart,
        figures=[figure],
    )


def judge(rows: list[Row]) -> Finding:
    """What the rows say: as it was found, as it was mended."""
    broken, mended = rows
    moved = {
        heading: tuple(float(row.figures.get(heading) or 0) for row in rows) for heading in (BESIDE, PADDED, TWICE)
    }
    text = "; ".join(f"{heading}: {before:.4f} before, {after:.4f} now" for heading, (before, after) in moved.items())
    text = f"How far a review's answer moves: {text}."
    if broken.test and mended.test:
        text += f"  Accuracy on test: {broken.test.value:.3f} as you found it, {mended.test.value:.3f} mended"
        text += "." if mended.test.apart(broken.test) else ", no more apart than chance explains."
    still = [heading for heading, (_, after) in moved.items() if after > STILL]
    never = [heading for heading, (before, _) in moved.items() if before <= STILL]
    if still or never:
        why = [f"it still moves ({heading})" for heading in still] + [f"it did not move before ({h})" for h in never]
        return Finding(shown=False, text=f"{text}  The claim is not shown: {'; '.join(why)}.")
    return Finding(shown=True, text=text)


def train(lab: Lab, name: str, vectors: Tensor, data: Data, seed: int, emit: Callable[[Event], None]) -> nn.Module:
    """A lab's model, trained by the lab's own `fit`, an epoch at a time so that each can be looked at."""
    torch.manual_seed(seed)
    # How the rate goes from one epoch to the next is the lab's business: two epochs on four reviews tell.
    texts, labels = lab_texts(data.train), data.train.labels.tolist()
    probe = lab.fit(lab.ReviewModel(vectors, 2, TOKENS), texts[:4], labels[:4], 2, RATE)
    factor = float(probe[1]["rate"]) / float(probe[0]["rate"])
    torch.manual_seed(seed)
    model = lab.ReviewModel(vectors, 2, TOKENS)
    for epoch in range(EPOCHS):
        started = time.perf_counter()
        (done,) = lab.fit(model, texts, labels, 1, RATE * factor**epoch)
        found = right(predictions(lab, model, data.validation), data.validation.labels)
        emit(
            Epoch(
                run=name,
                epoch=epoch + 1,
                train_loss=float(done["loss"]),
                validation_accuracy=found.value,
                seconds=time.perf_counter() - started,
            )
        )
    return model


def lab_texts(examples: Examples) -> list[list[int]]:
    """Reviews as the lab numbers words: <unk> 0, <pad> 1, then the words."""
    shift = WORD - len(SPECIALS)
    return [
        [id + shift if id >= len(SPECIALS) else UNK for id in sequence.tolist()] or [UNK]
        for sequence in examples.sequences
    ]


def predictions(lab: Lab, model: nn.Module, examples: Examples) -> Tensor:
    """What a lab's `predict` makes of reviews, in batches as they come: (n, 2)."""
    texts = lab_texts(examples)
    return torch.cat([lab.predict(model, texts[at : at + BATCH]).detach() for at in range(0, len(texts), BATCH)])


def examine(lab: Lab, model: nn.Module, examples: Examples) -> dict[str, float | int | str | None]:
    """How far the probability of a review moves though nothing about the review has changed (the most of 8 reviews)."""
    texts = sorted(lab_texts(examples), key=len)[-16:]
    moved = {BESIDE: 0.0, PADDED: 0.0, TWICE: 0.0}
    for one, other in zip(texts[::2], texts[1::2], strict=False):
        own = one[: len(one) // 2]

        def ask(*batch: Sequence[int]) -> Tensor:
            return lab.predict(model, list(batch))[0].detach()

        alone = ask(own)
        for heading, again in (
            (BESIDE, ask(own, other[: len(own)])),
            (PADDED, ask(own, other)),
            (TWICE, ask(own)),
        ):
            moved[heading] = max(moved[heading], float((again - alone).abs().max()))
    return dict(moved)


def _broken(bench: Bench, vectors: Tensor, data: Data, test: Examples, seed: int) -> Row:
    """The row of the lab as it was found, which is ours: trained and measured here."""
    name = "as you found it"
    bench.emit(Stage(name="training the lab as you found it", detail=bench.exercise.file))
    broken = submissions.load(bench.course.stub(bench.exercise).read_text(encoding="utf-8"), bench.exercise.file)
    model = train(broken, name, vectors, data, seed, bench.keeping(name))
    return _row(bench, name, "reference", bench.histories[name]).model_copy(
        update={
            "test": right(predictions(broken, model, test), test.labels),
            "validation": right(predictions(broken, model, data.validation), data.validation.labels),
            "figures": examine(broken, model, data.validation),
        }
    )


def _mended(
    bench: Bench, vectors: Tensor, data: Data, test: Examples, found: dict[str, Any], history: list[dict[str, Any]]
) -> Row:
    """The learner's row: its weights in the reference's model; how far answers move is their process's word."""
    solution = submissions.load(bench.course.solution(bench.exercise).read_text(encoding="utf-8"), "solution.py")
    model = solution.ReviewModel(vectors, 2, TOKENS)
    folder = bench.folder / "mended"
    try:
        weights = load_file(folder / "model.safetensors")
        # An nn.TransformerEncoder keeps its layers one step further down.
        weights = {name.replace("layers.layers.", "layers."): value for name, value in weights.items()}
        model.load_state_dict({name: value for name, value in weights.items() if name != "places"})
    except (OSError, RuntimeError) as error:
        raise TrainingError(
            f"The weights that your mended lab left in {folder} do not fit the reference's model.",
            "Keep the names embedding, layers and classifier in ReviewModel.",
        ) from error
    bench.emit(Stage(name="measuring your weights with the reference", detail="mended"))
    told = found.get("moved")
    moved = told if isinstance(told, dict) else {}
    row = _row(bench, "mended", "yours", history).model_copy(
        update={
            "test": right(predictions(solution, model, test), test.labels),
            "validation": right(predictions(solution, model, data.validation), data.validation.labels),
            "told_validation": history[-1]["validation_accuracy"] if history else None,
            "figures": {name: moved.get(name) for name in (BESIDE, PADDED, TWICE)},
        }
    )
    bench.doubt(row)
    return row


def _row(bench: Bench, name: str, whose: Any, history: list[dict[str, Any]]) -> Row:
    return Row(
        name=name,
        whose=whose,
        corpus=bench.corpus(bench.config("final-layer", adapt=True)),
        run=str((bench.folder / name).relative_to(bench.runs_dir)) if whose == "yours" else "",
        epochs=len(history),
    )


def _few(examples: Examples, count: int) -> Examples:
    """Some of the examples, evenly spread, cut to the lab's length."""
    step = max(1, len(examples) // count)
    chosen = examples.select(range(0, len(examples), step)[:count])
    return Examples([sequence[-TOKENS:] for sequence in chosen.sequences], chosen.labels, chosen.rows)


def inside(workplace: Workplace, given: list[Assignment]) -> dict[str, Any]:
    """In the learner's process: train the mended lab and look whether answers move."""
    data = assignments.read_data(workplace.inputs / DATA)
    vectors = load_file(workplace.inputs / VECTORS)[VECTORS]
    model = train(workplace.lab, "mended", vectors, data, workplace.more["seed"], workplace.emit)
    folder = workplace.folder / "mended"
    folder.mkdir(exist_ok=True)
    save_weights(model, folder)
    return {"mended": {"moved": examine(workplace.lab, model, data.validation)}}
