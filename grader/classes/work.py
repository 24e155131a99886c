"""The unit of work: one attempt, checked once.  The same on this machine and on a cluster."""

import hashlib
import json
from typing import NamedTuple, Protocol

from grader.marks import Mark, Verdict
from grader.submission import Submission
from tfl.course import Course, Exercise
from tfl.errors import SubmissionError


class Task(NamedTuple):
    """One attempt to be checked, with all that a worker needs: it need not see the gradebook's disk."""

    attempt: int
    exercise: str  # id
    file: str  # the name that the student gave it
    content: bytes
    checks: str  # fingerprint of the checks that are meant


class Outcome(NamedTuple):
    """What became of a task: a mark, or the reason why there is none."""

    attempt: int
    mark: str  # the Mark as JSON, or ""
    failure: str = ""


class Marker(Protocol):
    """What is needed of `grader.client.Grader`."""

    def mark(self, exercise: Exercise, submission: Submission, seed: str | None = None) -> Mark:
        """The mark of a submission.  Raises GraderError."""

    def close(self) -> None:
        """End it."""


def fingerprint(course: Course, exercise: Exercise) -> str:
    """What changes when the checks of an exercise change: their declaration, and the files that they are made of."""
    found = hashlib.sha256(json.dumps([course.version, exercise.model_dump(include={"id", "checks"})]).encode())
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
