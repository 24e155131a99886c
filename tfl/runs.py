"""Runs: one training each, a folder each.

    RUNS/<id>/run.json               what was asked, where it ran, what came out (`RunRecord`)
              history.jsonl          one line an epoch
              model.safetensors      the best weights          vocabulary.txt   its words, one a line
              curves.png             loss and accuracy over the epochs
              checkpoint.safetensors   while unfinished: where to go on
              test_logits.safetensors  what it makes of the test reviews, kept by `tfl recommend`
              lock                   held by the process that trains it

An id says what the run is: `<strategy>-<pair>-s<seed>[-n<labels>]-<6 hex digits of its configuration>`.
The same request therefore always means the same folder.
"""

import fcntl
import hashlib
import json
import math
import re
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tfl import files, paths
from tfl.errors import RunError, UnknownName, UsageError

ID_FORM = re.compile(r"[a-z]+(-[a-z]+)*-(real|sample)-s\d+(-n\d+)?-[0-9a-f]{6}")

State = Literal["running", "interrupted", "finished", "failed"]


class Score(BaseModel):
    """Mean loss and accuracy over one split."""

    model_config = ConfigDict(frozen=True)
    loss: float
    accuracy: float


class RunRecord(BaseModel):
    """What `run.json` says."""

    model_config = ConfigDict(frozen=True)
    id: str
    strategy: str
    pair: Literal["real", "sample"]
    corpus: str  # its title; a synthetic one says so
    seed: int
    labels: int | None = None  # labelled examples trained on; None: all of them
    state: State = "running"
    source: str | None = None  # id of the pre-trained run it starts from
    source_kind: str = ""  # what that one was trained on: "AG News", "AG News + unlabelled reviews"
    config: dict[str, Any] = {}
    versions: dict[str, str] = {}
    device: str = "cpu"
    threads: int = 1
    parameters_total: int = 0
    parameters_trainable: int = 0
    seconds: float = 0.0  # of training
    examples_per_second: float = 0.0
    best_epoch: int = 0  # counted from 1; 0: none yet
    epochs_run: int = 0
    train: Score | None = None
    validation: Score | None = None
    test: Score | None = None
    test_interval: tuple[float, float] | None = None  # 95 %, Wilson
    confusion: list[list[int]] | None = None  # rows are the true classes
    created: str = Field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    notes: list[str] = []


def run_id(
    strategy: str, pair: str, seed: int, labels: int | None = None, config: Mapping[str, object] | None = None
) -> str:
    """The id of a run; equal requests have equal ids."""
    canonical = json.dumps(config or {}, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).hexdigest()[:6]
    return "-".join([strategy, pair, f"s{seed}", *([f"n{labels}"] if labels is not None else []), digest])


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run, whether or not it exists yet."""

    path: Path

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def record_file(self) -> Path:
        return self.path / "run.json"

    @property
    def history_file(self) -> Path:
        return self.path / "history.jsonl"

    @property
    def weights(self) -> Path:
        return self.path / "model.safetensors"

    @property
    def vocabulary(self) -> Path:
        return self.path / "vocabulary.txt"

    @property
    def curves(self) -> Path:
        return self.path / "curves.png"

    def record(self) -> RunRecord:
        """Its record; one that says "running" while no process holds the lock is "interrupted".

        Raises RunError when it is missing or damaged.
        """
        again = f"Remove it with `tfl runs remove {self.id}` and run it again."
        try:
            record = RunRecord.model_validate_json(self.record_file.read_bytes())
        except FileNotFoundError as error:
            raise RunError(f"The run {self.id} has no run.json.", again) from error
        except (ValidationError, OSError) as error:
            raise RunError(f"The run.json of {self.id} is damaged or cannot be read.", again) from error
        if record.state == "running" and not self.is_running():
            return record.model_copy(update={"state": "interrupted"})
        return record

    def save(self, record: RunRecord) -> None:
        """Write `run.json` atomically."""
        files.write_json(self.record_file, record.model_dump(mode="json"))

    def history(self) -> list[dict[str, Any]]:
        """The epochs so far, oldest first, without a last line that a killed process left unfinished."""
        if not self.history_file.exists():
            return []
        *lines, _unfinished = self.history_file.read_bytes().split(b"\n")
        try:
            return [json.loads(line) for line in lines]
        except ValueError as error:
            raise RunError(
                f"The history of {self.id} is damaged.",
                f"Remove it with `tfl runs remove {self.id}` and run it again.",
            ) from error

    def append_history(self, epoch: Mapping[str, object]) -> None:
        """Add one epoch."""
        with self.history_file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(epoch, ensure_ascii=False) + "\n")

    def write_history(self, epochs: Iterable[Mapping[str, object]]) -> None:
        """Replace the history, as when a run goes on from a checkpoint that is older than its last line."""
        files.write_text(self.history_file, "".join(json.dumps(epoch, ensure_ascii=False) + "\n" for epoch in epochs))

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the run while training it.  The lock ends with the process, however that ends.

        Raises RunError when another process holds it.
        """
        with (self.path / "lock").open("w") as file:
            for attempts_left in reversed(range(20)):  # a look by `is_running` holds it for an instant
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:
                    if not attempts_left:
                        raise RunError(
                            f"The run {self.id} is being trained by another process.",
                            "Wait for it or stop it.",
                        ) from error
                    time.sleep(0.01)
            yield

    def is_running(self) -> bool:
        """Whether a process is training it now."""
        try:
            with (self.path / "lock").open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def remove(self, force: bool = False) -> None:
        """Delete the folder and everything in it.  Raises RunError for one that is running, unless forced."""
        if self.path.is_symlink():
            raise RunError(f"{self.path} is a link, not a run's folder.", "Remove it by hand.")
        if self.is_running() and not force:
            raise RunError(f"The run {self.id} is still running.", "Stop it first, or remove it with --force.")
        try:
            shutil.rmtree(self.path)
        except OSError as error:
            raise RunError(
                f"The run {self.id} could not be removed: {error.strerror}.", f"Remove {self.path} by hand."
            ) from error


