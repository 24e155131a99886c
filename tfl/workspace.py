"""A learner's folder: the stubs to fill in, what has been done, and which course they belong to.

    WORKSPACE/README.md               how to go about it
              exercise1_….py …        the stubs, and what the learner makes of them
              exercise1_….new.py      a newer stub, put beside work that must not be overwritten
              progress.json           see `tfl.progress`
              backups/                what `tfl reset` has replaced
              .tfl/workspace.json     the course, its version, and the digest of every file as it was handed out

A file whose digest is still the recorded one has not been touched: an upgrade renews it.  All others are the learner's.
Nothing here imports torch, so every front end may use it.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ValidationError

from tfl import __version__, editors, files, learner_readme
from tfl import course as courses
from tfl import progress as progresses
from tfl.course import Course, Exercise
from tfl.errors import CourseError, WorkspaceError
from tfl.progress import Answer, Answered, Attempt, Place, Progress

MARKER = Path(".tfl") / "workspace.json"
README = "README.md"
BACKUPS = "backups"

State = Literal["not started", "in progress", "passed"]
Done = Literal["new", "renewed", "unchanged", "kept", "kept, newer beside"]


class Record(BaseModel):
    """What `.tfl/workspace.json` says."""

    version: int = 1
    tfl: str = __version__  # which wrote it
    course: str = ""  # the course's folder; empty: the one that comes with tfl
    course_version: str
    handed_out: dict[str, str]  # file → digest


class _Check(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def trace(self) -> tuple[str, ...]: ...


class Marked(Protocol):
    """What progress takes from a `grader.marks.Mark`."""

    @property
    def exercise(self) -> str: ...
    @property
    def score(self) -> int: ...
    @property
    def max_score(self) -> int: ...
    @property
    def passed(self) -> bool: ...
    @property
    def checks(self) -> Iterable[_Check]: ...
    @property
    def course(self) -> str: ...
    @property
    def seed(self) -> str: ...


@dataclass(frozen=True)
class Workspace:
    """A learner's folder with the course it belongs to.  The `record_…` methods give the progress as it then is."""

    folder: Path
    course: Course
    record: Record

    def path(self, exercise: Exercise) -> Path:
        """The learner's file for an exercise."""
        return self.folder / exercise.file

    @property
    def outdated(self) -> bool:
        """Whether the course has changed since the files were handed out: `tfl init` renews them."""
        return self.record.course_version != self.course.version

    # -------------------------------------------------------------------------------------------- the files

    def untouched(self, exercise: Exercise) -> bool:
        """Whether the learner's file is missing or still the stub that was handed out."""
        path = self.path(exercise)
        return not path.exists() or digest(path.read_bytes()) == self.record.handed_out.get(exercise.file)

    def reset(self, exercise: Exercise) -> Path | None:
        """Put the stub back and begin the exercise anew.  Returns where the learner's file is kept, if there was one.

        Hints seen and having given up stay on record.
        """
        path, backup = self.path(exercise), None
        try:
            if path.exists() and not self.untouched(exercise):
                backup = _unused(self.folder / BACKUPS, path)
                backup.parent.mkdir(exist_ok=True)
                shutil.copy2(path, backup)
            stub = _stub(self.course, exercise)
            with files.atomic(path, "wb") as file:
                file.write(stub)
            self._hand_out({exercise.file: digest(stub)})
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        with progresses.changed(self.folder) as progress:
            kept = progress.exercise(exercise.id)
            kept.best = kept.last = None
        return backup

    def _hand_out(self, digests: dict[str, str]) -> None:
        self.record.handed_out.update(digests)
        files.write_json(self.folder / MARKER, self.record.model_dump(mode="json"))

    # ----------------------------------------------------------------------------------------- the progress

    def progress(self) -> Progress:
        """What has been done so far."""
        return progresses.read(self.folder)

    def state(self, exercise: Exercise, progress: Progress) -> State:
        """How far an exercise has come."""
        done = progress.exercises.get(exercise.id)
        if done and done.passed:
            return "passed"
        return (
            "in progress" if (done and done.attempts and done.last) or not self.untouched(exercise) else "not started"
        )

    def next(self, progress: Progress, after: Exercise | None = None) -> Exercise | None:
        """The first exercise that has not been passed; with `after`, the next one behind it, then from the start."""
        order = list(self.course.exercises)
        start = order.index(after) + 1 if after else 0
        return next((e for e in order[start:] + order[:start] if not progress.exercise(e.id).passed), None)

    def is_finished(self, exercise: Exercise, source: str, progress: Progress) -> bool:
        """Whether this very source has passed already, by the checks of this version of the course."""
        best = progress.exercise(exercise.id).best
        if best is None or best.course != self.course.version:
            return False
        return best.passed and best.digest == digest(source.encode())

    def record_mark(self, mark: Marked, source: str = "") -> Progress:
        """Note a mark; of equally good ones the first remains the best.  `source` is what was marked."""
        attempt = Attempt(
            score=mark.score,
            max_score=mark.max_score,
            passed=mark.passed,
            checks=[check.id for check in mark.checks if check.verdict == "passed"],
            course=mark.course,
            seed=mark.seed,
            digest=digest(source.encode()) if source else "",
            line=next((editors.failed_at(check.trace) for check in mark.checks if check.trace), None),
        )
        with progresses.changed(self.folder) as progress:
            done = progress.exercise(mark.exercise)
            done.attempts += 1
            done.last = attempt
            # A pass also replaces an equal one: the file as it is now is then known to be finished.
            if done.best is None or attempt.passed or _share(attempt) > _share(done.best):
                done.best = attempt
        return progress

    def line_to_mend(self, exercise: Exercise) -> int | None:
        """Where the last check of the file as it is now first failed, if that is known."""
        last, path = self.progress().exercise(exercise.id).last, self.path(exercise)
        same = last and path.exists() and last.digest == digest(path.read_bytes())
        return last.line if last and same else None

    def record_hint(self, exercise: Exercise, count: int) -> Progress:
        """Note that the first `count` hints have been seen."""
        with progresses.changed(self.folder) as progress:
            done = progress.exercise(exercise.id)
            done.hints = max(done.hints, min(count, len(exercise.hints)))
        return progress

    def record_given_up(self, exercise: Exercise) -> Progress:
        """Note that the solution was shown before the exercise was passed."""
        with progresses.changed(self.folder) as progress:
            done = progress.exercise(exercise.id)
            if not done.passed and done.given_up is None:
                done.given_up = progresses.now()
        return progress

    def record_answer(self, question: str, answer: Answer, right: bool | None = None) -> Progress:
        """Note the answer to a question."""
        with progresses.changed(self.folder) as progress:
            _answered(progress.answers, question, answer, right)
        return progress

    def record_prediction(self, question: str, prediction: Answer, right: bool | None = None) -> Progress:
        """Note what the learner expects of an experiment."""
        with progresses.changed(self.folder) as progress:
            _answered(progress.predictions, question, prediction, right)
        return progress

    def record_step(self, stage: str, step: int) -> Progress:
        """Note which step of a lesson (counted from 1) is being read."""
        with progresses.changed(self.folder) as progress:
            progress.lesson = Place(stage=stage, step=step)
            progress.steps[stage] = max(step, progress.steps.get(stage, 0))
        return progress

    def record_setting(self, name: str, value: Any) -> Progress:
        """Keep a setting: plain data; None forgets it."""
        with progresses.changed(self.folder) as progress:
            progress.settings.pop(name, None)
            if value is not None:
                progress.settings[name] = value
        return progress


