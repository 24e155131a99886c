"""How quickly tfl-tui answers, against a hello-world app of Textual in the same run.

    python -m benchmarks.tui [--json]

Each figure is taken inside a fresh process (first paint, memory, idle) or a headless app (keys, steps, saves).
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 5
KEYS = 60
IDLE = 10.0  # seconds that the app is left alone

HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self):
        yield Static('hello')
app = Hello()
"""
OURS = """
from pathlib import Path
from tui.app import TflApp
from tui.learner import Learner
app = TflApp(Path('runs'), Learner())
"""
PAINT = """
import asyncio, sys, time
started = time.perf_counter()
{make}
async def main():
    async with app.run_test(size=(120, 40)) as pilot:
        print(time.perf_counter() - started, file=sys.__stdout__, flush=True)
asyncio.run(main())
"""
IDLING = """
import asyncio, json, sys, time, psutil
{make}
async def main():
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(3)
        me = psutil.Process()
        before = time.process_time()
        await asyncio.sleep({idle})
        used = (time.process_time() - before) / {idle}
        print(json.dumps([used, me.memory_info().rss]), file=sys.__stdout__, flush=True)
asyncio.run(main())
"""


def first_paint() -> dict[str, float]:
    """Seconds from the first import to the first picture: medians, taken in turns."""
    taken: dict[str, list[float]] = {"hello world": [], "tfl-tui": []}
    for _ in range(ROUNDS + 1):
        for name, make in (("hello world", HELLO), ("tfl-tui", OURS)):
            taken[name].append(float(_run(PAINT.format(make=make))))
    return {name: statistics.median(seconds[1:]) for name, seconds in taken.items()}  # the first one warms up


def idle() -> tuple[float, float]:
    """Share of a core that the app takes while nobody does anything, and its memory in bytes."""
    used, memory = json.loads(_run(IDLING.format(make=OURS, idle=IDLE)))
    return used, memory


def _run(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout


async def answers() -> dict[str, float]:
    """Seconds: a key press while a training runs (95th percentile), opening a lesson's step, a save's verdict."""
    from tfl import workspace
    from tfl.config import config
    from tfl.jobs import Job
    from tui.app import TflApp
    from tui.learner import Learner
    from tui.screens.exercise import ExerciseScreen

    made, _ = workspace.create(Path("work"))
    learner = Learner(made.folder)
    found = {}
    asked = config(strategy="full", pair="sample", epochs=200)
    job = Job("train", {"config": asked.model_dump(mode="json"), "threads": 1})
    app = TflApp(Path("runs"), learner)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(2)
        taken = []
        for _ in range(KEYS):
            started = time.perf_counter()
            await pilot.press("down")
            taken.append(time.perf_counter() - started)
        found["key press while training, p95"] = statistics.quantiles(taken, n=20)[-1]
        job.stop()
        app.go("2.1")
        await pilot.pause(1)
        taken = []
        for _ in range(6):
            started = time.perf_counter()
            await app.screen.action_step(1)
            await pilot.pause()
            taken.append(time.perf_counter() - started)
        found["lesson step"] = statistics.median(taken)
    job.close()
    found["save to verdict"] = await _save(TflApp(Path("runs"), learner, "exercise1"), ExerciseScreen)
    return found


async def _save(app, kind) -> float:  # type: ignore[no-untyped-def]
    """Seconds from writing the file to the mark on the screen: the median of some saves."""
    taken = []
    async with app.run_test(size=(120, 40)) as pilot:
        while not isinstance(app.screen, kind):
            await pilot.pause(0.1)
        screen = app.screen
        await asyncio.to_thread(app.grading.warm)
        path = screen.workspace.path(screen.exercise)
        solution = screen.workspace.course.solution(screen.exercise).read_text(encoding="utf-8")
        await pilot.pause(2)
        for number in range(ROUNDS + 1):
            before, started = screen.mark, time.perf_counter()
            path.write_text(f"{solution}\n# {number}\n", encoding="utf-8")
            while screen.mark is before:
                await asyncio.sleep(0.005)
            taken.append(time.perf_counter() - started)
            await pilot.pause(0.3)
    return statistics.median(taken[1:])


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser("python -m benchmarks.tui")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    root = Path(__file__).resolve().parents[1]
    os.environ["PYTHONPATH"] = str(root)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for variable in ("TFL_CONFIG", "TFL_CACHE", "TFL_DATA"):
            os.environ[variable] = str(Path(folder) / variable.lower())
        paint = first_paint()
        used, memory = idle()
        found = asyncio.run(answers())
        os.chdir(root)
    figures = {
        "first paint, hello world": (paint["hello world"], "s", None),
        "first paint, tfl-tui": (paint["tfl-tui"], "s", 0.5),
        "tfl-tui / hello world": (paint["tfl-tui"] / paint["hello world"], "×", 2.5),
        "key press while training, p95": (found["key press while training, p95"], "s", 0.05),
        "lesson step": (found["lesson step"], "s", 0.15),
        "save to verdict": (found["save to verdict"], "s", 0.4),
        "memory": (memory / 1e6, "MB", 120),
        "idle, share of a core": (100 * used, "%", 1),
    }
    if options.json:
        print(json.dumps({"load": os.getloadavg()[0], "figures": {k: v[0] for k, v in figures.items()}}, indent=2))
        return 0
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for name, (value, unit, wanted) in figures.items():
        print(f"{name:32} {value:9.3f} {unit:2}" + (f"   wanted ≤ {wanted}" if wanted else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
