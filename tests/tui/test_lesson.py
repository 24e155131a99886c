"""Lessons: steps, questions, words, and the bench beside them."""

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.tui.conftest import shown, until
from tfl.progress import Progress
from tui.app import TflApp
from tui.learner import Learner
from tui.screens.exercise import ExerciseScreen
from tui.screens.lesson import LessonScreen
from tui.screens.links import LinksScreen
from tui.screens.term import TermScreen
from tui.widgets.benches.layers import LayersBench
from tui.widgets.question import QuestionView

pytestmark = pytest.mark.usefixtures("grading")


def app_at(learner: Learner, place: str) -> TflApp:
    return TflApp(Path("runs"), learner, place)


def kept(learner: Learner) -> Progress:
    """What is on disk."""
    assert learner.workspace
    return learner.workspace.progress()


def _step(progress: Progress) -> int:
    return progress.lesson.step if progress.lesson else 0


async def test_steps_are_read_one_after_the_other_and_the_place_is_kept(learner: Learner) -> None:
    app = app_at(learner, "1")
    async with app.run_test() as pilot:
        await until(pilot, lambda: "You can double." in shown(pilot))
        await pilot.press("right")
        await until(pilot, lambda: "What is twice two?" in shown(pilot))
        await pilot.press("left")
        await until(pilot, lambda: "Why double" in shown(pilot) and "What is twice two?" not in shown(pilot))
        await until(pilot, lambda: kept(learner).steps == {"doubling": 2} and _step(kept(learner)) == 1)


async def test_behind_the_last_step_comes_the_exercise(learner: Learner) -> None:
    app = app_at(learner, "1.2")
    async with app.run_test() as pilot:
        await until(pilot, lambda: "What is twice two?" in shown(pilot))
        await pilot.press("right")
        await until(pilot, lambda: isinstance(app.screen, ExerciseScreen))


async def test_every_answer_is_explained_and_kept(learner: Learner) -> None:
    app = app_at(learner, "1.2")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "What is twice two?" in shown(pilot))
        first, *_ = app.screen.query(QuestionView)
        first.query_one("OptionList").focus()
        await pilot.press("home", "down", "enter")
        await until(pilot, lambda: "That is one too many." in shown(pilot) and "✗ Five" in shown(pilot))
        await pilot.press("home", "enter")
        await until(pilot, lambda: "Indeed." in shown(pilot) and "✓ Four" in shown(pilot))
        await until(pilot, lambda: kept(learner).answers["doubling.twice"].tries == 2)
    answered = kept(learner).answers["doubling.twice"]
    assert (answered.answer, answered.right) == (0, True)


async def test_several_answers_are_marked_and_then_checked(learner: Learner) -> None:
    app = app_at(learner, "1.2")
    async with app.run_test(size=(120, 50)) as pilot:
        await until(pilot, lambda: "Which are even?" in shown(pilot))
        _, second, _ = app.screen.query(QuestionView)
        second.query_one("OptionList").focus()
        await pilot.press("home", "enter", "down", "down", "enter", "down", "enter")
        await until(pilot, lambda: "All right." in shown(pilot))


async def test_a_prediction_stands_beside_the_result_and_is_kept(learner: Learner) -> None:
    app = app_at(learner, "1.2")
    async with app.run_test(size=(120, 60)) as pilot:
        await until(pilot, lambda: "How accurate?" in shown(pilot))
        app.screen.query_one(Input).focus()
        await pilot.press(*"0.7", "enter")
        await until(pilot, lambda: "You predicted 0.7; measured: 0.88." in shown(pilot) and "Higher." in shown(pilot))
        await until(pilot, lambda: kept(learner).predictions)
    again = app_at(Learner(Path("work")), "1.2")
    async with again.run_test(size=(120, 60)) as pilot:
        await until(pilot, lambda: "You predicted 0.7" in shown(pilot))


async def test_a_prediction_is_met_again_on_the_real_data(learner: Learner) -> None:
    assert learner.workspace
    (learner.course.lessons / "01-doubling/03-data.md").write_text(
        '+++\nkind = "data"\ntitle = "Measured"\n+++\n# Measured\n\nIt is {{ imdb.test }}.\n'
    )
    learner.workspace.record_prediction("doubling.guess", 0.7)
    app = app_at(Learner(Path("work")), "1.3")
    async with app.run_test() as pilot:
        await until(
            pilot, lambda: "How accurate?" in shown(pilot) and "You predicted 0.7; measured: 0.88." in shown(pilot)
        )


async def test_words_and_links_open_by_keyboard(learner: Learner) -> None:
    app = app_at(learner, "1")
    async with app.run_test() as pilot:
        await until(pilot, lambda: "Why double" in shown(pilot))
        await pilot.press("g")
        await until(pilot, lambda: isinstance(app.screen, LinksScreen) and "example.org" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, TermScreen) and "Says which cells are real." in shown(pilot))
        await pilot.press("escape", "g", "down", "enter")
        await until(pilot, lambda: app.clipboard == "https://example.org/paper")


async def test_a_word_opens_with_a_click(learner: Learner) -> None:
    app = app_at(learner, "1")
    async with app.run_test() as pilot:
        await until(pilot, lambda: "Why double" in shown(pilot))
        text = app.screen.query_one("#text")
        await pilot.click(text, offset=(4, 2))
        await until(pilot, lambda: isinstance(app.screen, TermScreen))


async def test_a_bench_stands_beside_the_text_where_there_is_room(learner: Learner) -> None:
    app = app_at(learner, "2")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.screen.query(LayersBench) and "parameters learn" in shown(pilot))
        assert "Why square" in shown(pilot)
        await pilot.press("b")
        await until(pilot, lambda: "parameters learn" not in shown(pilot))


async def test_on_a_narrow_screen_the_bench_takes_the_place_of_the_text(learner: Learner) -> None:
    app = app_at(learner, "2")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "Why square" in shown(pilot))
        await pilot.press("b")
        await until(pilot, lambda: "parameters learn" in shown(pilot) and "Why square" not in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "Why square" in shown(pilot) and isinstance(app.screen, LessonScreen))


async def test_lessons_can_be_read_without_a_workspace(learner: Learner) -> None:
    Path("empty").mkdir()
    app = app_at(Learner(Path("empty"), learner.course.folder), "1")
    async with app.run_test() as pilot:
        await until(pilot, lambda: "Why double" in shown(pilot))
        await pilot.press("right")
        await until(pilot, lambda: "What is twice two?" in shown(pilot))
