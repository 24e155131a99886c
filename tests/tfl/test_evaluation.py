"""Loss, accuracy and confusion matrix of a model."""

from dataclasses import replace
from types import ModuleType

import pytest
import torch
from torch import Tensor

from tfl import evaluation
from tfl.device import Device
from tfl.evaluation import evaluate, judge_logits, predict_logits
from tfl.model import ModelConfig, TransformerClassifier
from tfl.parts import REFERENCE

LOGITS = torch.tensor([[2.0, 0.0], [0.0, 2.0], [2.0, 0.0], [2.0, 0.0]])
LABELS = torch.tensor([0, 1, 1, 0])


@pytest.fixture
def model(toy: ModuleType) -> TransformerClassifier:
    torch.manual_seed(0)
    return TransformerClassifier(ModelConfig(**{**toy.SHAPES.as_dict(), "dropout": 0.5}))


def test_logits_stand_in_the_order_of_the_examples(toy: ModuleType, model: TransformerClassifier, cpu: Device) -> None:
    examples = toy.examples(30, seed=0)
    found = predict_logits(model, examples, cpu)
    one_by_one = [predict_logits(model, examples.select([i]), cpu)[0] for i in range(30)]
    torch.testing.assert_close(found, torch.stack(one_by_one), rtol=1e-4, atol=1e-5)


def test_logits_do_not_depend_on_the_size_of_the_batches(
    toy: ModuleType, model: TransformerClassifier, cpu: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = predict_logits(model, toy.examples(30, seed=0), cpu)
    monkeypatch.setattr(evaluation, "TOKENS", 10)
    torch.testing.assert_close(predict_logits(model, toy.examples(30, seed=0), cpu), large, rtol=1e-4, atol=1e-5)


def test_nothing_is_dropped_out_while_predicting(toy: ModuleType, model: TransformerClassifier, cpu: Device) -> None:
    examples = toy.examples(5, seed=0)
    first, second = (predict_logits(model.train(), examples, cpu) for _ in range(2))
    assert torch.equal(first, second)


def test_evaluating_changes_nothing_that_a_training_draws_from(
    toy: ModuleType, model: TransformerClassifier, cpu: Device
) -> None:
    before = torch.get_rng_state()
    evaluate(model, toy.examples(5, seed=0), cpu)
    assert torch.equal(torch.get_rng_state(), before)


def test_logits_of_less_precise_products_are_still_float32(toy: ModuleType, model: TransformerClassifier) -> None:
    logits = predict_logits(model, toy.examples(5, seed=0), Device(torch.device("cpu"), bfloat16=True))
    assert logits.dtype == torch.float32


def test_loss_accuracy_and_confusion_are_those_by_hand() -> None:
    found = judge_logits(LOGITS, LABELS)
    right, wrong = torch.tensor(1 + torch.e**-2).log(), torch.tensor(1 + torch.e**2).log()
    assert found.loss == pytest.approx((3 * right + wrong).item() / 4)
    assert found.accuracy == 0.75
    assert found.confusion == [[2, 0], [1, 1]]  # rows are the true classes


def test_the_record_of_a_run_gets_its_test_score_with_an_interval() -> None:
    results = judge_logits(LOGITS, LABELS).results()
    low, high = results["test_interval"]
    assert results["test"].accuracy == 0.75
    assert low < 0.75 < high
    assert results["confusion"] == [[2, 0], [1, 1]]


def test_evaluating_judges_the_predicted_logits(toy: ModuleType, model: TransformerClassifier, cpu: Device) -> None:
    examples = toy.examples(30, seed=0)
    found = evaluate(model, examples, cpu)
    expected = judge_logits(predict_logits(model, examples, cpu), examples.labels)
    assert (found.loss, found.accuracy) == (expected.loss, expected.accuracy)


def test_a_learners_accuracy_and_confusion_matrix_take_the_place_of_ours() -> None:
    def confusion(predicted: Tensor, labels: Tensor, classes: int) -> list[list[int]]:
        return [[len(predicted), len(labels)], [classes, 0]]

    theirs = replace(REFERENCE, accuracy=lambda logits, labels: 0.125, confusion_matrix=confusion)
    found = judge_logits(LOGITS, LABELS, theirs)
    assert (found.accuracy, found.confusion) == (0.125, [[4, 4], [2, 0]])