# ------------------------------------------------------------------------------------------- finding and making


def find(start: Path | None = None) -> Workspace:
    """The workspace that `start` (default: the current folder) lies in.  Raises WorkspaceError where there is none."""
    here = (start or Path.cwd()).absolute()
    found = search(here)
    if found is None:
        raise WorkspaceError(f"There is no workspace in {here} or above it.", "Make one with `tfl init`.")
    return found


def search(start: Path | None = None) -> Workspace | None:
    """As `find`, but None where there is no workspace.  Raises WorkspaceError for one that is damaged."""
    here = (start or Path.cwd()).absolute()
    for folder in (here, *here.parents):
        if (folder / MARKER).is_file():
            record = _read_record(folder)
            return Workspace(folder, courses.load(Path(record.course) if record.course else None), record)
    return None


def create(folder: Path, course: Course | None = None) -> tuple[Workspace, dict[str, Done]]:
    """Make a workspace, or bring an old one up to date; also says what became of each file.

    A learner's work is never overwritten: where a newer stub differs from what the learner has begun, it is put beside.
    Without a `course` an existing workspace keeps its own, and a new one gets that of tfl.
    """
    folder = folder.absolute()
    own = courses.load()
    try:
        if (folder / MARKER).is_file():
            record = _read_record(folder)
            course = course or (courses.load(Path(record.course)) if record.course else own)
        else:
            course = course or own
            record = Record(course_version=course.version, handed_out={})
            folder.mkdir(parents=True, exist_ok=True)
        record.course = "" if course.folder == own.folder else str(course.folder)
        record.course_version, record.tfl = course.version, __version__
        fresh = {exercise.file: _stub(course, exercise) for exercise in course.exercises}
        fresh[README] = learner_readme.text(course).encode()
        done = {name: _hand_out(folder / name, content, record.handed_out) for name, content in fresh.items()}
        files.write_json(folder / MARKER, record.model_dump(mode="json"))
    except OSError as error:
        raise _unwritable(folder, error) from error
    return Workspace(folder, course, record), done


