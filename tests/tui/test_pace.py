"""However often a job speaks, the screen draws what it says five times a second at most, and at last the last of it."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Static

from tests.tui.conftest import shown, until
from tests.tui.stand_in_jobs import StandInJob
from tfl.course import Course
from tfl.events import Epoch, Event, Finished, Progress, Stage, Started, Step
from tui.app import TflApp
from tui.learner import Learner
from tui.screens.grade import GradeScreen
from tui.screens.train import TrainScreen
from tui.widgets.curves import Curves
from tui.widgets.paced import REDRAW, Paced

SAYINGS = 60


@pytest.fixture
def drawn() -> Iterator[Counter[int]]:
    """How often each widget was drawn anew, by its identity."""
    counted: Counter[int] = Counter()

    def counting(original: Any) -> Any:
        def count(widget: Any, *details: Any, **more: Any) -> Any:
            counted[id(widget)] += 1
            return original(widget, *details, **more)

        return count

    with (
        mock.patch.object(Static, "update", counting(Static.update)),
        mock.patch.object(Curves, "draw", counting(Curves.draw)),
    ):
        yield counted


async def rattled_off(pilot: Pilot[None], job: StandInJob, events: list[Event], drawn: Counter[int]) -> None:
    """Let a job say all this, one after the other, and see that nothing was drawn too often."""
    drawn.clear()
    begun = time.monotonic()
    for event in events:
        job.say(event)
        await pilot.pause()
    allowed = (time.monotonic() - begun) / REDRAW + 2  # the first and the last one come on top
    assert drawn and max(drawn.values()) <= allowed < len(events)


def steps(run: str = "full-sample-s0") -> list[Event]:
    return [
        Step(run=run, epoch=1, step=number, steps=SAYINGS, loss=0.5, examples_per_second=100, seconds_left=3)
        for number in range(1, SAYINGS + 1)
    ]


def epochs() -> list[Event]:
    """A frozen body's: hundreds a second."""
    figures = {"train_loss": 0.5, "train_accuracy": 0.8, "validation_loss": 0.5, "validation_accuracy": 0.8}
    return [Epoch(run="full-sample-s0", epoch=number, seconds=0.004, **figures) for number in range(1, SAYINGS + 1)]


@pytest.mark.parametrize("events", [steps(), epochs()], ids=["steps", "epochs"])
async def test_a_training(jobs: list[StandInJob], drawn: Counter[int], events: list[Event]) -> None:
    app = TflApp(Path("runs"), place="train")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, TrainScreen))
        await pilot.press("enter")
        await until(pilot, lambda: jobs)
        jobs[0].say(Started(job="train", title="full"))
        await rattled_off(pilot, jobs[0], events, drawn)
        if isinstance(events[0], Step):
            await until(pilot, lambda: "▸ full 100 %" in shown(pilot) and "━━ 100 %  epoch 1" in shown(pilot))


async def test_a_comparison(jobs: list[StandInJob], drawn: Counter[int]) -> None:
    app = TflApp(Path("runs"), place="compare")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "Nothing has been compared yet" in shown(pilot))
        await pilot.press("t")
        await until(pilot, lambda: jobs)
        await rattled_off(pilot, jobs[0], steps(), drawn)
        await until(pilot, lambda: f"step {SAYINGS} of {SAYINGS}" in shown(pilot))
        stages: list[Event] = [Stage(name="training", detail=f"strategy {number}") for number in range(SAYINGS)]
        await rattled_off(pilot, jobs[0], stages, drawn)
        await until(pilot, lambda: f"strategy {SAYINGS - 1}" in shown(pilot))


async def test_a_ranking_of_films(jobs: list[StandInJob], drawn: Counter[int]) -> None:
    app = TflApp(Path("runs"), place="recommender")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "Press enter" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: jobs)
        counts: list[Event] = [Progress(stage="judging", done=number, total=99) for number in range(SAYINGS)]
        await rattled_off(pilot, jobs[0], counts, drawn)
        await until(pilot, lambda: "59 %  judging" in shown(pilot))


@pytest.mark.usefixtures("grading", "learner")
async def test_a_grading(trained_course: Course, jobs: list[StandInJob], drawn: Counter[int]) -> None:
    app = TflApp(Path("runs"), Learner(Path("work")))
    async with app.run_test(size=(120, 40)) as pilot:
        app.push_screen(GradeScreen(trained_course.exercises[0]))
        await until(pilot, lambda: jobs)
        await rattled_off(pilot, jobs[0], steps(), drawn)
        jobs[0].say(Finished(seconds=1.0))
        await until(pilot, lambda: "finished in" in shown(pilot))


async def test_what_was_said_last_is_drawn(drawn: Counter[int]) -> None:
    app = TflApp(Path("runs"))
    async with app.run_test() as pilot:
        text = Paced()
        await app.screen.mount(text)
        for number in range(SAYINGS):
            text.say(Content(f"word {number}"))
        await until(pilot, lambda: str(text.visual) == f"word {SAYINGS - 1}")
        assert drawn[id(text)] == 2  # the first one, and the last
