"""What is asked of a submission of exercise 5."""

import math

import torch

from grader import expect


def answers(draw, count, classes):
    """Logits (n, c) and labels (n,); about half of the answers are right."""
    labels = torch.tensor(draw.integers(count, 0, classes - 1))
    right = torch.tensor([draw.number() < 0.5 for _ in range(count)])
    logits = draw.tensor(count, classes)
    logits[right, labels[right]] += 10.0
    return logits, labels


def shared(observe, logits, labels, what):
    """Expect the right accuracy, and inputs that stay as they are."""
    hits = int((logits.argmax(dim=1) == labels).sum())
    seen = expect.record(observe("share", logits, labels), "accuracy", "logits", "labels", what=what)
    came, n = expect.number(seen[0], what), len(labels)
    mistakes = {
        "It looks as if it were in per cent; it lies between 0 and 1.": 100 * hits / n,
        "It looks as if the right answers were only counted: divide by the number of examples.": hits,
        "It looks as if the wrong answers were counted.": (n - hits) / n,
        "It looks as if it were divided by the number of logits rather than of examples.": hits / logits.numel(),
        "It looks as if the smallest logit were taken for the answer; it is the largest.": int(
            (logits.argmin(dim=1) == labels).sum()
        )
        / n,
    }
    expect.close(came, hits / n, f"{what} ({hits} of {n} are right)", 1e-6, mistakes)
    expect.close(seen[1], logits, f"{what}: the logits afterwards", 0)
    expect.close(seen[2], labels, f"{what}: the labels afterwards", 0)


def test_accuracy(observe, draw):
    for classes in (2, draw.integer(3, 6)):
        count = draw.integer(11, 40)
        logits, labels = answers(draw, count, classes)
        shared(observe, logits, labels, f"accuracy of {count} examples with {classes} classes")


def test_accuracy_extremes(observe, draw):
    classes = draw.integer(3, 6)
    count = draw.integer(2, 9)
    labels = torch.tensor(draw.integers(count, 0, classes - 1))
    right = torch.eye(classes)[labels]
    cases = {
        "every answer is right": (right, labels),
        "every answer is wrong": (-right, labels),
        "one example, right": (right[:1], labels[:1]),
        "one example, wrong": (-right[:1], labels[:1]),
    }
    for words, (logits, truth) in cases.items():
        shared(observe, logits, truth, f"accuracy where {words}")


def test_logits_of_any_kind(observe, draw):
    logits, labels = answers(draw, draw.integer(10, 30), 4)
    cases = {
        "all negative": logits - 100,
        "very large": logits * 1e4,
        "of half precision": logits.half(),
        "of double precision": logits.double(),
    }
    for words, some in cases.items():
        shared(observe, some, labels, f"accuracy of logits that are {words} (no logit is a probability)")


def matrix_of(predicted, labels, classes):
    """Rows are the true classes."""
    matrix = torch.zeros(classes, classes, dtype=torch.int64)
    for guess, truth in zip(predicted.tolist(), labels.tolist(), strict=True):
        matrix[truth, guess] += 1
    return matrix


def counted(observe, predicted, labels, classes, what):
    """Expect the right confusion matrix, and inputs that stay as they are."""
    names = "matrix", "predicted", "labels"
    came, guesses, truth = expect.record(observe("counts", predicted, labels, classes), *names, what=what)
    wanted = matrix_of(predicted, labels, classes)
    mistakes = {
        "Rows and columns have changed places: a row is a true class, a column what it was taken for.": wanted.T
    }
    expect.close(came, wanted, f"{what} [true class, predicted class]", 0, mistakes)
    expect.close(guesses, predicted, f"{what}: the predictions afterwards", 0)
    expect.close(truth, labels, f"{what}: the labels afterwards", 0)
    return came


def drawn_pairs(draw, count, classes):
    """Predictions and labels (n,) each; more confusions one way than the other."""
    labels = torch.tensor(draw.integers(count, 0, classes - 1))
    shift = torch.tensor([int(draw.number() < 0.4) for _ in range(count)])
    return (labels + shift) % classes, labels


def test_confusion(observe, draw):
    for classes in (3, draw.integer(4, 7)):
        count = draw.integer(20, 50)
        predicted, labels = drawn_pairs(draw, count, classes)
        counted(observe, predicted, labels, classes, f"confusion_matrix of {count} examples and {classes} classes")


def test_orientation(observe, draw):
    count = draw.integer(3, 9)
    predicted = torch.tensor([1] * count + [0])
    labels = torch.tensor([0] * count + [0])
    counted(observe, predicted, labels, 2, f"confusion_matrix, {count} of class 0 taken for class 1")


def test_absent_classes(observe, draw):
    classes = draw.integer(4, 8)
    seen = draw.integer(0, classes - 3)
    pair = torch.tensor([seen, seen + 1]), torch.tensor([seen, seen])
    counted(observe, *pair, classes, f"confusion_matrix of {classes} classes of which most never occur")
    nothing = torch.zeros(0, dtype=torch.int64)
    counted(observe, nothing, nothing.clone(), classes, "confusion_matrix of no examples")


def test_whole_numbers(observe, draw):
    classes = draw.integer(2, 5)
    predicted, labels = drawn_pairs(draw, 12, classes)
    what = "confusion_matrix"
    came = counted(observe, predicted, labels, classes, what)
    if not isinstance(came, list):  # lists of whole numbers are as good
        expect.tensor(came, what, shape=(classes, classes), kind="int")
    else:
        for row in came:
            expect.integers(row, f"{what}, a row")


