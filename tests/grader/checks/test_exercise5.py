"""Exercise 5: what right answers earn however they are written, and what plausible wrong ones are told."""

import pytest

from tests.grader.checks.bench import COURSE, Bench, Wrong, wrong

BENCH = Bench(COURSE.exercise("exercise5"))

LOOPS = '''
import numpy as np
import torch

def accuracy(scores, truth):
    """Gives a tensor."""
    return (scores.argmax(-1) == truth).double().mean()

def confusion_matrix(guess, truth, n):
    """Gives a NumPy array."""
    cells = np.zeros((n, n), dtype=int)
    for g, t in zip(guess.tolist(), truth.tolist()):
        if min(g, t) < 0 or max(g, t) >= n:
            raise ValueError("no such class")
        cells[t][g] += 1
    return cells

def generalisation_gap(train, val):
    return np.float64(val) - train

def best_epoch(losses):
    """Gives a NumPy integer."""
    fine = [i for i, loss in enumerate(losses) if loss == loss]
    if not fine:
        raise ValueError
    return np.int64(fine[int(np.argmin([losses[i] for i in fine]))])
'''

WRONG = [
    wrong("per cent", ("    return int((logits", "    return 100 * int((logits"), fails={"accuracy": "in per cent"}),
    wrong("a count", (".sum()) / len(labels)", ".sum())"), fails={"accuracy": "divide by the number of examples"}),
    wrong(
        "divided by the logits", ("/ len(labels)", "/ logits.numel()"), fails={"accuracy": "rather than of examples"}
    ),
    wrong(
        "the smallest logit",
        ("logits.argmax(dim=1) == labels", "logits.argmin(dim=1) == labels"),
        fails={"accuracy": "the wrong answers were counted"},
    ),
    wrong("along the examples", ("argmax(dim=1)", "argmax(dim=0)"), fails={"accuracy": "RuntimeError"}),
    wrong(
        "two classes alone",
        ("int((logits.argmax(dim=1) == labels).sum())", "int(((logits[:, 1] > logits[:, 0]).long() == labels).sum())"),
        fails={"accuracy": "with"},
    ),
    wrong(
        "logits as probabilities",
        (
            "int((logits.argmax(dim=1) == labels).sum())",
            "int(((logits.argmax(dim=1) == labels) & (logits.amax(1) > 0)).sum())",
        ),
        fails={"accuracy": "are right"},
    ),
    wrong(
        "rows and columns changed places",
        ("labels * classes + predicted", "predicted * classes + labels"),
        fails={"confusion": "Rows and columns have changed places", "orientation": "Rows and columns"},
    ),
    wrong(
        "shares instead of counts",
        (".view(classes, classes)", ".view(classes, classes) / max(1, len(labels))"),
        fails={"confusion": "[true class, predicted class]", "orientation": ""},
    ),
    wrong(
        "counts as real numbers",
        (".view(classes, classes)", ".view(classes, classes).float()"),
        fails={"whole-numbers": "whole numbers are expected"},
    ),
    wrong(
        "only the classes that occur",
        (
            "minlength=classes**2).view(classes, classes)",
            "minlength=classes**2).view(classes, classes)[: int(both.max()) + 1, : int(both.max()) + 1]",
        ),
        fails={"absent-classes": ""},
    ),
    wrong("any class will do", ("(both < 0) | (both >= classes)", "both != both"), fails={"outside-refused": ""}),
    wrong(
        "negative classes slip through",
        ("(both < 0) | (both >= classes)", "both >= classes"),
        fails={"outside-refused": "class -1"},
    ),
    wrong(
        "the gap turned round",
        ("validation_loss - train_loss", "train_loss - validation_loss"),
        fails={"gap": "The sign is turned round"},
    ),
    wrong(
        "the gap without its sign",
        ("validation_loss - train_loss", "abs(validation_loss - train_loss)"),
        fails={"gap": "a gap may be negative"},
    ),
    wrong(
        "counted from 1", ("    return min(epochs", "    return 1 + min(epochs"), fails={"best": "they count from 0"}
    ),
    wrong(
        "the highest loss", ("return min(epochs", "return max(epochs"), fails={"best": "the highest loss were taken"}
    ),
    wrong(
        "the last of equals",
        ("return min(epochs,", "return min(epochs[::-1],"),
        fails={"best-tie": "the last of equal losses", "best-nan": ""},
    ),
    wrong(
        "the last epoch",
        ("return min(epochs, key=lambda epoch: validation_losses[epoch])", "return epochs[-1]"),
        fails={"best": ""},
    ),
    wrong(
        "counted without the NaN",
        (
            "return min(epochs,",
            "real = [loss for loss in validation_losses if loss == loss]\n    return real.index(min(real))  #",
        ),
        fails={"best-nan": "the epochs of NaN were left out"},
    ),
    wrong(
        "NumPy takes infinity for NaN",
        ("return min(epochs,", "import numpy\n\n    return int(numpy.nanargmin(validation_losses))  #"),
        fails={"best-extremes": "the losses [nan, inf]: 1 is expected"},
    ),
    wrong("NaN is a number", ("if not math.isnan(loss)]", "]"), fails={"best-nan": "ended in NaN", "no-best": "NaN"}),
    wrong(
        "nothing is refused",
        ('raise ValueError("No epoch has a validation loss that is a number.")', "return 0"),
        fails={"no-best": "ValueError is expected; no error came"},
    ),
    wrong(
        "infinity is no number either",
        ("if not math.isnan(loss)]", "if math.isfinite(loss)]"),
        fails={"best-extremes": "ValueError"},
    ),
]


@pytest.mark.parametrize("seed", ["0", "1", "2"])
@pytest.mark.parametrize("source", [BENCH.solution, LOOPS], ids=["ours", "loops"])
def test_right_answers_earn_everything(source: str, seed: str) -> None:
    assert BENCH.failures(source, seed) == {}


@pytest.mark.parametrize("answer", WRONG, ids=lambda answer: answer.name)
def test_wrong_answers_are_told_what_is_wrong(answer: Wrong) -> None:
    answer.confirm(BENCH)
