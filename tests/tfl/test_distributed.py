"""Two processes that share a training have the same loss curve as one."""

import json
import subprocess
import sys
from types import ModuleType
from typing import Any

import pytest
import torch

from tfl.batches import make_batches, padded
from tfl.model import ModelConfig


@pytest.fixture(scope="module")
def shared(toy: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What each of two processes found."""
    folder = tmp_path_factory.mktemp("shared") / "run"
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    done = subprocess.run([*launcher, toy.__file__, str(folder)], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return [json.loads((folder / f"{rank}.json").read_text()) for rank in range(2)]


@pytest.fixture(scope="module")
def alone(toy: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The history of the same training in one process."""
    still = ModelConfig(**{**toy.SHAPES.as_dict(), "dropout": 0.0})
    return toy.make(tmp_path_factory.mktemp("alone"), shapes=still).fit(toy.PHASES).history


def test_the_toy_has_a_batch_of_odd_size_and_one_too_small_to_share(toy: ModuleType) -> None:
    train = toy.examples(37, seed=2)
    tokens = [padded(length) for length in train.lengths]
    budget = max(sum(tokens) // 4, max(tokens))
    sizes = [len(batch) for batch in make_batches(train, budget, 0)]
    assert min(sizes) == 1
    assert any(size % 2 for size in sizes if size > 1)


def test_two_processes_have_the_same_loss_curve_as_one(
    shared: list[dict[str, Any]], alone: list[dict[str, Any]]
) -> None:
    for found in shared:
        for ours, theirs in zip(alone, found["history"], strict=True):
            for number in ("train_loss", "validation_loss", "train_accuracy", "validation_accuracy"):
                assert theirs[number] == pytest.approx(ours[number], abs=2e-3), (ours["epoch"], number)


def test_both_processes_end_with_the_same_weights(shared: list[dict[str, Any]]) -> None:
    first, second = (found["weights"] for found in shared)
    for name, weight in first.items():
        torch.testing.assert_close(torch.tensor(second[name]), torch.tensor(weight), rtol=0, atol=0)


def test_a_run_that_one_process_finds_finished_is_trained_by_none(shared: list[dict[str, Any]]) -> None:
    assert [len(found["performed"]) for found in shared] == [1, 1]


def test_asking_one_process_to_stop_stops_both_after_the_same_step(shared: list[dict[str, Any]]) -> None:
    assert [found["resumed"]["stopped"] for found in shared] == [True, True]


def test_both_go_on_to_the_result_that_they_would_have_had(shared: list[dict[str, Any]]) -> None:
    for found in shared:  # with dropout: each process has gone on with its own random numbers
        whole, resumed = found["whole"], found["resumed"]
        for ours, theirs in zip(whole["history"], resumed["history"], strict=True):
            for number in ("train_loss", "validation_loss", "train_accuracy", "validation_accuracy"):
                assert theirs[number] == pytest.approx(ours[number], abs=1e-6), (ours["epoch"], number)
        for name, weight in whole["weights"].items():
            torch.testing.assert_close(torch.tensor(resumed["weights"][name]), torch.tensor(weight), rtol=0, atol=0)
