"""How long a verdict takes, what each wall costs, and how other graders do on the same checks.

    python -m benchmarks.grading [--rounds N] [--peers FOLDER] [--many N] [--json]

benchmarks/README.md says what each figure means; `python -m benchmarks.peers FOLDER` installs the peers.
"""

import argparse
import ast
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

import psutil

from benchmarks.measure import Seconds, in_turns, machine, medians, timed
from benchmarks.peers import CHECKS, Nbgrader, Otter
from grader.client import Grader
from grader.submission import Submission, read
from tfl import course as courses
from tfl.course import Course, Exercise

LEVELS = {  # walls in force → walls left out
    "process only": ("namespaces", "landlock", "seccomp"),
    "+ namespaces": ("landlock", "seccomp"),
    "+ landlock": ("seccomp",),
    "+ seccomp (all)": (),
}
ALL = "+ seccomp (all)"
MIB = 1024 * 1024
COLD_ROUNDS = 7
PEER_ROUNDS = 3
SETTLING = 150  # looks at the processes, five a second
WANTED = {"warm median": 0.150, "warm p95": 0.300, "cold": 1.6, "nbgrader": 30, "otter": 80, "memory": 60}


def warm(course: Course, exercise: Exercise, submission: Submission, rounds: int) -> Seconds:
    """All checks of one submission on warm graders that differ in their walls: request to mark."""
    with ExitStack() as stack:
        graders = {
            name: stack.enter_context(Grader(course, [exercise.id], without=without))
            for name, without in LEVELS.items()
        }
        contenders = {name: partial(_mark, grader, exercise, submission) for name, grader in graders.items()}
        for run in contenders.values():
            for _ in range(3):
                run()
        return in_turns({name: (lambda run=run: {"warm": timed(run)}) for name, run in contenders.items()}, rounds)


def _mark(grader: Grader, exercise: Exercise, submission: Submission) -> None:
    mark = grader.mark(exercise, submission)
    assert mark.passed, [check.message for check in mark.checks]


def cold(solution: Path) -> Seconds:
    """`tfl check` from nothing against a Python that imports torch and ends."""
    contenders = {
        "import torch": partial(_run, "-c", "import torch"),
        "tfl check exercise1": partial(_run, "-c", "from cli.main import main; main()", "check", "exercise1", solution),
    }
    for run in contenders.values():
        run()
    return in_turns({name: (lambda run=run: {"cold": timed(run)}) for name, run in contenders.items()}, COLD_ROUNDS)


def _run(*arguments: str | Path) -> None:
    with tempfile.TemporaryDirectory() as folder:  # no workspace, nothing that is kept
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, cwd=folder)


def peers(environments: Path, course: Course, exercise: Exercise, submission: Submission) -> Seconds:
    """The same five checks by nbgrader, Otter and the warm grader with all walls; seconds a submission."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        five = with_checks(course, exercise, list(CHECKS), Path(folder) / "course")
        grader = stack.enter_context(Grader(five, [exercise.id]))
        nbgrader = Nbgrader(environments / "nbgrader", Path(folder) / "nbgrader", submission.source)
        otter = Otter(environments / "otter", Path(folder) / "otter", submission.source)
        ours = partial(_mark, grader, five.exercise(exercise.id), submission)
        ours()
        contenders = {
            "tfl": lambda: {"peers": statistics.median(timed(ours) for _ in range(9))},  # one alone is easily disturbed
            "nbgrader": lambda: {"peers": nbgrader.seconds()},
            "otter": lambda: {"peers": otter.seconds()},
        }
        return in_turns(contenders, PEER_ROUNDS)


def with_checks(course: Course, exercise: Exercise, ids: list[str], folder: Path) -> Course:
    """A course of this exercise alone with a part of its checks, in `folder`."""
    judge = ast.parse(course.judge(exercise).read_text(encoding="utf-8"))
    wanted = [exercise.check(id) for id in ids]
    names = {check.function for check in wanted}
    judge.body = [
        node
        for node in judge.body
        if not (isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and node.name not in names)
    ]
    checks = folder / "checks" / exercise.id
    checks.mkdir(parents=True)
    (checks / "judge.py").write_text(ast.unparse(judge), encoding="utf-8")
    shutil.copy(course.observe(exercise), checks / "observe.py")
    lines = [f"{{id = {json.dumps(c.id)}, title = {json.dumps(c.title)}, points = {c.points}}}," for c in wanted]
    (folder / courses.FILE).write_text(
        f"""
        title = "Part of a course"
        version = "1"
        paths = {{ solutions = {json.dumps(str(course.solutions))}, checks = "checks" }}
        stages = [{{ number = 1, id = "only", title = "Only", exercise = "{exercise.id}" }}]
        [[exercises]]
        id = "{exercise.id}"
        title = {json.dumps(exercise.title)}
        file = "{exercise.file}"
        task = {json.dumps(exercise.task)}
        asks = {json.dumps(exercise.asks)}
        hints = ["", ""]
        checks = [{"".join(lines)}]
        """,
        encoding="utf-8",
    )
    return courses.load(folder)


# ------------------------------------------------------------------------------------------------------------- memory


def memory(course: Course, exercise: Exercise, submission: Submission) -> float:
    """MiB that a submission's process holds for itself, while it runs (unique set size)."""
    waiting = Submission(submission.file, submission.source + "\nimport time\ntime.sleep(1.5)\n")
    with _found() as others, Grader(course, [exercise.id]) as grader:
        assert grader.isolation
        mine = others()
        zygote = min(mine - {psutil.Process(grader._process.pid)}, key=lambda process: process.create_time())
        marking = threading.Thread(target=grader.mark, args=(exercise, waiting))
        marking.start()
        held = 0
        while marking.is_alive():
            for process in others() - {zygote, psutil.Process(grader._process.pid)}:
                with suppress(psutil.Error):  # it has just ended
                    held = max(held, process.memory_full_info().uss)
        marking.join()
    return held / MIB