def _stub(course: Course, exercise: Exercise) -> bytes:
    try:
        return course.stub(exercise).read_bytes()
    except OSError as error:
        raise CourseError(f"The stub of {exercise.id} cannot be read: {error}.", "Run `tfl course check`.") from error


def digest(content: bytes) -> str:
    """A checksum that does not care how lines end: git and editors may change that."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()[:16]


def _hand_out(path: Path, content: bytes, handed_out: dict[str, str]) -> Done:
    """Write a file of the course, unless the learner's own stands there; keep the digests of what was handed out."""
    before, new = handed_out.get(path.name), digest(content)
    handed_out[path.name] = new
    if not path.exists():
        _write(path, content)
        return "new"
    present = digest(path.read_bytes())
    if present == new:
        return "unchanged"
    if present == before:
        _write(path, content)
        return "renewed"
    if before != new:  # the learner has changed it, and so has the course
        newer = beside(path)
        if newer.exists() and digest(newer.read_bytes()) != handed_out.get(newer.name):
            newer = _unused(path.parent, newer)  # the learner has changed even that one
        _write(newer, content)
        handed_out[newer.name] = new
        return "kept, newer beside"
    return "kept"


def beside(path: Path) -> Path:
    """Where a newer version of a learner's file is put: exercise1_….new.py."""
    return path.with_name(f"{path.stem}.new{path.suffix}")


def _write(path: Path, content: bytes) -> None:
    with files.atomic(path, "wb") as file:
        file.write(content)


def _read_record(folder: Path) -> Record:
    path = folder / MARKER
    try:
        return Record.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, ValidationError, json.JSONDecodeError) as error:
        raise WorkspaceError(
            f"{path} is damaged.", f"Remove it and run `tfl init {folder}`: what you have written is kept."
        ) from error


def _answered(kept: dict[str, Answered], question: str, answer: Answer, right: bool | None) -> None:
    before = kept.get(question)
    kept[question] = Answered(answer=answer, right=right, tries=before.tries + 1 if before else 1)


def _share(attempt: Attempt) -> float:
    return attempt.score / attempt.max_score if attempt.max_score else 0.0


def _unused(folder: Path, path: Path) -> Path:
    """A name for a backup: the file's own with the time, and a number where that is taken."""
    stamp = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    candidate, number = folder / f"{path.stem}_{stamp}{path.suffix}", 1
    while candidate.exists():
        number += 1
        candidate = folder / f"{path.stem}_{stamp}_{number}{path.suffix}"
    return candidate


def _unwritable(folder: Path, error: OSError) -> WorkspaceError:
    return WorkspaceError(
        f"The workspace {folder} cannot be written: {error.strerror or error}.", "Choose another folder, or make room."
    )
