"""A training that can go on after Ctrl-C or `kill -9`: weights, optimizer, random state and progress in one file.

One file, so that its parts always belong together; safetensors, so that loading it never runs code.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor, nn

from tfl.device import Device
from tfl.errors import RunError
from tfl.files import atomic
from tfl.runs import Score

FILE = "checkpoint.safetensors"


@dataclass
class Progress:
    """How far a training has come."""

    phase: int = 0
    epoch: int = 0  # within the phase
    step: int = 0  # within the epoch
    stale: int = 0  # epochs of this phase since the last best one
    loss_sum: float = 0.0  # over this process's examples of this epoch so far
    correct: int = 0
    seen: int = 0
    examples: int = 0  # over all epochs, for examples per second
    seconds: float = 0.0  # of training so far, validation included
    epoch_started: float = 0.0  # the value of `seconds` when this epoch began
    best_accuracy: float = -1.0
    best_loss: float = float("inf")
    best_epoch: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)

    def results(self) -> dict[str, Any]:
        """The fields of a run's record that come from the training itself."""
        best = self.history[self.best_epoch - 1]
        return {
            "epochs_run": len(self.history),
            "best_epoch": self.best_epoch,
            "examples_per_second": round(self.examples / max(self.seconds, 1e-9), 1),
            "train": Score(loss=best["train_loss"], accuracy=best["train_accuracy"]),
            "validation": Score(loss=best["validation_loss"], accuracy=best["validation_accuracy"]),
        }


def random_states(device: Device) -> dict[str, Tensor]:
    """The random state of every process: `random.<rank>`, and `random_gpu.<rank>` where there are GPUs.

    Each process must call it at the same step.  Dropout on a GPU draws from the GPU's own generator.
    """
    own = {"random": torch.get_rng_state()}
    if device.torch.type == "cuda":
        own["random_gpu"] = torch.cuda.get_rng_state()
    found: dict[str, torch.Tensor] = {}
    for name, state in own.items():
        states = [state]
        if device.world > 1:
            state = state.to(device.torch)
            states = [torch.empty_like(state) for _ in range(device.world)]
            torch.distributed.all_gather(states, state)
        found |= {f"{name}.{rank}": one.cpu() for rank, one in enumerate(states)}
    return found


def save_checkpoint(
    folder: Path,
    model: nn.Module,
    optimizer: torch.optim.Optimizer | None,
    progress: Progress,
    random: Mapping[str, Tensor],
) -> None:
    """Write the checkpoint of a run atomically.  `optimizer` is None between two phases."""
    tensors = {**{f"model.{name}": tensor for name, tensor in model.state_dict().items()}, **random}
    if optimizer is not None:
        for index, state in optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{key}": value for key, value in state.items()}
    metadata = {"progress": json.dumps(asdict(progress)), "optimizer": str(optimizer is not None)}
    with atomic(folder / FILE, "wb") as file:
        file.write(save({name: tensor.detach().contiguous() for name, tensor in tensors.items()}, metadata))


class Checkpoint:
    """A checkpoint read back.  Raises RunError when the file is damaged."""

    def __init__(self, folder: Path) -> None:
        path = folder / FILE
        try:
            with safe_open(path, framework="pt") as file:
                metadata = file.metadata() or {}
            self.tensors = load_file(path)
            self.progress = Progress(**json.loads(metadata["progress"]))
            self.has_optimizer = metadata["optimizer"] == "True"
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise RunError(
                f"The checkpoint {path} is damaged.", "Train again without --resume: the run starts anew."
            ) from error

    def knows(self, rank: int) -> bool:
        """Whether there was such a process when it was saved."""
        return f"random.{rank}" in self.tensors

    def restore_model(self, model: nn.Module, rank: int = 0) -> None:
        """Put the weights back, and the random state of a process if there was one of its rank.

        What all processes have seen of an epoch so far goes to the first.
        """
        model.load_state_dict(dict(self._below("model.")))
        if self.knows(rank):
            torch.set_rng_state(self.tensors[f"random.{rank}"])
        if f"random_gpu.{rank}" in self.tensors and torch.cuda.is_available():
            torch.cuda.set_rng_state(self.tensors[f"random_gpu.{rank}"])
        if rank:
            self.progress.loss_sum, self.progress.correct, self.progress.seen = 0.0, 0, 0

    def restore_optimizer(self, optimizer: torch.optim.Optimizer) -> None:
        """Put the optimizer's moments back; its groups must be those it had."""
        state: dict[int, dict[str, Tensor]] = {}
        for name, tensor in self._below("optimizer."):
            index, key = name.split(".")
            state.setdefault(int(index), {})[key] = tensor
        optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})

    def _below(self, prefix: str) -> Iterator[tuple[str, Tensor]]:
        for name, tensor in self.tensors.items():
            if name.startswith(prefix):
                yield name.removeprefix(prefix), tensor
