"""The training loop: it repeats exactly, learns from every example, and keeps the best weights."""

import math
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.tfl.fits import STEPS, assert_same, changed, contrary, fitted, numbers, weights
from tfl import training
from tfl.checkpoint import Progress
from tfl.errors import TrainingError
from tfl.events import Epoch, Event
from tfl.model import WEIGHTS, load_weights
from tfl.parts import REFERENCE
from tfl.phase import Phase
from tfl.training import Data, Training

pytestmark = pytest.mark.usefixtures("no_collecting")


def best(progress: Progress) -> int:
    """The first epoch with the highest validation accuracy; of equal ones, that with the lowest loss."""
    scores = [(epoch["validation_accuracy"], -epoch["validation_loss"]) for epoch in progress.history]
    return 1 + scores.index(max(scores))


def test_a_seed_repeats_its_training_bit_by_bit(
    toy: ModuleType, tmp_path: Path, whole: tuple[Training, Progress]
) -> None:
    assert_same(*fitted(toy, tmp_path), *whole)


def test_another_seed_is_another_training(toy: ModuleType, tmp_path: Path, whole: tuple[Training, Progress]) -> None:
    _, other = fitted(toy, tmp_path, seed=1)
    assert numbers(other) != numbers(whole[1])


def test_it_learns(toy: ModuleType, tmp_path: Path) -> None:
    data = Data(toy.examples(200, seed=1), toy.examples(100, seed=2))
    history = toy.make(tmp_path, data=data, steps=10).fit([Phase(("*",), 8, 1e-2)]).history
    assert history[-1]["validation_loss"] < 0.4 < history[0]["validation_loss"]
    assert history[-1]["train_accuracy"] > 0.85


def test_without_resume_a_training_starts_anew(
    toy: ModuleType, tmp_path: Path, whole: tuple[Training, Progress]
) -> None:
    fitted(toy, tmp_path)
    assert_same(*fitted(toy, tmp_path), *whole)


def test_the_best_weights_are_kept(toy: ModuleType, tmp_path: Path) -> None:
    seen: dict[int, dict[str, Tensor]] = {}

    def remember(event: Event) -> None:
        if isinstance(event, Epoch):
            seen[event.epoch] = weights(made)

    made = toy.make(tmp_path, remember)
    progress = made.fit([Phase(("*",), 6, 0.3)])

    assert progress.best_epoch == best(progress) < 6  # or it would be no test
    assert changed(made, seen[progress.best_epoch]) == set()
    assert all(torch.equal(load_weights(tmp_path)[name], p) for name, p in seen[progress.best_epoch].items())


@pytest.mark.parametrize("patience", [1, 2])
def test_training_stops_when_the_validation_accuracy_no_longer_rises(
    toy: ModuleType, tmp_path: Path, patience: int
) -> None:
    _, progress = fitted(toy, tmp_path, phases=[Phase(("*",), 9, 3e-2)], data=contrary(toy), patience=patience)
    assert len(progress.history) == best(progress) + patience < 9


def test_a_loss_that_is_no_number_ends_the_training(toy: ModuleType, tmp_path: Path) -> None:
    made = toy.make(tmp_path)
    made.model.embedding.weight.data[5] = math.nan
    with pytest.raises(TrainingError, match="no longer a number"):
        made.fit([Phase(("*",), 3, 1e-2)])
    assert not (tmp_path / WEIGHTS).exists()


def test_every_example_is_seen_once_in_an_epoch(
    toy: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, seen = toy.make(tmp_path), []
    collate = training.collate

    def remember(examples: object, indices: list[int], *rest: object) -> object:
        seen.append(indices)
        return collate(examples, indices, *rest)

    monkeypatch.setattr(training, "collate", remember)
    made.fit(toy.PHASES[2:3])
    first, second = seen[:STEPS], seen[STEPS:]
    assert sorted(i for batch in first for i in batch) == list(range(37))
    assert sorted(i for batch in second for i in batch) == list(range(37))
    assert first != second  # in another order


def test_a_learners_parts_take_the_place_of_ours(toy: ModuleType, tmp_path: Path) -> None:
    used = []

    def spy(name: str) -> Any:
        part = getattr(REFERENCE, name)
        return lambda *arguments: used.append(name) or part(*arguments)

    names = {
        "pad_and_mask",
        "length_buckets",
        "freeze",
        "unfreeze",
        "layer_groups",
        "discriminative_rates",
        "accuracy",
    }
    made = toy.make(tmp_path)
    made.parts = replace(REFERENCE, **{name: spy(name) for name in names})
    made.fit(toy.PHASES)
    assert set(used) == names
