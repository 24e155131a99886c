"""What the workers of a test cluster import."""

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from grader.marks import Mark
from grader.submission import Submission
from tests.grader.classes.conftest import FakeGrader
from tfl.course import Course, Exercise


class Mortal(FakeGrader):
    """Kills its worker once: at the first submission that says “KILL”, as long as the file it names is there."""

    def mark(self, exercise: Exercise, submission: Submission, seed: str | None = None) -> Mark:
        time.sleep(0.02)
        if "KILL" in submission.source:
            weapon = Path(submission.source.split("'")[1])
            if weapon.exists():
                weapon.unlink()
                os.kill(os.getpid(), signal.SIGKILL)
        return super().mark(exercise, submission, seed)


def start(course: Course, exercises: Sequence[str], allow_weak: bool) -> Mortal:
    """As `grader.classes.pool.warm`."""
    return Mortal(course)
