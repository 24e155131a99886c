"""What works everywhere: the palette, help, the editor, settings, links."""

import os
import stat
from pathlib import Path
from unittest import mock

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.conftest import MakeRun, notes, shown, until
from tests.tui.scenes import StandInGrading
from tests.tui.stand_in_jobs import Unwilling
from tfl import lessons
from tui import editing, settings
from tui.app import TflApp
from tui.commands import Command, commands
from tui.learner import Learner
from tui.screens.bench import BenchScreen
from tui.screens.classroom import ClassScreen
from tui.screens.compare import CompareScreen
from tui.screens.editor import EditorScreen
from tui.screens.exercise import ExerciseScreen
from tui.screens.help import HelpScreen
from tui.screens.lesson import LessonScreen
from tui.screens.map import MapScreen
from tui.screens.runs import RunsScreen
from tui.screens.train import TrainScreen

pytestmark = pytest.mark.usefixtures("grading")


def app_of(learner: Learner, place: str = "", results: Path | None = None) -> TflApp:
    return TflApp(Path("runs"), learner, place, results)


async def mapped(pilot: Pilot[None]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, MapScreen) and pilot.app.screen.standings)


@mock.patch("tui.app.TflApp.service", Unwilling())
async def test_every_entry_of_the_palette_leads_where_it_says(learner: Learner, make_run: MakeRun) -> None:
    run = make_run("full")
    app = app_of(learner, results=Path("results"))
    async with app.run_test(size=(120, 40)) as pilot:
        await mapped(pilot)
        offered = {command.title: command for command in commands(app)}
        wanted = {
            "Continue": LessonScreen,
            "Stage 1: Twice as much": LessonScreen,
            "Stage 2: Times itself": LessonScreen,
            "Exercise 1: Doubling": ExerciseScreen,
            "Exercise 2: Squaring": ExerciseScreen,
            "Course map": MapScreen,
            "Lesson 1.2: Guess": LessonScreen,
            "Lesson 2.1: Why square": LessonScreen,
            "Runs": RunsScreen,
            "Train": TrainScreen,
            "Compare": CompareScreen,
            "Class": ClassScreen,
            **{f"Bench: {bench}": BenchScreen for bench in lessons.BENCHES},
            f"Run {run.id}": RunsScreen,
        }
        for title, screen in wanted.items():
            await open_(pilot, offered[title], screen)
        others = {"Theme", "Editor", "Picture", "Help", "Quit", "Lesson 1.1: Why double"}
        assert set(offered) - set(wanted) == others
        assert len(app.screen_stack) < 9  # however often one jumps about


async def open_(pilot: Pilot[None], command: Command, screen: type) -> None:
    command.callback()
    await until(pilot, lambda: isinstance(pilot.app.screen, screen) and pilot.app.screen.is_running)


async def test_without_a_class_there_is_no_entry_for_it(learner: Learner) -> None:
    app = app_of(learner)
    async with app.run_test() as pilot:
        await mapped(pilot)
        assert "Class" not in {command.title for command in commands(app)}


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("", "The stages of the course"),
        ("exercise1", "The checks of the exercise"),
        ("train", "The form of a training."),
        ("compare", "Every way to train"),
        ("layers", "The model from its input to its answer."),
    ],
)
async def test_help_explains_what_has_the_focus(learner: Learner, place: str, told: str) -> None:
    app = app_of(learner, place)
    async with app.run_test(size=(120, 50)) as pilot:
        await until(pilot, lambda: not isinstance(app.screen, MapScreen) or not place)
        await until(pilot, lambda: app.screen.focused or place == "compare")  # nothing there takes keys yet
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen) and told in shown(pilot))
        await pilot.press("question_mark")
        await until(pilot, lambda: not isinstance(app.screen, HelpScreen))


