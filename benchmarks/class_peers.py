"""A part of a class by other graders: the same submissions, the same five checks, in the same run.

The sample has no hostile submission: neither peer has a wall around what it runs, and Otter would wait for an endless
one for ever.  Each peer gets the sample as it likes it best: nbgrader in one command, whose start is then shared by
all, Otter one after the other, its only way without Docker.  tfl takes the sample in as `tfl class grade` does,
with all walls and a grader for each core.
"""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.grading import with_checks
from benchmarks.peers import CHECKS, Nbgrader, Otter
from grader.classes.grading import Request, grade
from grader.classes.pool import Pool, warm
from tfl.course import Course, Exercise
from tfl.events import Graded


def seconds(
    environments: Path, course: Course, exercise: Exercise, sample: Sequence[str], jobs: int
) -> dict[str, float]:
    """Seconds a submission, by grader.  `environments`: where `benchmarks.peers` has installed the others."""
    right = course.solution(exercise).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="tfl-bench-") as name:
        folder = Path(name)
        five = with_checks(course, exercise, list(CHECKS), folder / "course")
        return {
            "tfl": _tfl(five, exercise.id, folder, sample, jobs),
            "nbgrader": _nbgrader(Nbgrader(environments / "nbgrader", folder / "nbgrader", right), sample),
            "otter": _otter(Otter(environments / "otter", folder / "otter", right), sample),
        }


def _tfl(course: Course, exercise: str, folder: Path, sample: Sequence[str], jobs: int) -> float:
    """From the first mark to the last: the graders stand ready, as the peers' environments do."""
    for number, source in enumerate(sample):
        path = folder / "in" / f"s{number:03}" / f"{exercise}.py"
        path.parent.mkdir(parents=True)
        path.write_text(source, encoding="utf-8")
    request, at = Request(folder / "in", folder / "results", course), [0.0]
    events = grade(request, lambda: _started(Pool(course, lambda: warm(course, [exercise], False), jobs), at))
    marked = sum(isinstance(event, Graded) and event.score is not None for event in events)
    took = time.perf_counter() - at[0]
    assert marked == len(sample), f"{marked} of {len(sample)} are marked"
    return took / len(sample)


def _started(pool: Pool, at: list[float]) -> Pool:
    at[0] = time.perf_counter()
    return pool


def _nbgrader(peer: Nbgrader, sample: Sequence[str]) -> float:
    started = time.perf_counter()
    peer.grade(sample)
    return (time.perf_counter() - started) / len(sample)


def _otter(peer: Otter, sample: Sequence[str]) -> float:
    started = time.perf_counter()
    for source in sample:
        peer.grade(source)
    return (time.perf_counter() - started) / len(sample)
