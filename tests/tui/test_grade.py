"""Training with the learner's code: first the checks, then what the training tells."""

import json
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.conftest import notes, shown, until
from tests.tui.scenes import StandInGrading
from tests.tui.stand_in_jobs import StandInJob
from tfl.course import Course
from tfl.errors import SubmissionError
from tfl.events import Epoch, Failed, Finished, Result, Stage, Started, Step
from tui.app import TflApp
from tui.learner import Learner
from tui.screens.exercise import ExerciseScreen
from tui.screens.grade import GradeScreen

REPORT = {
    "exercise": "exercise1",
    "title": "[b]Yours[/b] and the reference",
    "corpus": "sample (synthetic)",
    "size": "100 reviews",
    "claim": "Word order matters.",
    "shown": True,
    "finding": "It does.",
    "rows": [
        {"name": "with", "whose": "yours", "seconds": 1.0, "epochs": 3, "figures": {"cells": 1200}},
        {"name": "with", "whose": "reference", "seconds": 2.0, "epochs": 3},
    ],
    "plots": ["runs/graded/accuracy.png", "runs/graded/accuracy.svg"],
    "seconds": 2.0,
    "device": "CPU",
    "isolation": "landlock+seccomp",
    "folder": "runs/graded",
    "notes": ["It was slow."],
}
TRAINING = [
    Started(job="grade", title="training with your code"),
    Stage(name="training", detail="with places"),
    Epoch(run="r", epoch=1, train_loss=1, train_accuracy=0.5, validation_loss=1, validation_accuracy=0.5, seconds=1),
    Step(run="r", epoch=2, step=3, steps=9, loss=0.5, examples_per_second=100, seconds_left=3),
]


@pytest.fixture
def app(learner: Learner, trained_course: Course, grading: StandInGrading) -> TflApp:
    """The app at exercise1, with which one can train."""
    return TflApp(Path("runs"), Learner(Path("work")), "exercise1")


async def graded(pilot: Pilot[None], jobs: list[StandInJob]) -> GradeScreen:
    """Checks, passes, and asks for the training."""
    await until(pilot, lambda: isinstance(pilot.app.screen, ExerciseScreen) and "Warming up" not in shown(pilot))
    await pilot.press("g")  # not before it has passed
    assert not jobs and isinstance(pilot.app.screen, ExerciseScreen)
    await pilot.press("c")
    await until(pilot, lambda: "All 3 checks passed" in shown(pilot))
    await pilot.press("g")
    await until(pilot, lambda: isinstance(pilot.app.screen, GradeScreen) and jobs)
    assert isinstance(pilot.app.screen, GradeScreen)
    return pilot.app.screen


async def test_the_training_is_watched_and_then_its_report_is_shown(app: TflApp, jobs: list[StandInJob]) -> None:
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await graded(pilot, jobs)
        assert jobs[0].name == "grader.training.work:compare"
        assert "def double" in jobs[0].request["source"]
        jobs[0].say(*TRAINING)
        for told in ("training with your code", "with places", "100 ex/s", "3.0 s left"):
            await until(pilot, lambda told=told: told in shown(pilot))
        jobs[0].say(Result(value=REPORT), Finished(seconds=2))
        await until(pilot, lambda: "✓ shown  It does." in shown(pilot))
        for told in ("[b]Yours[/b]", "The claim  Word order matters.", "reference", "1,200", "! It was slow."):
            assert told in shown(pilot)
        await pilot.press("o")
        await until(pilot, lambda: "1 picture in" in notes(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ExerciseScreen))
    assert jobs[0].stops == 0


async def test_a_failure_says_why_and_the_mark_stands(app: TflApp, jobs: list[StandInJob]) -> None:
    async with app.run_test() as pilot:
        await graded(pilot, jobs)
        jobs[0].say(*TRAINING, Failed(message="Your code stopped: [/] ValueError.", action="Mend it."))
        await until(
            pilot, lambda: "✗ Your code stopped: [/] ValueError." in shown(pilot) and "Mend it." in shown(pilot)
        )
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ExerciseScreen) and "✓ 5 of 5 points" in shown(pilot))
    kept = json.loads(Path("work/progress.json").read_text())
    assert kept["exercises"]["exercise1"]["best"]["passed"] is True


async def test_escape_first_stops_the_training_and_then_leaves(app: TflApp, jobs: list[StandInJob]) -> None:
    async with app.run_test() as pilot:
        screen = await graded(pilot, jobs)
        jobs[0].say(*TRAINING)
        await until(pilot, lambda: "ex/s" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "‖ stopped" in shown(pilot))
        assert app.screen is screen and jobs[0].stops == 1
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ExerciseScreen))
    assert jobs[0].stops == 1


async def test_a_file_that_cannot_be_read_any_more_is_not_trained_with(
    app: TflApp, jobs: list[StandInJob], grading: StandInGrading, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, ExerciseScreen) and "Warming up" not in shown(pilot))
        await pilot.press("c")
        await until(pilot, lambda: "All 3 checks passed" in shown(pilot))

        def refuse(*_: object) -> None:
            raise SubmissionError("It is empty.", "Fill it in.")

        monkeypatch.setattr(grading, "read", refuse)
        await pilot.press("g")
        await until(pilot, lambda: "✗ It is empty.  Fill it in." in shown(pilot).replace(" Fill", "  Fill"))
    assert not jobs