async def test_theme_and_editor_are_kept_from_one_start_to_the_next(learner: Learner) -> None:
    app = app_of(learner)
    async with app.run_test() as pilot:
        await mapped(pilot)
        app.theme = "tfl-light"
        next(command for command in commands(app) if command.title == "Editor").callback()
        await until(pilot, lambda: isinstance(app.screen, EditorScreen) and app.screen.query(Input))
        app.screen.query_one(Input).value = "ed --strange"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, MapScreen))
    again = app_of(learner)
    assert (again.theme, again.settings.editor) == ("tfl-light", "ed --strange")


async def test_settings_that_cannot_be_kept_are_told(learner: Learner) -> None:
    Path("config").write_text("a file where the folder should be")
    app = app_of(learner)
    async with app.run_test(notifications=True) as pilot:
        await mapped(pilot)
        app.theme = "tfl-light"
        await until(pilot, lambda: "The settings cannot be kept" in notes(pilot))


def test_settings_of_a_newer_tfl_stay_in_the_file() -> None:
    settings.path().parent.mkdir(parents=True)
    settings.path().write_text('{"theme": "tfl-light", "later": 1}')
    found, _ = settings.load()
    assert settings.save(found) == "" and '"later": 1' in settings.path().read_text()


# ------------------------------------------------------------------------------------------------------- the editor


@pytest.fixture
def editor(tmp_path: Path) -> Path:
    """An editor that notes how it was called, and whether the terminal was its own."""
    program = tmp_path / "quill"
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/called\nprintf "# mine\\n" >> "$1"\n')
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    return program


async def opened(pilot: Pilot[None]) -> ExerciseScreen:
    await until(pilot, lambda: isinstance(pilot.app.screen, ExerciseScreen) and "Warming up" not in shown(pilot))
    assert isinstance(pilot.app.screen, ExerciseScreen)
    return pilot.app.screen


async def test_e_suspends_the_app_for_an_editor_that_draws_in_the_terminal(
    learner: Learner, editor: Path, grading: StandInGrading, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_of(learner, "exercise1")
    order: list[str] = []

    class Suspended:
        def __enter__(self) -> None:
            order.append("suspended")

        def __exit__(self, *_: object) -> None:
            order.append("back")

    run = editing.subprocess.run
    monkeypatch.setattr(app, "suspend", Suspended)
    monkeypatch.setattr(editing.subprocess, "run", lambda *a, **k: (order.append("edited"), run(*a, **k))[1])
    app.settings = app.settings.model_copy(update={"editor": str(editor)})
    async with app.run_test() as pilot:
        screen = await opened(pilot)
        await pilot.press("e")
        await until(pilot, lambda: order == ["suspended", "edited", "back"])
        path = screen.workspace.path(screen.exercise)
        assert path.read_text().endswith("# mine\n")
        await until(pilot, lambda: grading.checked)  # what was saved is checked


async def test_e_leaves_the_screen_to_an_editor_with_a_window(
    learner: Learner, editor: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = editor.rename(editor.with_name("code"))
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    app = app_of(learner, "exercise1")
    app.settings = app.settings.model_copy(update={"editor": code.name})
    async with app.run_test() as pilot:
        screen = await opened(pilot)
        await pilot.press("e")
        called = tmp_path / "called"
        await until(pilot, lambda: called.exists() and called.read_text())
        assert called.read_text().strip() == f"-r -g {screen.workspace.path(screen.exercise)}:6"  # the line to write


async def test_where_nothing_can_be_suspended_it_says_so(learner: Learner, editor: Path) -> None:
    app = app_of(learner, "exercise1")
    app.settings = app.settings.model_copy(update={"editor": str(editor)})
    async with app.run_test(notifications=True) as pilot:  # a terminal that is none
        await opened(pilot)
        await pilot.press("e")
        await until(pilot, lambda: "An editor cannot be opened here." in notes(pilot))


async def test_a_command_that_is_none_is_told(learner: Learner) -> None:
    app = app_of(learner, "exercise1")
    app.settings = app.settings.model_copy(update={"editor": 'vim "'})
    async with app.run_test(notifications=True) as pilot:
        await opened(pilot)
        await pilot.press("e")
        await until(pilot, lambda: "is no command" in notes(pilot))
