"""How quickly `tfl-tui` answers, in a real terminal, against a hello-world app of Textual in the same run.

    python -m benchmarks.tui [--json]

benchmarks/README.md says what each figure means.
"""

import argparse
import json
import math
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from benchmarks.measure import in_turns, machine, medians
from benchmarks.terminal import DOWN, ENTER, ESCAPE, LEFT, RIGHT, TAB, UP, Terminal
from tfl import course as courses
from tfl import lessons, workspace

PAINTS = 9
KEYS = 40
STAGE = 2  # whose lesson is read
SAVES = 7
IDLE = 10.0  # seconds that the app is left alone
PAUSE = 0.5  # seconds between two keys or saves, so that each is answered at rest
EXERCISE = "exercise1"

HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self):
        yield Static('hello')
Hello().run()
"""
WANTED = {
    "first paint": ("s", 0.5),
    "first paint / hello world": ("×", 2.5),
    "key press while training, p95": ("s", 0.05),
    "lesson step, median": ("s", 0.15),
    "save to verdict, median": ("s", 0.4),
    "memory of the UI process": ("MB", 120.0),
    "idle, share of a core": ("%", 1.0),
}


class Bench:
    """A new workspace, and the app started in it."""

    def __init__(self, root: Path) -> None:
        settings = {name: str(root / name.lower()) for name in ("TFL_CONFIG", "TFL_CACHE", "TFL_DATA", "TFL_RUNS")}
        source = str(Path(__file__).resolve().parents[1])
        self.environment = {**os.environ, **settings, "PYTHONPATH": source}
        # Where Python may keep no byte code, every start would compile our modules, but not Textual's: pip did that.
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.folder = root / "course"
        workspace.create(self.folder)
        (root / "hello.py").write_text(HELLO, encoding="utf-8")

    def app(self, *place: str) -> Terminal:
        """tfl-tui, begun in a place."""
        return Terminal([sys.executable, "-P", "-m", "tui", *place], self.folder, self.environment)

    def hello(self) -> Terminal:
        """The smallest app that Textual runs."""
        return Terminal([sys.executable, "-P", "../hello.py"], self.folder, self.environment)


def paints(bench: Bench) -> dict[str, float]:
    """Seconds from the start of a process to its first picture, and to the map with its stages: medians."""
    title = re.escape(courses.load().title)

    def hello() -> dict[str, float]:
        with bench.hello() as terminal:
            return {"hello world, first paint": terminal.shows("hello")}

    def ours() -> dict[str, float]:
        with bench.app() as terminal:
            return {"first paint": terminal.shows(title), "map filled in": terminal.shows("Stage 1")}

    hello(), ours()  # a warm-up: byte code is written, files come into memory
    found = {task: of.popitem()[1] for task, of in medians(in_turns({"hello": hello, "tfl": ours}, PAINTS)).items()}
    return found | {"first paint / hello world": found["first paint"] / found["hello world, first paint"]}


def keys(bench: Bench) -> dict[str, float]:
    """Seconds from a key to what it shows, on the map while a training goes on; then the app's memory."""
    chance = random.Random(0)
    rows = [re.escape(stage.title[:20]) for stage in courses.load().stages[:2]]
    marked, described = [], []
    with bench.app("train") as terminal:
        terminal.shows("strategy")
        for key in [*TAB * 3, *"200", TAB, *"1e-5", ENTER]:  # so slow that no early stop ends it
            terminal.press(key)
            time.sleep(0.1)
        terminal.shows("ex/s")
        terminal.press(ESCAPE)
        terminal.shows("Stage 1")
        time.sleep(1)
        for number in range(1, KEYS + 1):
            there = number % 2  # the second stage, the first, the second …
            terminal.press(DOWN if there else UP)
            marked.append(terminal.shows(rows[there]))
            described.append(terminal.shows(f"Stage {there + 1}"))
            time.sleep(chance.uniform(0.05, 0.25))
        app = psutil.Process(terminal.process.pid)
        if not app.children():
            raise RuntimeError("the training has ended before the keys were pressed")
        memory = app.memory_info().rss
    return {
        "key press while training, p95": _slowest(marked),
        "… and what it leads to, p95": _slowest(described),
        "memory of the UI process": memory / 1e6,
    }


def _slowest(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def idle(bench: Bench) -> dict[str, float]:
    """How much of a core, in percent, the app takes while nobody does anything."""
    with bench.app() as terminal:
        terminal.shows("Stage 1")
        time.sleep(3)
        process = psutil.Process(terminal.process.pid)
        before = process.cpu_times()
        time.sleep(IDLE)
        after = process.cpu_times()
    used = (after.user + after.system) - (before.user + before.system)  # in this order nothing is 0, not -1e-17
    return {"idle, share of a core": 100 * used / IDLE}


def steps(bench: Bench) -> dict[str, float]:
    """Seconds from an arrow key to the text of the next step, there and back through a lesson."""
    course = courses.load()
    count = len(lessons.load(course)[STAGE - 1].steps)
    taken = []
    with bench.app(f"{STAGE}.1") as terminal:
        terminal.shows(f"1 of {count}")
        for key, numbers in ((RIGHT, range(2, count + 1)), (LEFT, range(count - 1, 0, -1))):
            for number in numbers:
                time.sleep(PAUSE)
                terminal.press(key)
                taken.append(terminal.shows(f"{number} of {count}"))
    return {"lesson step, median": statistics.median(taken)}


def saves(bench: Bench) -> dict[str, float]:
    """Seconds from a file that is written to its points on the screen."""
    course = courses.load()
    exercise = course.exercise(EXERCISE)
    file, stub = bench.folder / exercise.file, (bench.folder / exercise.file).read_text(encoding="utf-8")
    solution = course.solution(exercise).read_text(encoding="utf-8")
    taken = []
    with bench.app(EXERCISE) as terminal:
        terminal.shows(exercise.title)
        for number in range(2 * SAVES):  # in turns, so that each verdict is a new one
            time.sleep(PAUSE)
            terminal.press("")
            file.write_text(stub if number % 2 else solution, encoding="utf-8")
            taken.append(terminal.shows("checks to go" if number % 2 else "All .* checks"))
    return {"save to verdict, median": statistics.median(taken[2:])}  # the grader is warm after the first


PARTS = (paints, keys, idle, steps, saves)


def measure() -> dict[str, float]:
    """Every figure by its name."""
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="tfl-bench-") as folder:
        bench = Bench(Path(folder))
        for part in PARTS:
            figures |= part(bench)
    return figures


def report(figures: Mapping[str, float]) -> bool:
    """Print the figures; whether each is as wanted."""
    fine = True
    for name, figure in figures.items():
        unit, wanted = WANTED.get(name, ("s", math.inf))
        line = f"{name:32}{figure:9.3f} {unit:2}"
        if wanted < math.inf:
            fine &= figure <= wanted
            line += f"   wanted ≤ {wanted:g}  {'✓' if figure <= wanted else '✗'}"
        print(line.rstrip())
    return fine


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser("python -m benchmarks.tui")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    where = machine()
    figures = measure()
    if options.json:
        print(json.dumps({"machine": where, "figures": figures}, indent=2))
        return 0
    for name, value in where.items():
        print(f"{name}: {value}")
    return 0 if report(figures) else 1


if __name__ == "__main__":
    sys.exit(main())
