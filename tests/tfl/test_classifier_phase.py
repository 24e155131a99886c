"""The phases in which the classifier alone learns, over features computed once."""

from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import Tensor

from tests.tfl.fits import assert_same, contrary, fitted, weights
from tfl import training
from tfl.events import Epoch
from tfl.frozen import Features
from tfl.phase import Phase
from tfl.training import Training

pytestmark = pytest.mark.usefixtures("no_collecting")


def body(toy: Training) -> dict[str, Tensor]:
    return {name: tensor for name, tensor in weights(toy).items() if not name.startswith("classifier.")}


def test_features_computed_by_another_training_are_used(toy: ModuleType, tmp_path: Path) -> None:
    whole, sharing = toy.make(tmp_path / "whole"), toy.make(tmp_path / "sharing")
    sharing.features = Features(toy.make(tmp_path / "body").model, toy.CPU)
    progress = whole.fit(toy.PHASES[:1])

    def never(*_: Tensor) -> Tensor:
        raise AssertionError("computed again")

    sharing.features.of("train", sharing.data.train)
    sharing.features.of("validation", sharing.data.validation)
    sharing.features.model.features = never
    sharing.model.features = never
    shared_progress = sharing.fit(toy.PHASES[:1])
    assert_same(sharing, shared_progress, whole, progress)


def test_after_other_layers_the_classifier_is_fitted_anew_to_the_best_body(toy: ModuleType, tmp_path: Path) -> None:
    layers, head = [Phase(("*",), 9, 3e-2)], Phase(("classifier.*",), 2, 1e-2)
    before, progress = fitted(toy, tmp_path / "before", phases=layers, data=contrary(toy))
    assert progress.best_epoch < 9  # so the last body is not the best
    after = toy.make(tmp_path / "after", data=contrary(toy))
    after.features = Features(toy.make(tmp_path / "body").model, toy.CPU)  # of the untrained body
    bodies = []
    after.emit = lambda event: bodies.append(body(after)) if isinstance(event, Epoch) and event.phase == 2 else None
    after.fit([*layers, head])
    assert len(bodies) == 2
    for found in bodies:
        assert all(torch.equal(found[name], weight) for name, weight in body(before).items())
    read = Features(before.model, toy.CPU).of("train", before.data.train)
    assert torch.equal(Features(after.model, toy.CPU).of("train", after.data.train), read)


def test_the_scores_of_a_classifier_phase_are_those_of_the_whole_model(toy: ModuleType, tmp_path: Path) -> None:
    made = toy.make(tmp_path)
    progress = made.fit([Phase(("classifier.*",), 3, 1e-2)])
    found = training.evaluate(made.model, made.data.validation, toy.CPU)
    best = progress.history[progress.best_epoch - 1]
    assert best["validation_loss"] == pytest.approx(found.loss, rel=1e-4)
    assert best["validation_accuracy"] == pytest.approx(found.accuracy)
