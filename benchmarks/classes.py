"""Grading a class: submissions a second with full isolation, memory, and the report of a large class.

    python -m benchmarks.classes [--count 1000] [--report 10000] [--peers FOLDER]

1,000 generated submissions of exercise 1: right, partly right, wrong, broken, and 5 % hostile, each a file of its
own.  They are graded by the very command's code, into a new gradebook, with as many graders as the command starts.
With --peers, 20 of them go through nbgrader and Otter too (`class_peers`).
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

from benchmarks import class_peers
from benchmarks.class_memory import Memory
from benchmarks.measure import machine
from grader.classes import report
from grader.classes.gradebook import Gradebook
from grader.classes.grading import Request, grade
from grader.classes.pool import Pool, warm
from grader.classes.work import Marker
from grader.marks import Mark, Verdict
from grader.submission import Submission
from tfl import course as courses
from tfl.course import Course, Exercise
from tfl.errors import TflError
from tfl.events import Graded

WANTED, AIM = 15.0, 40.0  # submissions a second, on two cores
TIMES = {"nbgrader": 60, "otter": 150}  # their seconds a submission by ours
SAMPLE = 20  # submissions that the peers get
REPORT_MOST = 5 * 2**20  # bytes of the page about the class
GROWTH_MOST = 10  # MiB that any process may have grown between the first fifth and the last

SHARES = {"right": 40, "partly": 30, "wrong": 15, "broken": 10, "hostile": 5}  # percent

HOSTILE = (  # each is contained, or stopped by its time limit
    "import os\nos._exit(0)\n",
    "while True:\n    pass\n",
    "import ctypes\nctypes.string_at(0)\n",
    "import os\nwhile True:\n    os.fork()\n",
    "x = []\nwhile True:\n    x.append(bytearray(2**26))\n",
    "print('A' * 2**26)\n",
    "import socket\nsocket.create_connection(('192.0.2.1', 80))\n",
    "import sys\nsys.exit(0)\n",
)


def submissions(course: Course, exercise: Exercise, count: int, folder: Path, seed: int = 0) -> Counter[str]:
    """Write so many submissions below a folder, one student each; returns how many of each kind."""
    draw = random.Random(seed)
    right = course.solution(exercise).read_text(encoding="utf-8")
    stub = course.stub(exercise).read_text(encoding="utf-8")
    kinds = draw.choices(list(SHARES), list(SHARES.values()), k=count)
    for number, kind in enumerate(kinds):
        source = {
            "right": right,
            "partly": _partly(right, draw),
            "wrong": stub,
            "broken": right[: len(right) // 2] + "\ndef (:\n",
            "hostile": draw.choice(HOSTILE) + right,
        }[kind]
        path = folder / f"s{number:05}" / exercise.file
        path.parent.mkdir(parents=True)
        path.write_text(f"{source}\n# submission {number}\n", encoding="utf-8")
    return Counter(kinds)


def _partly(right: str, draw: random.Random) -> str:
    """A solution with one thing wrong."""
    changes = [("10000", "1000"), ("10_000", "1_000"), ("torch.sin", "torch.cos"), (".sin(", ".cos("), ("x +", "x -")]
    fitting = [change for change in changes if change[0] in right]
    old, new = draw.choice(fitting)
    return right.replace(old, new, 1)


def rate(course: Course, exercise: Exercise, count: int, folder: Path, jobs: int) -> dict[str, Any]:
    """Grade so many submissions; returns the rate from the first mark to the last, and the memory."""
    kinds = submissions(course, exercise, count, folder / "in")
    request = Request(folder / "in", folder / "results", course, exercises=[exercise])
    (folder / "tmp").mkdir()
    memory, scores, flagged = Memory(str(folder / "tmp")), Counter[int | None](), 0
    began = first = last = time.perf_counter()
    for event in grade(request, lambda: Pool(course, lambda: warm(course, [exercise.id], False), jobs)):
        if not isinstance(event, Graded):
            continue
        last = time.perf_counter()
        first = last if not scores else first
        scores[event.score] += 1
        flagged += bool(event.flags)
        done = sum(scores.values())
        if done % max(1, count // 40) == 0:
            memory.look()
            held = ", ".join(f"{kind} {sizes[-1]:.0f}" for kind, sizes in memory.seen.items())
            print(f"{done:,} of {count:,}: {done / (last - first + 1e-9):.1f} a second; MiB: {held}", file=sys.stderr)
    return {
        "kinds": dict(kinds),
        "submissions a second": (count - 1) / (last - first),
        "with the start of the graders": count / (last - began),
        "MiB in the first and the last fifth": {
            kind: [round(m, 1) for m in of] for kind, of in memory.growth().items()
        },
        "full marks": scores[exercise.points],
        "not marked": scores[None],
        "flagged": flagged,
    }


def peers(environments: Path, course: Course, exercise: Exercise, jobs: int) -> dict[str, float]:
    """The first of the class that are not hostile, by all graders: seconds a submission."""
    with tempfile.TemporaryDirectory(prefix="tfl-bench-") as folder:
        submissions(course, exercise, 2 * SAMPLE, Path(folder))
        sources = [path.read_text(encoding="utf-8") for path in sorted(Path(folder).rglob("*.py"))]
    sample = [source for source in sources if not source.startswith(HOSTILE)][:SAMPLE]
    return class_peers.seconds(environments, course, exercise, sample, jobs)


class Instant:
    """Gives made-up marks at once: what is measured is the report."""

    def __init__(self, course: Course) -> None:
        self.course = course

    def mark(self, exercise: Exercise, submission: Submission, seed: str | None = None) -> Mark:
        """A mark drawn from the submission's text."""
        draw = random.Random(submission.source)
        skill = draw.random()
        checks = []
        for check in exercise.checks:
            passed = draw.random() < skill
            message = "" if passed else f"{check.title}: {draw.random():.4f} is expected; {draw.random():.4f} came."
            verdict = Verdict(
                id=check.id,
                title=check.title,
                points=check.points * passed,
                max_points=check.points,
                verdict="passed" if passed else "failed",
                message=message,
                hidden=check.hidden,
            )
            checks.append(verdict)
        return Mark(
            exercise=exercise.id,
            file=submission.file,
            checks=tuple(checks),
            isolation="made up",
            seconds=0.1,
            seed="0",
            course=self.course.version,
        )

    def close(self) -> None:
        """Nothing to end."""


