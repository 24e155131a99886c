"""Trainings of the toy, and how two of them are compared."""

from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from tfl.checkpoint import Progress
from tfl.model import load_weights
from tfl.phase import Phase
from tfl.runs import RunFolder
from tfl.training import Data, Training

EPOCHS = 9  # of the toy's four phases
STEPS = 5  # of an epoch
MOMENTS = 29  # the events that the toy sends when it reports every step: 9 epochs and 4 · 5 steps


def fitted(
    toy: ModuleType, folder: Path, phases: list[Phase] | None = None, **choices: Any
) -> tuple[Training, Progress]:
    """A fresh training that has run to its end."""
    made = toy.make(folder, **choices)
    return made, made.fit(phases or toy.PHASES)


def contrary(toy: ModuleType) -> Data:
    """What is learned from the training examples is wrong in validation, so it gets worse there."""
    validation = toy.examples(20, seed=3)
    return Data(toy.examples(37, seed=2), replace(validation, labels=1 - validation.labels))


def numbers(progress: Progress) -> list[dict[str, Any]]:
    """The history without the times, which never repeat."""
    return [{key: value for key, value in epoch.items() if key != "seconds"} for epoch in progress.history]


def weights(toy: Training) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in toy.model.state_dict().items()}


def changed(toy: Training, before: dict[str, Tensor]) -> set[str]:
    return {name for name, tensor in toy.model.state_dict().items() if not torch.equal(tensor, before[name])}


def assert_same(found: Training, progress: Progress, expected: Training, expected_progress: Progress) -> None:
    """Both trainings have the same weights, in memory and on disk, and the same history, bit by bit."""
    assert numbers(progress) == numbers(expected_progress)
    assert progress.best_epoch == expected_progress.best_epoch
    for name, tensor in expected.model.state_dict().items():
        assert torch.equal(found.model.state_dict()[name], tensor), name
        assert torch.equal(load_weights(found.folder)[name], tensor), name
    assert RunFolder(found.folder).history() == progress.history  # each epoch once, although a kill may fall between
