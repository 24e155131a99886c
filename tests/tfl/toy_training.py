"""A training of four phases that takes a moment, for tests that stop it, kill it, or share it between processes.

python toy_training.py FOLDER                            trains in FOLDER and prints a line for each event
torchrun --nproc-per-node 2 toy_training.py FOLDER       the same in two processes, without dropout and with it
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from tfl import training
from tfl.batches import Examples
from tfl.config import config
from tfl.device import Device, choose_device
from tfl.events import Event, Step
from tfl.model import ModelConfig, TransformerClassifier
from tfl.phase import Phase
from tfl.runs import RunFolder, RunRecord
from tfl.session import Session
from tfl.training import Data, Recipe, Training

CPU = Device(torch.device("cpu"), bfloat16=False)
SHAPES = ModelConfig(vocabulary=16, width=8, heads=2, hidden=8, layers=2, dropout=0.1, max_len=16)
HEAD, LAYER, ALL = "classifier.*", "encoder.layers.1.*", "*"
PHASES = [
    Phase((HEAD,), 3, 1e-2), Phase((HEAD, LAYER), 2, 1e-2), Phase((ALL,), 2, 1e-2, decay=2.0), Phase((HEAD,), 2, 1e-2)
]  # fmt: skip


def examples(count: int, seed: int) -> Examples:
    """Texts of 2 to 9 words, positive where words 3 to 8 outnumber words 9 to 15."""
    dice = torch.Generator().manual_seed(seed)
    texts = [
        torch.randint(3, 16, (int(torch.randint(2, 10, (1,), generator=dice)),), generator=dice, dtype=torch.int32)
        for _ in range(count)
    ]
    labels = torch.tensor([int((text < 9).sum() * 2 > len(text)) for text in texts])
    return Examples(texts, labels, list(range(count)))


def make(
    folder: Path,
    emit: Callable[[Event], None] = lambda event: None,
    seed: int = 0,
    device: Device = CPU,
    shapes: ModelConfig = SHAPES,
    data: Data | None = None,
    **recipe: Any,
) -> Training:
    """A training of a fresh model.  An epoch has 5 steps; one of its batches is a single example."""
    torch.manual_seed(seed)
    model = TransformerClassifier(shapes)
    data = data or Data(examples(37, seed=2), examples(20, seed=3))
    settings = Recipe(**{"steps": 4, "patience": 9, "word_dropout": 0.0, "seed": seed, **recipe})
    folder.mkdir(exist_ok=True)
    return Training("full-sample-s0-000000", model, data, settings, device, folder, emit)


def _in_processes(folder: Path, device: Device) -> None:
    """What the processes of `torchrun` do; each leaves its results in FOLDER/<rank>.json."""
    shapes = ModelConfig(**{**SHAPES.as_dict(), "dropout": 0.0})
    toy = make(folder, device=device, shapes=shapes)
    save = training.save_weights

    def save_slowly(*arguments: Any) -> None:
        time.sleep(0.2)
        save(*arguments)

    training.save_weights = save_slowly  # as on a slow disk: no process may read before the first has written
    progress = toy.fit(PHASES)

    performed = []

    def work(run: RunFolder, record: RunRecord, resume: bool) -> RunRecord:
        performed.append(run.id)
        run.weights.touch()
        return record.model_copy(update={"state": "finished"})

    for _ in range(2):
        Session(folder / "runs", device, lambda event: None).perform(config(strategy="full", pair="sample"), "", work)
    found = {
        "history": progress.history,
        "weights": _weights(toy),
        "performed": performed,
        "whole": _outcome(make(folder / "whole", device=device), resume=False),
        "resumed": _resumed(folder / "resumed", device),
    }
    (folder / f"{device.rank}.json").write_text(json.dumps(found))


def _weights(toy: Training) -> dict[str, Any]:
    return {name: weight.tolist() for name, weight in toy.model.state_dict().items()}


def _outcome(toy: Training, resume: bool) -> dict[str, Any]:
    progress = toy.fit(PHASES, resume)
    return {"history": progress.history, "weights": _weights(toy)}


def _resumed(folder: Path, device: Device) -> dict[str, Any]:
    """What comes of a training, with dropout, of which one process was asked to stop and which then went on."""

    def ask_one(event: Event) -> None:
        if device.rank == 1 and isinstance(event, Step) and event.step == 3:
            os.kill(os.getpid(), signal.SIGINT)

    training.REPORT_SECONDS, before = -1.0, training.REPORT_SECONDS
    try:
        make(folder, ask_one, device=device).fit(PHASES)
    except KeyboardInterrupt:
        stopped = True
    else:
        stopped = False
    training.REPORT_SECONDS = before
    torch.distributed.barrier()  # the first has written the checkpoint
    return {"stopped": stopped, **_outcome(make(folder, device=device), resume=True)}


def main(folder: Path) -> None:
    device = choose_device("float32", threads=1, force_cpu=True)
    if device.world > 1:
        return _in_processes(folder, device)
    training.CHECKPOINT_SECONDS = training.REPORT_SECONDS = -1.0  # at every step
    make(folder, emit=lambda event: print(event.event, flush=True)).fit(PHASES)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
