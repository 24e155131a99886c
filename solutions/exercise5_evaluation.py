"""Exercise 5: read a run.

    accuracy           = right answers / all answers
    generalisation gap = validation loss − training loss

A training loss that falls while the validation loss rises is overfitting: the model learns the training
reviews by heart.  So the best epoch is the one with the lowest validation loss, and its weights are the ones
to keep.  For example, with training losses 0.50, 0.30, 0.10 and validation losses 0.48, 0.41, 0.62 the gap
grows from −0.02 to 0.52, and the best epoch is 1 (counted from 0).

Source: Goodfellow, Bengio & Courville, "Deep Learning" (2016), sections 5.2 and 7.8,
https://www.deeplearningbook.org
Shapes: n examples, c classes.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor


def accuracy(logits: Tensor, labels: Tensor) -> float:
    """The share of examples whose largest logit is that of their class, between 0 and 1.

    Args:
        logits: (n, c), n at least 1.
        labels: (n,), the true classes.
    """
    return int((logits.argmax(dim=1) == labels).sum()) / len(labels)


def confusion_matrix(predicted: Tensor, labels: Tensor, classes: int) -> Tensor:
    """Counts how often each true class (row) was taken for each class (column).

    True classes 0, 0, 0, 1 predicted as 0, 0, 1, 1 give [[2, 1], [0, 1]]: the right answers stand on the
    diagonal.

    Args:
        predicted: (n,), the predicted classes.
        labels: (n,), the true classes.
        classes: c.

    Returns:
        (c, c), int64.

    Raises:
        ValueError: a class lies outside 0 … classes − 1.
    """
    both = torch.stack([labels, predicted])  # (2, n)
    if bool(((both < 0) | (both >= classes)).any()):
        raise ValueError(f"A class lies outside 0 … {classes - 1}.")
    # Read as a number of two digits in base c, a pair (true, predicted) is the index of its cell.
    return torch.bincount(labels * classes + predicted, minlength=classes**2).view(classes, classes)


def generalisation_gap(train_loss: float, validation_loss: float) -> float:
    """How much worse the model does on unseen examples: validation loss − training loss."""
    return validation_loss - train_loss


def best_epoch(validation_losses: Sequence[float]) -> int:
    """The epoch (counted from 0) with the lowest validation loss, the first of them when several are equal.

    Raises:
        ValueError: there is no epoch, or no loss is a number: an epoch that ended in NaN is never the best.
    """
    epochs = [epoch for epoch, loss in enumerate(validation_losses) if not math.isnan(loss)]
    if not epochs:
        raise ValueError("No epoch has a validation loss that is a number.")
    return min(epochs, key=lambda epoch: validation_losses[epoch])
