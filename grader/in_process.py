"""Checks without any wall, in a process that shares the caller's terminal: for a learner's own debugger.

    check(course, exercise, submission)   in the caller, which loads no torch
      └─ `grader.in_process_child`            judges and submission in one process, `breakpoint()` works

Never for the work of others: here a submission can do whatever its owner can.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.marks import Mark, Verdict
from grader.submission import Submission
from tfl.course import Course, Exercise
from tfl.errors import EXIT_INTERRUPTED, GraderError, TflError

ISOLATION = "none (--in-process)"


def check(
    course: Course, exercise: Exercise, submission: Submission, path: Path, seed: str | None = None
) -> Iterator[Verdict | Mark]:
    """The verdict of each check as it comes, and at last the mark.

    `path` is the file that breakpoints are set in.  Raises GraderError when the grader itself fails, and TflError when
    the submission has ended the process.
    """
    request = {
        "course": str(course.folder),
        "exercise": exercise.id,
        "file": submission.file,
        "path": submission.file if path.suffix.lower() == ".ipynb" else str(path.absolute()),
        "source": submission.source,
        "seed": seed,
        "notes": list(submission.notes),
    }
    reading, writing = os.pipe()
    with tempfile.TemporaryFile("w+") as question, os.fdopen(reading) as answers, _interrupts_left_to_the_child():
        json.dump(request, question)
        question.flush()
        question.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "grader.in_process_child", str(question.fileno()), str(writing)],
            pass_fds=(question.fileno(), writing),
        )
        os.close(writing)
        last: Verdict | Mark | None = None
        try:
            for last in _answers(answers, submission):
                yield last
        finally:
            process.wait()
    if process.returncode in (EXIT_INTERRUPTED, -signal.SIGINT):
        raise KeyboardInterrupt
    if not isinstance(last, Mark):
        raise TflError(
            f"The process that ran your code ended by itself, with status {process.returncode}.",
            "Without --in-process your code runs apart from the checks, and each of them gets its verdict.",
        )


def _answers(lines: Iterator[str], submission: Submission) -> Iterator[Verdict | Mark]:
    for line in lines:
        ((kind, value),) = json.loads(line).items()
        if kind == "failed":
            raise GraderError(value, "Tell whoever wrote the check.")
        if kind == "verdict":
            yield submission.placed(Verdict.model_validate(value))
        else:
            mark = Mark.model_validate(value)
            yield mark.model_copy(update={"checks": tuple(map(submission.placed, mark.checks))})


@contextmanager
def _interrupts_left_to_the_child() -> Iterator[None]:
    """Ctrl-C reaches both processes; a debugger in the child must be able to take it for itself."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
