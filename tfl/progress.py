"""What a learner has done so far: one small JSON file that a person can read.

    progress.json    version, exercises, answers, predictions, lesson, settings
    .progress.lock   held while the file is being changed, so that two processes lose nothing of each other's

A reader needs no lock: the file is replaced as a whole.  A file of an older version is migrated when it is read.  A
damaged one is set aside as `progress.damaged-1.json`, and `Progress.notice` says so.
"""

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tfl import files
from tfl.errors import WorkspaceError

FILE = "progress.json"
VERSION = 1

# MIGRATIONS[n] turns the data of a file of version n into that of version n + 1.
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}

Answer = bool | int | float | str | list[int] | list[str]


def now() -> str:
    """The time as progress records it: UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class _Kept(BaseModel):
    model_config = ConfigDict(extra="allow")  # what a newer tfl has added to the file stays in it


class Attempt(_Kept):
    """One marked submission."""

    when: str = Field(default_factory=now)
    score: int
    max_score: int
    passed: bool
    checks: list[str]  # ids of those that passed
    course: str  # its version
    seed: str  # repeats the mark
    digest: str = ""  # of the source that was marked
    line: int | None = None  # where its first failure arose


class ExerciseProgress(_Kept):
    """How far an exercise has come."""

    attempts: int = 0
    best: Attempt | None = None
    last: Attempt | None = None
    hints: int = 0  # how many have been shown
    given_up: str | None = None  # when the solution was shown without having passed

    @property
    def passed(self) -> bool:
        """Whether every check passed once."""
        return bool(self.best and self.best.passed)


class Answered(_Kept):
    """The latest answer to a question, or the latest prediction."""

    answer: Answer
    right: bool | None = None  # None: there is no right or wrong, or it is not known yet
    tries: int = 1
    when: str = Field(default_factory=now)


class Place(_Kept):
    """The step of a lesson that was read last."""

    stage: str  # its id
    step: int  # counted from 1


class Progress(_Kept):
    """Everything the file holds."""

    version: int = VERSION
    exercises: dict[str, ExerciseProgress] = {}
    answers: dict[str, Answered] = {}  # by the id of the question
    predictions: dict[str, Answered] = {}
    lesson: Place | None = None  # where to go on reading
    steps: dict[str, int] = {}  # stage → the furthest step read there
    settings: dict[str, Any] = {}
    notice: str = Field(default="", exclude=True)  # what the learner must be told of how the file was read

    def exercise(self, id: str) -> ExerciseProgress:
        """The progress of an exercise, begun or not; of the one in here, so that it can be changed."""
        return self.exercises.setdefault(id, ExerciseProgress())


def read(folder: Path) -> Progress:
    """The progress in a workspace's folder; a new one where there is none yet.

    Raises WorkspaceError when the file cannot be read at all, or is of a newer version than this tfl knows.
    """
    try:
        return _read(folder / FILE)
    except _Damaged:
        with _locked(folder):
            return _read_or_set_aside(folder)


@contextmanager
def changed(folder: Path) -> Iterator[Progress]:
    """The progress, to be changed inside the block: nobody else can meanwhile, and it is written at the end."""
    with _locked(folder):
        progress = _read_or_set_aside(folder)
        yield progress
        try:
            files.write_json(folder / FILE, progress.model_dump(mode="json", exclude_none=True))
        except OSError as error:
            raise _unwritable(folder, error) from error


class _Damaged(ValueError):
    """The file holds something else than a progress."""


def _read(path: Path) -> Progress:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Progress()
    except OSError as error:
        raise WorkspaceError(f"{path} cannot be read: {error.strerror}.", "Look at its permissions.") from error
    except (ValueError, RecursionError) as error:
        raise _Damaged(str(error)) from error
    version = data.get("version") if isinstance(data, dict) else None
    if type(version) is not int or version < 1:
        raise _Damaged("it has no version")
    if version > VERSION:
        raise WorkspaceError(
            f"{path} was written by a newer tfl (its version is {version}, this tfl knows {VERSION}).",
            "Install the newer one: pip install --upgrade tfl",
        )
    try:
        for step in range(version, VERSION):
            data = MIGRATIONS[step](data)
        return Progress.model_validate(data | {"version": VERSION})
    except (ValidationError, KeyError, TypeError, AttributeError) as error:
        raise _Damaged(str(error)) from error


def _read_or_set_aside(folder: Path) -> Progress:
    """With the lock held: what is there, or a new progress after the damaged file has been put out of the way."""
    try:
        return _read(folder / FILE)
    except _Damaged as error:
        reason = str(error).splitlines()[0]
    number = 1
    while (aside := folder / f"progress.damaged-{number}.json").exists():
        number += 1
    try:
        (folder / FILE).replace(aside)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return Progress(notice=f"{FILE} was damaged ({reason}). It is kept as {aside.name}, and a new one begins.")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    try:
        file = (folder / ".progress.lock").open("a")
    except OSError as error:
        raise _unwritable(folder, error) from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _unwritable(folder: Path, error: OSError) -> WorkspaceError:
    return WorkspaceError(
        f"Progress cannot be written in {folder}: {error.strerror}.", "Make room there, or allow writing."
    )
