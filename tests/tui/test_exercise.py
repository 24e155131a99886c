"""The screen of an exercise, with a stand-in for the grader."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.conftest import notes, shown, until
from tests.tui.scenes import StandInGrading
from tfl import watching
from tfl.errors import GraderError, SubmissionError
from tui.app import TflApp
from tui.learner import Learner
from tui.screens.diff import DiffScreen, difference
from tui.screens.exercise import ExerciseScreen
from tui.screens.map import MapScreen
from tui.widgets.checks import Checks


@pytest.fixture
def app(learner: Learner, grading: StandInGrading, monkeypatch: pytest.MonkeyPatch) -> TflApp:
    """The app at exercise1."""
    monkeypatch.setattr(watching, "SECONDS", 0.05)
    return TflApp(Path("runs"), learner, "exercise1")


async def opened(pilot: Pilot[None]) -> ExerciseScreen:
    await until(pilot, lambda: isinstance(pilot.app.screen, ExerciseScreen) and "Write double" in shown(pilot))
    await until(pilot, lambda: "Warming up" not in shown(pilot))
    assert isinstance(pilot.app.screen, ExerciseScreen)
    return pilot.app.screen


async def test_a_stub_is_not_checked_before_it_is_saved(app: TflApp, grading: StandInGrading) -> None:
    async with app.run_test() as pilot:
        await opened(pilot)
        await until(pilot, lambda: "Save the file to have it checked" in shown(pilot))
        assert grading.checked == []


async def test_each_save_is_checked_and_recorded(app: TflApp, grading: StandInGrading) -> None:
    async with app.run_test() as pilot:
        screen = await opened(pilot)
        path = screen.workspace.path(screen.exercise)
        number = 0
        while not grading.checked:  # the watcher may begin a moment after the first save
            path.write_text(f"def double(x):\n    return 2 * x  # {number}\n")
            number += 1
            await pilot.pause(0.2)
        await until(pilot, lambda: "All 3 checks passed" in shown(pilot) and "✓ 5 of 5 points" in shown(pilot))
        best = screen.workspace.progress().exercise("exercise1").best
        assert best and best.passed


async def test_a_failure_is_shown_with_its_picture_and_what_was_printed(app: TflApp, grading: StandInGrading) -> None:
    grading.states = ("failed", "blocked", "blocked")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("c")
        await until(pilot, lambda: "✗ 0 of 5 points; 3 checks to go" in shown(pilot))
        for told in ("at [1, 3] 0 is expected", "░▒▓█", "lengths: [5, 3]"):
            assert told in shown(pilot)


async def test_a_hidden_check_does_not_say_what_it_found(app: TflApp, grading: StandInGrading) -> None:
    grading.states = ("passed", "passed", "failed")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("c")
        await until(pilot, lambda: "does not say what it found" in shown(pilot))
        assert "at [1, 3]" not in shown(pilot)


async def test_hints_come_one_at_a_time_and_are_remembered(app: TflApp, learner: Learner) -> None:
    async with app.run_test() as pilot:
        await opened(pilot)
        await pilot.press("h")
        await until(pilot, lambda: "Hint 1 of 2" in shown(pilot) and "Hint 2 of 2" not in shown(pilot))
        await pilot.press("h")
        await until(pilot, lambda: "Hint 2 of 2" in shown(pilot) and "These are all." in shown(pilot))
    assert learner.workspace and learner.workspace.progress().exercise("exercise1").hints == 2


async def test_a_hint_asked_for_before_the_last_is_written_down_is_the_next(app: TflApp, learner: Learner) -> None:
    async with app.run_test() as pilot:
        screen = await opened(pilot)
        screen.action_hint()
        screen.action_hint()
        await until(pilot, lambda: "Hint 2 of 2" in shown(pilot))
    assert learner.workspace and learner.workspace.progress().exercise("exercise1").hints == 2


@pytest.mark.parametrize("error", [SubmissionError("It is empty.", "Fill it in."), GraderError("It broke.", "Again.")])
async def test_where_there_is_no_mark_it_says_why(
    app: TflApp, grading: StandInGrading, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async with app.run_test() as pilot:
        await opened(pilot)

        def refuse(*_: object) -> None:
            raise error

        monkeypatch.setattr(grading, "read" if isinstance(error, SubmissionError) else "check", refuse)
        await pilot.press("c")
        await until(pilot, lambda: str(error) in shown(pilot))


async def test_the_solution_is_compared_after_passing_only(app: TflApp) -> None:
    async with app.run_test() as pilot:
        screen = await opened(pilot)
        await pilot.press("s")
        assert app.screen is screen
        await pilot.press("c")
        await until(pilot, lambda: "All 3 checks passed" in shown(pilot))
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, DiffScreen) and "+ " in shown(pilot))
        assert "yours − and the solution +" in shown(pilot)  # the title
        await pilot.press("v")
        await until(pilot, lambda: "def double" in shown(pilot))


async def test_finished_work_is_not_checked_again(app: TflApp, learner: Learner, grading: StandInGrading) -> None:
    async with app.run_test() as pilot:
        await opened(pilot)
        await pilot.press("c")
        await until(pilot, lambda: "All 3 checks passed" in shown(pilot))
    again = TflApp(Path("runs"), Learner(Path("work")), "exercise1")
    async with again.run_test() as pilot:
        await opened(pilot)
        await until(pilot, lambda: "has passed already" in shown(pilot))
        assert len(grading.checked) == 1
        assert again.screen.query_one(Checks).known == {"right", "nothing", "large"}


async def test_weak_walls_are_told(app: TflApp, grading: StandInGrading) -> None:
    grading.isolation = "process only"
    async with app.run_test(notifications=True) as pilot:
        await opened(pilot)
        await until(pilot, lambda: "process only" in notes(pilot))


async def test_an_editor_that_is_not_there_is_told(app: TflApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "no-such-editor")
    async with app.run_test(notifications=True) as pilot:
        await opened(pilot)
        await pilot.press("e")
        await until(pilot, lambda: "no-such-editor" in notes(pilot))


async def test_leaving_goes_back_to_the_map(app: TflApp) -> None:
    async with app.run_test() as pilot:
        await opened(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, MapScreen))


def test_a_difference_has_signs() -> None:
    drawn = difference("a = 1\nb = 2\n", "a = 1\nb = 3\n").plain
    assert "− b = 2" in drawn and "+ b = 3" in drawn and "  a = 1" in drawn
    assert "word for word" in difference("a\n", "a\n").plain
