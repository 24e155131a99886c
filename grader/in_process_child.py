"""The child of `grader.in_process`: judges and one submission together, in a process that a debugger may stop.

python -P -m grader.in_process_child REQUEST ANSWERS      two open descriptors: JSON to read, lines of JSON to write
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

import pytest

from grader.in_process import ISOLATION
from grader.marks import Mark, Verdict
from grader.observers import Direct
from grader.plugin import Judging
from tfl import course as courses
from tfl.course import Course, Exercise
from tfl.errors import EXIT_INTERRUPTED

UNUSED = ("cacheprovider", "terminal", "debugging", "warnings")  # pytest's own plugins; capture stays, switched off


class Telling:
    """Tells each verdict as soon as its check is over."""

    def __init__(self, judging: Judging, tell: Callable[..., None]) -> None:
        self.judging, self.tell = judging, tell
        self.verdicts: list[Verdict] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[Any]:
        """Run a check, and tell its verdict."""
        started = time.perf_counter()
        outcome = yield
        self.verdicts.append(self.judging.verdict(item, time.perf_counter() - started))
        self.tell(verdict=self.verdicts[-1].model_dump(mode="json"))
        return outcome

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """A check that broke is the grader's failure."""
        self.tell(failed=str(excinfo.value))
        return True


def main(request: dict[str, Any], answers: TextIO) -> int:
    """Run the checks of one submission; returns the exit status."""

    def tell(**message: Any) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    started = time.perf_counter()
    course = courses.load(Path(request["course"]))
    exercise = course.exercise(request["exercise"])
    try:
        observer = Direct(request["source"], request["path"], course.observe(exercise))
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    judging = Judging(course, request["seed"], observer=observer)
    telling = Telling(judging, tell)
    if _run(course, exercise, [judging, telling]) == pytest.ExitCode.INTERRUPTED:
        return EXIT_INTERRUPTED
    mark = Mark(
        exercise=exercise.id,
        file=request["file"],
        checks=tuple(telling.verdicts),
        isolation=ISOLATION,
        seconds=time.perf_counter() - started,
        seed=judging.seed,
        course=course.version,
        notes=tuple(request["notes"]),
    )
    tell(mark=mark.model_dump(mode="json"))
    return 0


def _run(course: Course, exercise: Exercise, plugins: list[object]) -> int:
    """Have pytest run the judge, with nothing of its own in between; `-s` leaves the terminal to a debugger."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    options = ["-o", "markers=points(n): what a check is worth", "--noconftest", "--import-mode=importlib"]
    options += ["--assert=plain", "-s", "-c", os.devnull, "--rootdir", str(course.checks)]
    options += [f"-pno:{name}" for name in UNUSED]
    return pytest.main([*options, str(course.judge(exercise))], plugins=plugins)


if __name__ == "__main__":
    with os.fdopen(int(sys.argv[1])) as question, os.fdopen(int(sys.argv[2]), "w") as answers:
        sys.exit(main(json.load(question), answers))
