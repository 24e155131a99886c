"""Going to a place by its name: on the command line, and in the palette."""

from pathlib import Path
from unittest import mock

import pytest
from textual.widgets import OptionList

from tests.tui.conftest import MakeRun, notes, shown, until
from tests.tui.stand_in_jobs import Unwilling
from tfl.errors import CourseError, TflError, UsageError
from tui import places
from tui.app import TflApp
from tui.learner import Learner
from tui.screens.bench import BenchScreen
from tui.screens.exercise import ExerciseScreen
from tui.screens.lesson import LessonScreen
from tui.screens.map import MapScreen
from tui.screens.runs import RunsScreen

pytestmark = pytest.mark.usefixtures("grading")


@pytest.mark.parametrize(
    ("place", "screen"),
    [
        ("2", LessonScreen),
        ("stage 2", LessonScreen),
        ("doubling", LessonScreen),
        ("1.2", LessonScreen),
        ("lesson 1.2", LessonScreen),
        ("exercise2", ExerciseScreen),
        ("Exercise 2", ExerciseScreen),
        ("exercise2_squaring.py", ExerciseScreen),
        ("layers", BenchScreen),
        ("bench layers", BenchScreen),
        ("runs", RunsScreen),
        ("map", MapScreen),
    ],
)
@mock.patch("tui.app.TflApp.service", Unwilling())
async def test_the_command_line_names_a_place(learner: Learner, place: str, screen: type) -> None:
    app = TflApp(Path("runs"), learner, place)
    async with app.run_test() as pilot:
        await until(pilot, lambda: type(app.screen) is screen)
        if "1.2" in place:
            assert isinstance(app.screen, LessonScreen)
            assert (app.screen.lesson.stage.number, app.screen.number) == (1, 2)


async def test_the_id_of_a_run_is_a_place(learner: Learner, make_run: MakeRun) -> None:
    first, _ = make_run("scratch"), make_run("full")
    app = TflApp(Path("runs"), learner, first.id)
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, RunsScreen) and app.screen.chosen == first.id)


@pytest.mark.parametrize(
    ("place", "near"),
    [
        ("copare", "compare"),
        ("exercize2", "exercise2"),
        ("layer", "layers"),
        ("squarring", "squaring"),
        ("full-sample", "full-sample-s0-"),
        ("nowhere", "3.2 (a step), exercise3, map, runs"),  # nothing is near: what there is
    ],
)
def test_names_of_every_kind_are_offered_for_one_that_is_none(
    learner: Learner, make_run: MakeRun, place: str, near: str
) -> None:
    make_run("full")
    with pytest.raises(UsageError) as told:
        places.find(TflApp(Path("runs"), learner), place)
    assert place in str(told.value) and near in str(told.value)


@pytest.mark.parametrize(
    ("place", "said"),
    [("1.9", "There is no step called “9”"), ("class", "tfl-tui --results RESULTS class")],
)
def test_what_is_wrong_with_a_place_is_said(learner: Learner, place: str, said: str) -> None:
    with pytest.raises(TflError, match=said):
        places.find(TflApp(Path("runs"), learner), place)


async def test_a_wrong_place_is_told_on_the_map(learner: Learner) -> None:
    app = TflApp(Path("runs"), learner, "nowhere")
    async with app.run_test(notifications=True) as pilot:
        await until(pilot, lambda: "There is no place called “nowhere”" in notes(pilot))
        assert isinstance(app.screen, MapScreen)


async def test_damaged_lessons_are_no_place_but_the_palette_opens(learner: Learner) -> None:
    (learner.course.lessons / "01-doubling/01-why.md").write_text("no settings")
    app = TflApp(Path("runs"), learner)
    with pytest.raises(CourseError):
        places.find(app, "1.2")
    async with app.run_test() as pilot:
        await until(pilot, lambda: "has no settings on top" in shown(pilot))
        await pilot.press("colon", *"train")
        await until(pilot, lambda: "Choose a strategy" in shown(pilot))


@pytest.mark.parametrize(
    ("typed", "found", "screen"),
    [
        ("1.2", "Lesson 1.2", LessonScreen),
        ("lesson 2", "Lesson 2.1", LessonScreen),
        ("exercise2", "Exercise 2", ExerciseScreen),
        ("full-sam", "Run full-sample", RunsScreen),
        ("bench: lay", "Bench: layers", BenchScreen),
    ],
)
@mock.patch("tui.app.TflApp.service", Unwilling())
async def test_the_palette_finds_it_first(
    learner: Learner, make_run: MakeRun, typed: str, found: str, screen: type
) -> None:
    make_run("full")
    app = TflApp(Path("runs"), learner)
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, MapScreen) and app.screen.standings)
        await pilot.press("colon", *typed)
        options = app.screen.query_one(OptionList)
        await until(pilot, lambda: options.option_count and str(options.options[0].prompt).startswith(found))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, screen))


async def test_the_palette_offers_what_the_keys_of_the_screen_do(learner: Learner) -> None:
    app = TflApp(Path("runs"), learner, "exercise1")
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, ExerciseScreen) and "Warming up" not in shown(pilot))
        await pilot.press("colon", *"hint")
        await until(pilot, lambda: "On this screen (h)" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ExerciseScreen) and "Hint 1 of" in shown(pilot))
