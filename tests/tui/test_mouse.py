"""Everything can be done with the mouse, too."""

from pathlib import Path
from unittest import mock

import pytest
from textual.containers import VerticalScroll
from textual.events import MouseScrollDown
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets._footer import FooterKey

from tests.tui.conftest import shown, until
from tests.tui.scenes import StandInGrading
from tests.tui.stand_in_jobs import Unwilling
from tui.app import TflApp
from tui.learner import Learner
from tui.screens.exercise import ExerciseScreen
from tui.screens.lesson import LessonScreen
from tui.screens.map import MapScreen
from tui.screens.term import TermScreen
from tui.widgets.checks import Checks
from tui.widgets.prose_view import ProseView

SIZE = (120, 40)


@pytest.fixture
def app(learner: Learner, grading: StandInGrading) -> TflApp:
    return TflApp(Path("runs"), learner)


def place_of(view: Widget, text: str) -> tuple[int, int]:
    """Where a text stands in a widget: column and line."""
    lines = [strip.text for strip in view.render_lines(view.size.region)]
    return next((line.index(text) + 1, row) for row, line in enumerate(lines) if text in line)


async def click_key(pilot: Pilot[None], description: str) -> None:
    """Click on a key in the line at the bottom."""
    await pilot.click(next(key for key in pilot.app.screen.query(FooterKey) if key.description == description))


@mock.patch("tui.app.TflApp.service", Unwilling())
async def test_a_stage_a_step_and_the_way_back(app: TflApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, MapScreen) and app.screen.standings)
        await pilot.click(OptionList, offset=(12, 2))  # the second stage
        await until(pilot, lambda: isinstance(app.screen, LessonScreen) and app.screen.lesson.stage.number == 2)
        await click_key(pilot, "Back")
        await until(pilot, lambda: isinstance(app.screen, MapScreen))
        await pilot.click(OptionList, offset=(12, 0))
        await until(pilot, lambda: isinstance(app.screen, LessonScreen) and app.screen.lesson.stage.number == 1)
        await click_key(pilot, "Next")
        await until(pilot, lambda: "2 of 2" in shown(pilot))


async def test_a_word_of_a_lesson_opens_its_meaning(app: TflApp) -> None:
    app.place = "1.1"
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, LessonScreen) and "padding mask" in shown(pilot))
        text = app.screen.query_one("#text", ProseView)
        await pilot.click(text, offset=place_of(text, "padding mask"))
        await until(pilot, lambda: isinstance(app.screen, TermScreen) and "Says which cells are real." in shown(pilot))


async def test_an_answer_is_chosen(app: TflApp) -> None:
    app.place = "1.2"
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "What is twice two?" in shown(pilot))
        answers = app.screen.query(OptionList).first()
        await pilot.click(answers, offset=place_of(answers, "Five"))
        await until(pilot, lambda: "That is one too many." in shown(pilot))


async def test_a_check_and_what_it_found(app: TflApp, grading: StandInGrading) -> None:
    app.place, grading.states = "exercise1", ("passed", "failed", "error")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ExerciseScreen) and "Save the file" in shown(pilot))
        await click_key(pilot, "Check")
        await until(pilot, lambda: "2 checks to go" in shown(pilot))
        assert "ended in an error" not in shown(pilot)
        checks = app.screen.query_one(Checks)
        await pilot.click(checks, offset=(5, 3))  # below a free line
        await until(pilot, lambda: "ended in an error" in shown(pilot))


async def test_a_text_scrolls_by_the_wheel(app: TflApp) -> None:
    app.place = "1.2"
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "What is twice two?" in shown(pilot))
        page = app.screen.query_one("#page", VerticalScroll)
        await until(pilot, lambda: page.max_scroll_y > 0)
        page.post_message(MouseScrollDown(page, 5, 3, 0, 1, 0, False, False, False))
        await until(pilot, lambda: page.scroll_y > 0)