class Damaged(NamedTuple):
    """A run whose record cannot be read."""

    id: str
    reason: str


def create(run: str, runs: Path | None = None) -> RunFolder:
    """The folder of the run with this id, made if it is not there.  What it already holds stays.

    Raises UsageError for an id that has not the form of one, RunError when the folder cannot be made.
    """
    if not ID_FORM.fullmatch(run):
        raise UsageError(f"“{run}” is not the id of a run.", "It looks like full-real-s0-1a2b3c.")
    folder = RunFolder((runs or paths.runs_dir()) / run)
    try:
        folder.path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(
            f"The folder {folder.path} cannot be made: {error.strerror}.",
            "Choose another place for runs with --runs-dir or TFL_RUNS.",
        ) from error
    return folder


def folders(runs: Path | None = None) -> list[RunFolder]:
    """Every run's folder, by id.  What else lies in the runs folder is not a run and is never touched."""
    root = runs or paths.runs_dir()
    if not root.is_dir():
        return []
    found = (RunFolder(path) for path in sorted(root.iterdir()) if path.is_dir())
    return [folder for folder in found if ID_FORM.fullmatch(folder.id)]


def list_runs(runs: Path | None = None) -> tuple[list[RunRecord], list[Damaged]]:
    """The runs, oldest first, and apart from them those whose record cannot be read."""
    records, damaged = [], []
    for folder in folders(runs):
        try:
            records.append(folder.record())
        except RunError as error:
            damaged.append(Damaged(folder.id, error.message))
    return sorted(records, key=lambda record: (record.created, record.id)), damaged


def find(prefix: str, runs: Path | None = None) -> RunFolder:
    """The only run whose id begins with `prefix`.

    Raises UnknownName, with near names, where there is none, and UsageError where there are several.
    """
    known = folders(runs)
    found = [folder for folder in known if prefix and folder.id.startswith(prefix)]
    if not found:
        raise UnknownName("run", prefix, [folder.id for folder in known])
    if len(found) > 1:
        raise UsageError(
            f"“{prefix}” fits {len(found)} runs: {', '.join(folder.id for folder in found)}.",
            "Give more of the id.",
        )
    return found[0]


def wilson_interval(correct: int, total: int, z: float = 1.959964) -> tuple[float, float]:
    """The interval for a proportion seen as `correct` of `total` (Wilson, 1927), 95 % by default.

    Unlike p ± z·sqrt(p(1−p)/n) it stays inside [0, 1] and holds for small counts.
    Raises ValueError for counts that no proportion has.
    """
    if not 0 <= correct <= total or total == 0:
        raise ValueError(f"{correct} of {total} is not a proportion")
    p, square = correct / total, z * z / total
    centre = (p + square / 2) / (1 + square)
    half = z / (1 + square) * math.sqrt(p * (1 - p) / total + square / (4 * total))
    return max(0.0, min(p, centre - half)), min(1.0, max(p, centre + half))  # rounding must not leave p outside
