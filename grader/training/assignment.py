"""One training as plain data, so that it can be handed to the process that holds a learner's code.

The trusted side writes an assignment and its files; the learner's process reads them and trains.  The same function
trains the reference where a comparison needs a part that is not in the course (`train`).
"""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel, ConfigDict
from safetensors.torch import load_file, save_file

from tfl import frozen
from tfl.batches import Examples
from tfl.device import Device
from tfl.events import Event
from tfl.model import ModelConfig, TransformerClassifier
from tfl.parts import Parts
from tfl.phase import Phase
from tfl.training import Data, Recipe, Training, learning


class Assignment(BaseModel):
    """What to train: the same fields that decide a run, as numbers and names."""

    model_config = ConfigDict(frozen=True)
    name: str  # of its folder, and of its events
    data: str  # the file of its examples, among the inputs
    model: dict[str, Any]  # the fields of a ModelConfig
    phases: list[dict[str, Any]]  # the fields of Phases
    recipe: dict[str, Any]  # those of a Recipe that differ from the usual
    weights: str = ""  # the file of the weights to start from, among the inputs; "": random ones
    source_classes: int = 0  # of the classifier in that file
    seed: int = 0

    def shapes(self, classes: int | None = None) -> ModelConfig:
        """The shapes of its model, perhaps with another number of classes."""
        return ModelConfig(**self.model | ({"classes": classes} if classes else {}))

    def plan(self) -> list[Phase]:
        """Its phases."""
        return [Phase(**{**phase, "layers": tuple(phase["layers"])}) for phase in self.phases]


def as_plain(phases: list[Phase]) -> list[dict[str, Any]]:
    """Phases as an assignment holds them."""
    return [asdict(phase) for phase in phases]


def write_data(data: Data, path: Path) -> None:
    """Keep examples in a file, without their texts."""
    save_file({**_tensors("train", data.train), **_tensors("validation", data.validation)}, path)


def _tensors(split: str, examples: Examples) -> dict[str, torch.Tensor]:
    ids = torch.cat(examples.sequences) if len(examples) else torch.zeros(0, dtype=torch.int32)
    return {
        f"{split}.ids": ids,  # (tokens,)
        f"{split}.lengths": torch.tensor(examples.lengths, dtype=torch.int64),  # (n,)
        f"{split}.labels": examples.labels,  # (n,)
        f"{split}.rows": torch.tensor(examples.rows, dtype=torch.int64),  # (n,)
    }


def read_data(path: Path) -> Data:
    """What `write_data` kept."""
    tensors = load_file(path)
    splits = []
    for split in ("train", "validation"):
        ids, lengths, labels, rows = (tensors[f"{split}.{name}"] for name in ("ids", "lengths", "labels", "rows"))
        splits.append(Examples(list(ids.split(lengths.tolist())), labels, rows.tolist()))
    return Data(*splits)


def build(assignment: Assignment, inputs: Path, device: Device, parts: Parts) -> TransformerClassifier:
    """The model before training: random, or with the body that is given and a new head (`parts.replace_head`)."""
    torch.manual_seed(assignment.seed)
    model = TransformerClassifier(assignment.shapes(assignment.source_classes or None), parts.positional_encoding)
    if assignment.weights:
        # What a positional encoding of one's own keeps is not in the file, so that alone may be missing.
        found = model.load_state_dict(load_file(inputs / assignment.weights), strict=False)
        assert not found.unexpected_keys and all(name.startswith("positions.") for name in found.missing_keys)
        parts.replace_head(model, assignment.shapes().classes)
    return model.to(device.torch)


def train(
    assignment: Assignment,
    inputs: Path,
    folder: Path,
    device: Device,
    emit: Callable[[Event], None],
    parts: Parts,
    data: Data | None = None,
    features: frozen.Features | None = None,
) -> dict[str, Any]:
    """Train in `folder`, and leave the best weights and the history there.

    Returns what the loop knows: `epochs`, `best_epoch`, `seconds`, `trainable` and `total` parameters, and
    `validation`, the accuracy at the best epoch.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model = build(assignment, inputs, device, parts)
    training = Training(
        run=assignment.name,
        model=model,
        data=data or read_data(inputs / assignment.data),
        recipe=Recipe(**assignment.recipe),
        device=device,
        folder=folder,
        emit=emit,
        parts=parts,
        features=features,
    )
    phases = assignment.plan()
    trainable = learning(model, phases, parts)
    progress = training.fit(phases)
    return {
        "epochs": len(progress.history),
        "best_epoch": progress.best_epoch,
        "seconds": progress.seconds,
        "trainable": trainable,
        "total": sum(p.numel() for p in model.parameters()),
        "validation": progress.best_accuracy,
    }
