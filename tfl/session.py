"""Carrying a run through its life: reuse or begin, hold its lock, note how it ended."""

import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import torch

from tfl import checkpoint, frozen, runs
from tfl.config import Config
from tfl.device import Device, release_memory
from tfl.errors import TflError
from tfl.events import Event, RunFinished, Stage
from tfl.materials import Materials
from tfl.parts import REFERENCE, Parts
from tfl.runs import RunFolder, RunRecord

PACKAGES = ("tfl", "torch", "torchtext", "numpy", "scipy")


@dataclass
class Session:
    """What the runs of one job share: where they go, what they run on, and what has been read or computed already."""

    runs_dir: Path
    device: Device
    emit: Callable[[Event], None]
    data_dir: Path | None = None
    parts: Parts = REFERENCE
    _materials: dict[str, Materials] = field(default_factory=dict)
    features: dict[str, frozen.Features] = field(default_factory=dict)  # by id of the pre-trained run

    def materials(self, config: Config) -> Materials:
        """The examples of a configuration; those that differ only in what is trained on them share theirs."""
        chosen = config.model_dump(include={"pair", "seed", "part", "vocabulary", "large_tokens", "small_tokens"})
        key = repr(sorted(chosen.items()))
        if key not in self._materials:
            self._materials = {key: Materials(config, self.data_dir, self.emit, self.parts)}  # one at a time fits
            self.features.clear()
        return self._materials[key]

    def perform(
        self,
        config: Config,
        title: str,
        work: Callable[[RunFolder, RunRecord, bool], RunRecord],
        resume: bool = True,
        again: bool = False,
    ) -> RunRecord:
        """The record of the run that `config` asks for, trained now unless it is finished already.

        `work` gets the folder, the record to complete, and whether to go on from a checkpoint.  With `again` a
        finished run is trained anew.  A run that fails or is stopped keeps its folder and says so in its record.
        """
        self.emit(Stage(name=title, detail=config.id))
        folder = runs.create(config.id, self.runs_dir)
        if self.device.rank:  # under torchrun the first process keeps the books
            if self._agreed(False):
                return folder.record()
            return work(folder, self._begin(config), resume)
        with folder.lock():
            done = None if again else _finished(folder)
            if self._agreed(done is not None) and done:
                self.emit(RunFinished(run=config.id, record=done.model_dump(mode="json")))
                return done
            record = self._begin(config)
            folder.save(record)
            if not resume:
                (folder.path / checkpoint.FILE).unlink(missing_ok=True)
            try:
                record = work(folder, record, resume)
            except KeyboardInterrupt:
                folder.save(record.model_copy(update={"state": "interrupted"}))
                raise
            except TflError as error:
                folder.save(record.model_copy(update={"state": "failed", "notes": [*record.notes, str(error)]}))
                raise
            folder.save(record)
            (folder.path / checkpoint.FILE).unlink(missing_ok=True)
        release_memory()
        self.emit(RunFinished(run=config.id, record=record.model_dump(mode="json")))
        return record

    def _agreed(self, answer: bool) -> bool:
        """The first process's answer, in every process."""
        if self.device.world == 1:
            return answer
        flag = torch.tensor([int(answer)], device=self.device.torch)
        torch.distributed.broadcast(flag, src=0)
        return bool(flag.item())

    def _begin(self, config: Config) -> RunRecord:
        torch.manual_seed(config.seed)
        materials = self.materials(config)
        corpus = materials.large if config.strategy == "pretrain" else materials.small
        return RunRecord(
            id=config.id,
            strategy=config.strategy,
            pair=config.pair,
            corpus=corpus.title,
            seed=config.seed,
            labels=config.labels,
            config=config.model_dump(mode="json"),
            versions={"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}},
            device=self.device.name,
            threads=torch.get_num_threads(),
            notes=_notes(config, corpus.partial),
        )


def _finished(folder: RunFolder) -> RunRecord | None:
    if not folder.record_file.exists():
        return None
    record = folder.record()
    whole = folder.weights.exists() or record.strategy == "baseline"
    return record if record.state == "finished" and whole else None


def _notes(config: Config, partial: str) -> list[str]:
    notes = [partial] if partial else []
    if config.part < 1:
        notes.append(f"quick: {config.part:.0%} of every split")
    return notes


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def finish(record: RunRecord, seconds: float, **results: Any) -> RunRecord:
    """The record with its results, finished after so many seconds of training."""
    return record.model_copy(update={"state": "finished", "seconds": round(seconds, 2), **results})