def test_outside_refused(observe, draw):
    classes = draw.integer(2, 5)
    predicted, labels = drawn_pairs(draw, 8, classes)
    inside = torch.tensor(draw.integers(4, 0, classes - 1))
    wrong = []
    for odd in (classes, classes + draw.integer(1, 9), -1):
        outside = inside.clone()
        outside[draw.integer(0, 3)] = odd
        wrong += [(outside, inside), (inside, outside)]
    came, refused = expect.record(
        observe("outside", (predicted, labels), wrong, classes), "fine", "wrong", what="confusion_matrix"
    )
    expect.close(came, matrix_of(predicted, labels, classes), "confusion_matrix [true class, predicted class]", 0)
    outcomes = expect.items(refused, len(wrong), "confusion_matrix")
    for (guesses, truth), outcome in zip(wrong, outcomes, strict=True):
        which, where = ("predicted", guesses) if guesses is not inside else ("true", truth)
        odd = next(c for c in where.tolist() if not 0 <= c < classes)
        expect.raised(outcome, "ValueError", f"confusion_matrix of {classes} classes with {which} class {odd}")


def test_gap(observe, draw):
    pairs = [(draw.number(0.0, 0.5), draw.number(0.6, 2.0)), (draw.number(1.0, 2.0), draw.number(0.1, 0.9)), (0.3, 0.3)]
    what = "generalisation_gap of three pairs of losses"
    came = [expect.number(one, what) for one in expect.items(observe("gaps", pairs), 3, what)]
    wanted = [validation - train for train, validation in pairs]
    mistakes = {
        "The sign is turned round: validation loss − training loss.": [-gap for gap in wanted],
        "It looks as if the size alone were given; a gap may be negative.": [abs(gap) for gap in wanted],
    }
    expect.close(came, wanted, what, 1e-6, mistakes)


def chosen(observe, losses, what):
    """Expect the first epoch with the lowest loss that is a number."""
    epoch, after = expect.record(observe("best", losses), "epoch", "losses", what=what)
    numbers = [loss for loss in losses if not math.isnan(loss)]
    wanted = losses.index(min(numbers))
    last = len(losses) - 1 - losses[::-1].index(min(numbers))
    mistakes = {
        "It looks as if the epochs of NaN were left out before counting; they keep their numbers.": (
            numbers.index(min(numbers)) if len(numbers) < len(losses) else None
        ),
        "It looks as if epochs were counted from 1; they count from 0.": wanted + 1,
        "It looks as if the last of equal losses were taken; it is the first.": last,
        "It looks as if the highest loss were taken; it is the lowest.": losses.index(max(numbers)),
    }
    expect.equal(epoch, wanted, what, mistakes)
    expect.close(after, losses, f"{what}: the losses afterwards", 0)


def test_best(observe, draw):
    for _ in range(3):
        losses = [0.9, *draw.numbers(draw.integer(4, 9), 0.2, 0.8), 0.95, 0.85]
        chosen(observe, losses, "best_epoch of losses that fall and rise again")


def test_best_tie(observe, draw):
    low = draw.number(0.1, 0.3)
    for losses in ([0.9, low, 0.5, low, 0.8], [low, low], [0.4, 0.6, low, low, low]):
        chosen(observe, losses, "best_epoch where several losses are equally low")


def test_best_nan(observe, draw):
    low = draw.number(0.1, 0.3)
    for losses in ([math.nan, 0.4, low, low], [0.4, math.nan, low, 0.5], [low, 0.4, math.nan], [math.nan, low]):
        chosen(observe, losses, f"best_epoch where epoch {[math.isnan(x) for x in losses].index(True)} ended in NaN")


def test_best_extremes(observe, draw):
    loss = draw.number(0.1, 2.0)
    for losses in ([loss], [math.inf, loss], [math.nan, math.inf], [loss, -loss, 0.0]):
        chosen(observe, losses, f"best_epoch of the losses {expect.describe(losses)}")


def test_no_best(observe, draw):
    low = draw.number(0.1, 0.3)
    wrong = [[], [math.nan], [math.nan] * draw.integer(2, 5)]
    epoch, outcomes = expect.record(observe("no_best", [0.5, low, 0.4], wrong), "fine", "wrong", what="best_epoch")
    expect.equal(epoch, 1, "best_epoch of three epochs")
    for losses, outcome in zip(wrong, expect.items(outcomes, len(wrong), "best_epoch"), strict=True):
        expect.raised(outcome, "ValueError", f"best_epoch of {f'{len(losses)} NaN' if losses else 'no epochs'}")


def test_reading(observe, draw):
    for _ in range(3):
        classes = draw.integer(2, 9)
        count = draw.integer(1, 90)
        logits, labels = answers(draw, count, classes)
        came, matrix = expect.record(
            observe("reading", logits, labels, classes), "accuracy", "matrix", what="Both measures"
        )
        wanted = matrix_of(logits.argmax(dim=1), labels, classes)
        expect.close(matrix, wanted, "confusion_matrix", 0)
        expect.close(expect.number(came, "accuracy"), wanted.trace().item() / count, "accuracy", 1e-6)