def many(course: Course, exercise: Exercise, submission: Submission, count: int) -> dict[str, list[float]]:
    """Memory (MiB), open files and processes after some submissions and after many."""
    found: dict[str, list[float]] = {"server MiB": [], "warm process MiB": [], "open files": [], "processes": []}
    with _found() as others, Grader(course, [exercise.id]) as grader:
        assert grader.isolation  # a guest is ready now
        ready = len(others())
        for batch in (20, count):
            for _ in range(batch):
                _mark(grader, exercise, submission)
            _settle(others, ready)
            server = psutil.Process(grader._process.pid)
            zygote = min(others() - {server}, key=lambda process: process.create_time())
            found["server MiB"].append(server.memory_full_info().uss / MIB)
            found["warm process MiB"].append(zygote.memory_full_info().uss / MIB)
            found["open files"].append(server.num_fds() + zygote.num_fds())
            found["processes"].append(len(others()))
    return found


def _settle(others: Callable[[], set[psutil.Process]], ready: int) -> None:
    """Wait until the next guest is ready, half a minute at most: for a second there are as many processes as before."""
    looks = 0
    for _ in range(SETTLING):
        looks = looks + 1 if len(others()) == ready else 0
        if looks > 5:
            return
        time.sleep(0.2)


@contextmanager
def _found() -> Iterator[Callable[[], set[psutil.Process]]]:
    """Finds the processes of a grader that is started meanwhile, by the temporary folder that it is given."""
    before = os.environ.get("TMPDIR")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TMPDIR"] = folder
        try:
            yield partial(_servers, folder)
        finally:
            del os.environ["TMPDIR"]
            if before is not None:
                os.environ["TMPDIR"] = before


def _servers(folder: str) -> set[psutil.Process]:
    found = set()
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if "grader.server" in process.cmdline() and process.environ().get("TMPDIR") == folder:
                found.add(process)
    return found


# ------------------------------------------------------------------------------------------------------------ the run


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser("python -m benchmarks.grading")
    parser.add_argument("--rounds", type=int, default=60, help="warm marks on each level (default 60)")
    parser.add_argument("--peers", type=Path, help="where `python -m benchmarks.peers` has installed the others")
    parser.add_argument("--many", type=int, default=1000, help="submissions in sequence (default 1000)")
    parser.add_argument("--json", action="store_true", help="print everything, each round too, as JSON")
    options = parser.parse_args(arguments)
    about = machine()
    course = courses.load()
    exercise = course.exercise("exercise1")
    solution = course.solution(exercise)
    submission = read(solution, exercise)
    with Grader(course, [exercise.id]) as grader:
        about["isolation"] = grader.isolation
    seconds = warm(course, exercise, submission, options.rounds) | cold(solution)
    if options.peers:
        seconds |= peers(options.peers.resolve(), course, exercise, submission)
    held = memory(course, exercise, submission)
    growth = many(course, exercise, submission, options.many) if options.many else {}
    if options.json:
        everything = {"about": about, "seconds": seconds, "memory": held, "many": growth}
        print(json.dumps(everything, indent=2, ensure_ascii=False))
        return 0
    for key, value in about.items():
        print(f"{key:12} {value}")
    return 0 if _print(seconds, held, growth, len(exercise.checks), options.many) else 1


def _print(seconds: Seconds, held: float, growth: Mapping[str, list[float]], checks: int, count: int) -> bool:
    """The figures, with ✓ or ✗ where something is wanted of them; whether all is as wanted."""
    verdicts: list[bool] = []

    def wanted(good: bool) -> str:
        verdicts.append(good)
        return "✓" if good else "✗"

    print(f"\nA warm mark, {checks} checks, milliseconds from request to mark")
    for name, figures in seconds["warm"].items():
        ordered = sorted(figures)
        median, p95 = statistics.median(ordered), ordered[int(0.95 * (len(ordered) - 1))]
        line = f"{name:22} median {1e3 * median:6.0f}   p95 {1e3 * p95:6.0f}   least {1e3 * ordered[0]:6.0f}"
        if name == ALL:
            line += f"   {wanted(median <= WANTED['warm median'] and p95 <= WANTED['warm p95'])}"
        print(line)
    middle = medians(seconds)
    ratio = middle["cold"]["tfl check exercise1"] / middle["cold"]["import torch"]
    print("\nFrom nothing, seconds")
    for name, figure in middle["cold"].items():
        print(f"{name:22} {figure:6.2f}")
    print(f"{'ratio':22} {ratio:6.2f}   {wanted(ratio <= WANTED['cold'])}")
    if "peers" in seconds:
        print(f"\nSeconds a submission, the same {len(CHECKS)} checks")
        ours = middle["peers"]["tfl"]
        print(f"{'tfl, warm':22} {ours:6.3f}")
        for name in ("nbgrader", "otter"):
            times = middle["peers"][name] / ours
            print(f"{name:22} {middle['peers'][name]:6.3f}   {times:4.0f} ×   {wanted(times >= WANTED[name])}")
    print(f"\nMemory of a submission beyond the warm process: {held:.0f} MiB   {wanted(held <= WANTED['memory'])}")
    if growth:
        print(f"\nAfter 20 submissions, and after {count:,} more")
        for name, (before, after) in growth.items():
            grown = after - before > (10 if "MiB" in name else 0)
            print(f"{name:22} {before:8.1f} {after:8.1f}   {wanted(not grown)}")
    return all(verdicts)


if __name__ == "__main__":
    sys.exit(main())
