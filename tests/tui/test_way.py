"""A learner's whole way through the course, with the real grader."""

from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from tests.tui.conftest import shown, until
from tests.tui.stand_in_jobs import Unwilling
from tfl import course as courses
from tfl import progress
from tfl.course import Course
from tui.app import TflApp
from tui.learner import Learner
from tui.screens.exercise import ExerciseScreen
from tui.screens.lesson import LessonScreen
from tui.screens.map import MapScreen


@pytest.fixture(autouse=True)
def no_benches() -> Iterator[None]:
    with mock.patch("tui.app.TflApp.service", Unwilling()):
        yield


async def read_to_the_end(pilot: Pilot[None], number: int) -> None:
    """Go on through the lesson of a stage, until another screen comes: the first lesson by key, which takes longer."""
    await until(pilot, lambda: _stage(pilot) == number)
    while _stage(pilot) == number:
        if number == 1:
            await pilot.press("right")
        else:
            await pilot.app.screen.run_action("screen.step(1)")


def _stage(pilot: Pilot[None]) -> int:
    screen = pilot.app.screen
    return screen.lesson.stage.number if isinstance(screen, LessonScreen) else 0


async def solve(pilot: Pilot[None], course: Course) -> None:
    """Paste the solution in, once the screen of the exercise is ready for it."""
    await until(pilot, lambda: isinstance(pilot.app.screen, ExerciseScreen) and "Save the file" in shown(pilot))
    screen = pilot.app.screen
    assert isinstance(screen, ExerciseScreen)
    path, exercise = screen.workspace.path(screen.exercise), screen.exercise
    path.write_text(course.solution(exercise).read_text() + "\n")
    while "checking" not in shown(pilot) and "passed" not in shown(pilot):
        path.write_text(path.read_text() + "\n")  # the watcher may begin a moment after the first save
        await pilot.pause(0.2)
    await until(pilot, lambda: f"All {len(exercise.checks)} checks passed" in shown(pilot))
    assert f"✓ {exercise.points} of {exercise.points} points" in shown(pilot)


async def test_from_an_empty_folder_to_the_last_exercise() -> None:
    Path("new").mkdir()
    course = courses.load()
    app = TflApp(Path("runs"), Learner(Path("new")))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "No workspace here" in shown(pilot))
        await pilot.press("i")
        await until(pilot, lambda: f"0 of {len(course.stages)} stages" in shown(pilot))
        await pilot.press("n")
        for stage in course.stages:
            await read_to_the_end(pilot, stage.number)
            if stage.exercise:
                await solve(pilot, course)
                await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, MapScreen))
        await until(pilot, lambda: "You have passed the whole course" in shown(pilot))
        points = sum(exercise.points for exercise in course.exercises)
        assert f"{points} of {points} points" in shown(pilot)
        rows = [str(option.prompt) for option in app.screen.query_one(OptionList).options]
        assert all("✓" in row for row in rows) and len(rows) == len(course.stages)
    kept = progress.read(Path("new"))
    assert {id: done.best.score for id, done in kept.exercises.items() if done.best and done.passed} == {
        exercise.id: exercise.points for exercise in course.exercises
    }
    assert all(done.hints == 0 and done.given_up is None for done in kept.exercises.values())
    assert kept.steps == {lesson.stage.id: len(lesson.steps) for lesson in app.learner.lessons}
