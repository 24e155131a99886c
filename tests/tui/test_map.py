"""The course map."""

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from tests.tui.conftest import notes, shown, until
from tests.tui.scenes import StandInGrading
from tfl.progress import Attempt, changed
from tui.app import TflApp
from tui.learner import Learner
from tui.screens.exercise import ExerciseScreen
from tui.screens.lesson import LessonScreen
from tui.screens.map import MapScreen

pytestmark = pytest.mark.usefixtures("grading")


def app_of(learner: Learner, place: str = "") -> TflApp:
    return TflApp(Path("runs"), learner, place)


async def mapped(pilot: Pilot[None]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, MapScreen) and pilot.app.screen.standings)


async def test_it_shows_every_stage_and_goes_on_from_the_first(learner: Learner) -> None:
    app = app_of(learner)
    async with app.run_test() as pilot:
        await mapped(pilot)
        await until(pilot, lambda: "Twice as much" in shown(pilot) and "Times itself" in shown(pilot))
        assert "0 of 2 stages" in shown(pilot)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, LessonScreen) and app.screen.number == 1)
        assert app.screen.lesson.stage.id == "doubling"


async def test_enter_opens_the_exercise_once_the_lesson_is_read(learner: Learner) -> None:
    assert learner.workspace
    learner.workspace.record_step("doubling", 2)
    app = app_of(learner)
    async with app.run_test() as pilot:
        await mapped(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ExerciseScreen))


async def test_what_another_tfl_has_done_shows_up(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.screens.map.SECONDS", 0.05)
    assert learner.workspace
    app = app_of(learner)
    async with app.run_test() as pilot:
        await mapped(pilot)
        with changed(learner.workspace.folder) as progress:
            done = Attempt(score=5, max_score=5, passed=True, checks=[], course="1", seed="")
            progress.exercise("exercise1").best = done
        await until(pilot, lambda: "5/5" in shown(pilot))
        assert app.screen.query_one(OptionList).highlighted == 0


async def test_without_a_workspace_it_says_so_and_can_make_one(learner: Learner) -> None:
    Path("empty").mkdir()
    bare = Learner(Path("empty"), learner.course.folder)
    app = app_of(bare)
    async with app.run_test() as pilot:
        await mapped(pilot)
        await until(pilot, lambda: "No workspace here" in shown(pilot))
        await pilot.press("i")
        await until(pilot, lambda: "0 of 2 stages" in shown(pilot))
    assert (Path("empty") / learner.course.exercises[0].file).exists()


async def test_a_course_whose_lessons_are_damaged_says_where(learner: Learner) -> None:
    (learner.course.lessons / "01-doubling/01-why.md").write_text("no settings")
    app = app_of(learner)
    async with app.run_test() as pilot:
        await until(pilot, lambda: "has no settings on top" in shown(pilot))


async def test_where_there_is_much_room_a_lesson_that_is_read_leaves_its_end(learner: Learner) -> None:
    assert learner.workspace
    top = '+++\nkind = "summary"\ntitle = "What stays"\n+++\n'
    end = learner.course.lessons / "02-squaring/02-end.md"
    end.write_text(f"{top}# What stays\n\nA square has sides.\n\n## Go deeper\n\nBooks.\n")
    learner.workspace.record_step("squaring", 2)
    app = app_of(Learner(Path("work")))
    async with app.run_test(size=(200, 60)) as pilot:
        await until(pilot, lambda: "A square has sides." in shown(pilot))
        assert "Books." not in shown(pilot)
        await pilot.press("up")  # to a lesson that is not read
        await until(pilot, lambda: "A square has sides." not in shown(pilot))
        await pilot.press("down")
        await until(pilot, lambda: "A square has sides." in shown(pilot))
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: "A square has sides." not in shown(pilot))


async def test_settings_are_kept(learner: Learner) -> None:
    first = app_of(learner)
    async with first.run_test() as pilot:
        await mapped(pilot)
        await pilot.press("d")
        await until(pilot, lambda: first.theme == "tfl-light")
    assert app_of(learner).theme == "tfl-light"


async def test_damaged_settings_are_told_and_left_alone(learner: Learner) -> None:
    Path("config").mkdir()
    Path("config/tui.json").write_text("{")
    app = app_of(learner)
    async with app.run_test(notifications=True) as pilot:
        await mapped(pilot)
        await until(pilot, lambda: "cannot be read" in notes(pilot))
    assert Path("config/tui.json").read_text() == "{"


async def test_the_palette_finds_a_stage(learner: Learner) -> None:
    app = app_of(learner)
    async with app.run_test() as pilot:
        await mapped(pilot)
        await pilot.press("colon")
        await pilot.press(*"squaring")
        await pilot.pause(0.5)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ExerciseScreen | LessonScreen))


async def test_a_picture_of_the_screen_is_saved(learner: Learner, grading: StandInGrading) -> None:
    app = app_of(learner)
    async with app.run_test() as pilot:
        await mapped(pilot)
        await pilot.press("f2")
        await until(pilot, lambda: list(Path("screenshots").glob("*.svg")))
