"""The unit of work: one attempt, checked or trained with once.  The same on this machine and on a cluster."""

import base64
import hashlib
import json
import tempfile
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from grader.marks import Mark, Verdict
from grader.submission import Submission, read
from tfl.course import Course, Exercise
from tfl.errors import SubmissionError, TflError
from tfl.events import Failed, Result

Work = Literal["check", "train"]


class Task(NamedTuple):
    """Something to be done with one attempt, with all that a worker needs: it need not see the gradebook's disk."""

    attempt: int
    exercise: str  # id
    file: str  # the name that the student gave it
    content: bytes
    checks: str  # fingerprint of the checks that are meant
    work: Work = "check"


class Outcome(NamedTuple):
    """What became of a task: a mark or a training's report, or the reason why there is none."""

    attempt: int
    result: str  # the Mark or the Report as JSON, or ""
    failure: str = ""
    picture: str = ""  # of a training: a PNG in base64
    remarks: tuple[str, ...] = ()  # what is odd in its text: see `remarks`


def submission(task: Task, exercise: Exercise) -> Submission:
    """A task's file as a submission.  Raises SubmissionError."""
    with tempfile.TemporaryDirectory(prefix="tfl-class-") as folder:
        path = Path(folder) / task.file
        path.write_bytes(task.content)
        return read(path, exercise)


class Marker(Protocol):
    """What is needed of `grader.client.Grader`."""

    def mark(self, exercise: Exercise, submission: Submission, seed: str | None = None) -> Mark:
        """The mark of a submission.  Raises GraderError."""

    def close(self) -> None:
        """End it."""


def fingerprint(course: Course, exercise: Exercise) -> str:
    """What changes when the checks of an exercise change: their declaration, and the files that they are made of.

    The course's version is not among it: a newer course leaves the marks of an exercise that it has not changed alone.
    """
    found = hashlib.sha256(json.dumps(exercise.model_dump(include={"id", "checks"})).encode())
    for path in (course.observe(exercise), course.judge(exercise), course.solution(exercise)):
        found.update(path.read_bytes() if path.exists() else b"")
    return found.hexdigest()[:16]


def unreadable(course: Course, exercise: Exercise, file: str, error: SubmissionError) -> Mark:
    """The mark of a file that cannot be read at all: every check says why."""
    checks = tuple(
        Verdict(
            id=check.id,
            title=check.title,
            points=0,
            max_points=check.points,
            verdict="blocked" if index else "error",
            message="the file cannot be read" if index else f"{error.message} {error.action}".strip(),
            hidden=check.hidden and index > 0,
        )
        for index, check in enumerate(exercise.checks)
    )
    return Mark(
        exercise=exercise.id, file=file, checks=checks, isolation="not run", seconds=0.0, seed="", course=course.version
    )


def train(course: Course, task: Task, threads: int | None = None) -> Outcome:
    """Train with the parts of an attempt that has passed.  What it leaves on disk is removed; its report stays."""
    from grader import training  # one who only checks need not load it

    exercise = course.exercise(task.exercise)
    report: dict[str, object] = {}
    with tempfile.TemporaryDirectory(prefix="tfl-class-") as folder:
        options = training.Options(threads=threads, runs_dir=Path(folder))
        for event in training.run(course, exercise, submission(task, exercise), options):
            if isinstance(event, Result):
                report = event.value
            elif isinstance(event, Failed):
                raise TflError(event.message, event.action)
        plots = [Path(plot) for plot in report.get("plots", ()) if str(plot).endswith(".png")]  # type: ignore[attr-defined]
        picture = base64.b64encode(plots[0].read_bytes()).decode() if plots and plots[0].exists() else ""
    return Outcome(task.attempt, json.dumps(report), picture=picture)
