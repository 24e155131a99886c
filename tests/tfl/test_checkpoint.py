"""A checkpoint comes back as it was, or says that it is damaged."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from tfl.checkpoint import FILE, Checkpoint, Progress, random_states, save_checkpoint
from tfl.device import Device
from tfl.errors import RunError

ALONE = Device(torch.device("cpu"), bfloat16=False)
HISTORY = [
    {"epoch": 1, "train_loss": 0.7, "train_accuracy": 0.5, "validation_loss": 0.6, "validation_accuracy": 0.7},
    {"epoch": 2, "train_loss": 0.4, "train_accuracy": 0.8, "validation_loss": 0.9, "validation_accuracy": 0.6},
]


def trained() -> tuple[nn.Module, torch.optim.Optimizer]:
    """A layer and its optimizer after two steps."""
    torch.manual_seed(0)
    layer = nn.Linear(3, 2)
    optimizer = torch.optim.AdamW(layer.parameters(), lr=0.1, fused=True)
    for _ in range(2):
        step(layer, optimizer)
    return layer, optimizer


def step(layer: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    layer(torch.tensor([[1.0, 2.0, 3.0]])).square().sum().backward()
    optimizer.step()
    optimizer.zero_grad()


def test_a_training_goes_on_from_a_checkpoint_as_if_nothing_had_happened(tmp_path: Path) -> None:
    layer, optimizer = trained()
    save_checkpoint(tmp_path, layer, optimizer, Progress(), random_states(ALONE))
    step(layer, optimizer)

    other = nn.Linear(3, 2)
    its_optimizer = torch.optim.AdamW(other.parameters(), lr=0.1, fused=True)
    checkpoint = Checkpoint(tmp_path)
    checkpoint.restore_model(other)
    checkpoint.restore_optimizer(its_optimizer)
    step(other, its_optimizer)

    assert torch.equal(other.weight, layer.weight)
    assert torch.equal(other.bias, layer.bias)


def test_random_numbers_go_on_where_they_were(tmp_path: Path) -> None:
    layer, optimizer = trained()
    save_checkpoint(tmp_path, layer, optimizer, Progress(), random_states(ALONE))
    expected = torch.rand(5)
    torch.manual_seed(99)
    Checkpoint(tmp_path).restore_model(layer)
    assert torch.equal(torch.rand(5), expected)


def test_each_of_several_processes_gets_its_own_random_numbers_back(tmp_path: Path) -> None:
    layer, _ = trained()
    states = {}
    for rank in range(2):
        torch.manual_seed(40 + rank)
        states[f"random.{rank}"] = torch.get_rng_state()
    save_checkpoint(tmp_path, layer, None, Progress(loss_sum=3.0, correct=2, seen=5), states)
    for rank, seen in ((0, 5), (1, 0)):  # what all have seen so far is counted once
        checkpoint = Checkpoint(tmp_path)
        checkpoint.restore_model(layer, rank)
        assert torch.equal(torch.get_rng_state(), states[f"random.{rank}"])
        assert checkpoint.progress.seen == seen
    assert not Checkpoint(tmp_path).knows(2)


def test_progress_comes_back_as_it_was(tmp_path: Path) -> None:
    progress = Progress(phase=1, epoch=2, step=3, stale=4, loss_sum=0.1, seconds=9.5, best_epoch=2, history=HISTORY)
    save_checkpoint(tmp_path, trained()[0], None, progress, random_states(ALONE))
    assert Checkpoint(tmp_path).progress == progress


def test_a_progress_without_a_best_epoch_comes_back_too(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, trained()[0], None, Progress(), {})
    assert Checkpoint(tmp_path).progress.best_loss == float("inf")


@pytest.mark.parametrize("with_optimizer", [True, False])
def test_it_knows_whether_it_holds_an_optimizer(tmp_path: Path, with_optimizer: bool) -> None:
    layer, optimizer = trained()
    save_checkpoint(tmp_path, layer, optimizer if with_optimizer else None, Progress(), {})
    assert Checkpoint(tmp_path).has_optimizer is with_optimizer


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:7],
        lambda content: content[: len(content) // 2],
        lambda content: content[:-1],
        lambda content: random.Random(0).randbytes(len(content)),
        lambda content: content[:8] + b"\xff" + content[9:],
    ],
    ids=["empty", "no header", "half", "last byte missing", "other bytes", "broken header"],
)
def test_a_damaged_checkpoint_is_a_run_error(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    save_checkpoint(tmp_path, *trained(), Progress(), {})
    (tmp_path / FILE).write_bytes(damage((tmp_path / FILE).read_bytes()))
    with pytest.raises(RunError, match="damaged"):
        Checkpoint(tmp_path)


def test_tensors_of_something_else_are_a_run_error(tmp_path: Path) -> None:
    save_file({"weight": torch.zeros(2)}, tmp_path / FILE)
    with pytest.raises(RunError, match="damaged"):
        Checkpoint(tmp_path)


def test_a_checkpoint_that_could_not_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_checkpoint(tmp_path, *trained(), Progress(epoch=1), {})
    monkeypatch.setattr("os.fsync", lambda handle: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        save_checkpoint(tmp_path, *trained(), Progress(epoch=2), {})
    assert Checkpoint(tmp_path).progress.epoch == 1
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


def test_the_scores_of_a_run_are_those_of_its_best_epoch() -> None:
    results = Progress(examples=100, seconds=4.0, best_epoch=1, history=HISTORY).results()
    assert (results["epochs_run"], results["best_epoch"], results["examples_per_second"]) == (2, 1, 25.0)
    assert (results["train"].loss, results["train"].accuracy) == (0.7, 0.5)
    assert (results["validation"].loss, results["validation"].accuracy) == (0.6, 0.7)
