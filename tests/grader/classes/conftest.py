"""A small course, submissions for it, and a grader that needs no torch."""

import json
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from grader.classes.gradebook import Gradebook
from grader.marks import Mark, State, Verdict
from grader.submission import Submission
from tfl import course as courses
from tfl.course import Course, Exercise
from tfl.errors import GraderError

COURSE = """
title = "A small course"
version = "1"

[paths]
solutions = "../solutions"
checks = "../checks"

[[stages]]
number = 1
id = "one"
title = "One"
exercise = "exercise1"

[[stages]]
number = 2
id = "two"
title = "Two"
exercise = "exercise2"

[[exercises]]
id = "exercise1"
title = "Adding"
file = "exercise1_adding_numbers.py"
task = "Add."
asks = ["add"]
hints = ["a", "b"]
checks = [
    {id = "sum", title = "It adds", points = 3},
    {id = "secret", title = "It adds large numbers", points = 2, hidden = true},
]

[[exercises]]
id = "exercise2"
title = "Taking away"
file = "exercise2_taking_away.py"
task = "Take away."
asks = ["Subtractor"]
hints = ["a", "b"]
checks = [{id = "difference", title = "It takes away", points = 5}]
"""
RIGHT = "def add(a, b):\n    return a + b\n"
WRONG = "def add(a, b):\n    return a - b\n"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """The small course."""
    return small_course(tmp_path / "course")


def small_course(root: Path) -> Course:
    """Two exercises: one of 5 points with a hidden check, one of 5."""
    for folder in ("exercises", "solutions", "checks/exercise1", "checks/exercise2"):
        (root / folder).mkdir(parents=True)
    (root / "exercises/course.toml").write_text(COURSE)
    for exercise, file in (("exercise1", "exercise1_adding_numbers.py"), ("exercise2", "exercise2_taking_away.py")):
        (root / "exercises" / file).write_text('"""A stub."""\n\n\ndef todo():\n    raise NotImplementedError\n')
        (root / "solutions" / file).write_text(f'"""The answer of {exercise}."""\n')
        (root / "checks" / exercise / "judge.py").write_text("# judges\n")
        (root / "checks" / exercise / "observe.py").write_text("# observes\n")
    return courses.load(root)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    """An empty gradebook."""
    book = Gradebook(tmp_path / "results", create=True)
    yield book
    book.close()


def put(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files below a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


def notebook(*code: str) -> str:
    """A notebook with code cells."""
    cells = [
        {"cell_type": "code", "id": f"c{i}", "source": c, "metadata": {}, "outputs": [], "execution_count": None}
        for i, c in enumerate(code)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


class FakeGrader:
    """Gives marks by what is written in a submission: passes what contains “a + b”.

    “CRASH” breaks it, “FLAG” is an incident, “SLOW” times out.  It counts what it was asked, over all its copies.
    """

    asked: list[str] = []  # noqa: RUF012 - shared on purpose
    lock = threading.Lock()

    def __init__(self, course: Course) -> None:
        self.course = course
        self.closed = False

    def mark(self, exercise: Exercise, submission: Submission, seed: str | None = None) -> Mark:
        with self.lock:
            self.asked.append(submission.source)
        if self.closed or "CRASH" in submission.source:
            raise GraderError("The grader failed: it ended without a word.", "Run it again.")
        state: State = "passed" if "a + b" in submission.source else "failed"
        if "SLOW" in submission.source:
            state = "timeout"
        verdicts = []
        for check in exercise.checks:
            message = "" if state == "passed" else f"{check.title}: 5 is expected; 3 came."
            points = check.points if state == "passed" else 0
            verdicts.append(
                Verdict(
                    id=check.id, title=check.title, points=points, max_points=check.points, verdict=state,
                    message=message, output="<b>printed</b>\x1b[31m" if "print" in submission.source else "",
                    hidden=check.hidden,
                )
            )  # fmt: skip
        return Mark(
            exercise=exercise.id, file=submission.file, checks=tuple(verdicts), isolation="namespaces", seconds=0.01,
            seed=seed or "5eed", course=self.course.version, notes=submission.notes,
            incidents=("it tried to leave",) if "FLAG" in submission.source else (),
        )  # fmt: skip

    def close(self) -> None:
        self.closed = True


@pytest.fixture(autouse=True)
def nothing_asked() -> None:
    """Every test counts from nought."""
    FakeGrader.asked.clear()
