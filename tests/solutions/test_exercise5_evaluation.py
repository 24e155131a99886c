"""Accuracy, confusion and the best epoch are what counting by hand gives."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from solutions.exercise5_evaluation import accuracy, best_epoch, confusion_matrix, generalisation_gap

CLASSES = 4
pairs = st.lists(st.tuples(st.integers(0, CLASSES - 1), st.integers(0, CLASSES - 1)), min_size=1, max_size=60)
losses = st.lists(st.sampled_from([0.1, 0.2, 0.3, math.inf, math.nan]), max_size=10)


def tensors(answers: list[tuple[int, int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Pairs (predicted, true) → two tensors."""
    predicted, labels = zip(*answers, strict=True)
    return torch.tensor(predicted), torch.tensor(labels)


# --- accuracy


@given(pairs)
def test_accuracy_is_the_share_of_right_answers(answers: list[tuple[int, int]]) -> None:
    predicted, labels = tensors(answers)
    logits = torch.randn(len(answers), CLASSES)
    logits[torch.arange(len(answers)), predicted] = 100.0
    assert accuracy(logits, labels) == sum(p == y for p, y in answers) / len(answers)


def test_accuracy_is_a_plain_number() -> None:
    assert type(accuracy(torch.tensor([[0.0, 1.0]]), torch.tensor([1]))) is float


# --- confusion_matrix


@given(pairs)
def test_a_cell_counts_the_true_class_of_its_row_taken_for_the_class_of_its_column(
    answers: list[tuple[int, int]],
) -> None:
    matrix = confusion_matrix(*tensors(answers), CLASSES)
    assert matrix.tolist() == [[answers.count((p, y)) for p in range(CLASSES)] for y in range(CLASSES)]
    assert matrix.dtype == torch.int64


def test_rows_are_the_true_classes() -> None:
    matrix = confusion_matrix(torch.tensor([0, 0, 1, 1]), torch.tensor([0, 0, 0, 1]), 2)
    assert matrix.tolist() == [[2, 1], [0, 1]]


def test_classes_that_never_occur_have_their_row_and_column() -> None:
    assert confusion_matrix(torch.tensor([0]), torch.tensor([0]), 3).tolist() == [
        [1, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
    ]


@pytest.mark.parametrize(("predicted", "label"), [(2, 0), (0, 2), (-1, 1), (1, -1)])
def test_a_class_outside_the_matrix_is_refused(predicted: int, label: int) -> None:
    with pytest.raises(ValueError, match="outside 0 … 1"):
        confusion_matrix(torch.tensor([0, predicted]), torch.tensor([0, label]), 2)


# --- generalisation_gap


def test_the_gap_is_positive_where_the_model_does_worse_on_unseen_examples() -> None:
    assert generalisation_gap(0.10, 0.62) == pytest.approx(0.52)


# --- best_epoch


@given(losses)
def test_the_best_epoch_is_the_first_of_the_lowest_loss(validation: list[float]) -> None:
    numbers = [loss for loss in validation if not math.isnan(loss)]
    if numbers:
        assert best_epoch(validation) == validation.index(min(numbers))
    else:
        with pytest.raises(ValueError, match="No epoch"):
            best_epoch(validation)


def test_nan_never_wins_wherever_it_stands() -> None:
    assert best_epoch([math.nan, 0.3, 0.2, math.nan]) == 2


def test_an_infinite_loss_beats_nan() -> None:
    assert best_epoch([math.nan, math.inf]) == 1