def pages(course: Course, exercise: Exercise, count: int, folder: Path) -> dict[str, Any]:
    """Write the report of a class of so many; returns its seconds and the size of its first page."""
    for number in range(count):
        path = folder / "in" / f"s{number:05}" / exercise.file
        path.parent.mkdir(parents=True)
        path.write_text(f"x = {number}\n", encoding="utf-8")
    request = Request(folder / "in", folder / "results", course, exercises=[exercise])

    def instant() -> Marker:
        return Instant(course)

    began = time.perf_counter()
    for _ in grade(request, lambda: Pool(course, instant, 1)):
        pass
    graded = time.perf_counter()
    book = Gradebook(folder / "results")
    written = report.write(book, course, folder / "report")
    book.close()
    done = time.perf_counter()
    sizes = [path.stat().st_size for path in folder.glob("report/*.html")]
    return {
        "taking in and committing, seconds": graded - began,
        "report, seconds": done - graded,
        "page of the class, KB": Path(written["class"]).stat().st_size / 1024,
        "largest other page, KB": max(sizes) / 1024,
        "memory at most, MB": psutil.Process().memory_info().rss / 2**20,
    }


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; the exit status is 1 when something that must be reached was not."""
    parser = argparse.ArgumentParser("python -m benchmarks.classes")
    parser.add_argument("--count", type=int, default=1000, help="submissions that are graded")
    parser.add_argument("--report", type=int, default=10_000, help="submissions in the report; 0: none")
    parser.add_argument("--jobs", type=int, default=(psutil.cpu_count() or 1) + 1)
    parser.add_argument("--peers", type=Path, help="where `python -m benchmarks.peers` has installed the others")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    course = courses.load()
    exercise = course.exercise("exercise1")
    found: dict[str, Any] = {"about": machine()}
    try:
        with tempfile.TemporaryDirectory(prefix="tfl-bench-") as folder:
            found["grading"] = rate(course, exercise, options.count, Path(folder), options.jobs)
        if options.peers:
            found["seconds a submission, five checks"] = peers(options.peers.resolve(), course, exercise, options.jobs)
        if options.report:
            with tempfile.TemporaryDirectory(prefix="tfl-bench-") as folder:
                found["report"] = pages(course, exercise, options.report, Path(folder))
    except TflError as error:
        print(f"✗ {error.message} {error.action}", file=sys.stderr)
        return error.exit_code
    grading = found["grading"]
    reached = {
        f"{WANTED:.0f} submissions a second": grading["submissions a second"] >= WANTED,
        "memory does not grow": all(
            last - first < GROWTH_MOST for first, last in grading["MiB in the first and the last fifth"].values()
        ),
        "every submission has a mark": grading["not marked"] == 0,
    }
    if "report" in found:
        reached["page of the class below 5 MB"] = found["report"]["page of the class, KB"] * 1024 < REPORT_MOST
    if options.peers:
        by = found["seconds a submission, five checks"]
        for name, times in TIMES.items():
            ratio = by[name] / by["tfl"]
            reached[f"{times} × {name}'s rate: {ratio:.0f} ×"] = ratio >= times
    found["reached"] = reached
    if options.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        for part in ("about", "grading", "seconds a submission, five checks", "report"):
            print(part)
            for name, value in found.get(part, {}).items():
                print(f"  {name:36} {value:.3g}" if isinstance(value, float) else f"  {name:36} {value}")
        for name, is_so in reached.items():
            print(f"{'✓' if is_so else '✗'} {name}")
        print(f"  aim: {AIM:.0f} a second")
    return 0 if all(reached.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
