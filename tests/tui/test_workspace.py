"""The learner's folder under the app: answers kept to the last, two apps, damage, other versions."""

import json
import time
from pathlib import Path

import pytest
from textual.widgets import OptionList

from tests.tui.conftest import notes, shown, until
from tests.tui.scenes import StandInGrading
from tfl import progress, watching
from tfl import workspace as workspaces
from tfl.course import Course
from tfl.errors import WorkspaceError
from tui.app import TflApp
from tui.learner import Learner
from tui.screens.exercise import ExerciseScreen
from tui.screens.lesson import LessonScreen
from tui.screens.map import MapScreen
from tui.widgets.question import QuestionView
from tui.writer import Writer

pytestmark = pytest.mark.usefixtures("grading")
KEPT = Path("work/progress.json")


def app_at(place: str = "") -> TflApp:
    return TflApp(Path("runs"), Learner(Path("work")), place)


async def test_an_answer_given_right_before_the_end_is_written(
    learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = workspaces.Workspace.record_answer

    def slowly(*arguments: object) -> progress.Progress:
        time.sleep(0.3)
        return slow(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(workspaces.Workspace, "record_answer", slowly)
    app = app_at("1.2")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "What is twice two?" in shown(pilot))
        first, *_ = app.screen.query(QuestionView)
        answers = first.query_one(OptionList)
        answers.highlighted = 0
        answers.action_select()
        app.exit()  # in the same moment: the answer is still on its way through the app's messages
    assert progress.read(Path("work")).answers["doubling.twice"].right is True


async def test_an_answer_stands_there_when_one_comes_back_to_its_step(learner: Learner) -> None:
    app = app_at("1.2")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "What is twice two?" in shown(pilot))
        app.screen.query_one(QuestionView).query_one(OptionList).focus()
        await pilot.press("home", "enter")
        await until(pilot, lambda: "✓ Four" in shown(pilot))
        await pilot.press("left")
        await until(pilot, lambda: "✓ Four" not in shown(pilot))
        await pilot.press("right")
        await until(pilot, lambda: "✓ Four" in shown(pilot) and "Indeed." in shown(pilot))


def test_the_writer_writes_in_order_and_also_after_it_was_closed() -> None:
    written: list[int] = []
    writer = Writer(lambda record: written.append(record()))  # type: ignore[arg-type, func-returns-value]
    for number in range(5):
        writer.write(lambda number=number: number)
    writer.close()
    assert written == [0, 1, 2, 3, 4]
    writer.write(lambda: 5)  # type: ignore[arg-type, return-value]
    assert written == [0, 1, 2, 3, 4, 5]


async def test_two_apps_on_one_workspace_lose_nothing_of_each_other(
    learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.screens.map.SECONDS", 0.05)
    one, other = app_at("1"), app_at("exercise2")
    async with one.run_test() as first, other.run_test() as second:
        await until(first, lambda: isinstance(one.screen, LessonScreen))
        await until(second, lambda: isinstance(other.screen, ExerciseScreen) and "Warming up" not in shown(second))
        await first.press("right")
        await second.press("h")
        await second.press("c")
        await until(second, lambda: "passed" in shown(second))
        await first.press("escape")
        await until(first, lambda: isinstance(one.screen, MapScreen) and "1/1" in shown(first))
    kept = progress.read(Path("work"))
    assert kept.steps == {"doubling": 2} and kept.exercise("exercise2").passed
    assert kept.exercise("exercise2").hints == 1


async def test_a_damaged_progress_is_told_and_set_aside(learner: Learner) -> None:
    KEPT.write_text("{ not json")
    app = app_at()
    async with app.run_test(notifications=True, size=(160, 50)) as pilot:
        await until(pilot, lambda: "progress.json was damaged" in notes(pilot).replace("\n", " "))
        assert "kept as progress.damaged-1.json" in notes(pilot)
    assert Path("work/progress.damaged-1.json").read_text() == "{ not json"


async def test_a_progress_that_is_damaged_while_the_app_runs_is_told_as_well(learner: Learner) -> None:
    app = app_at("1")
    async with app.run_test(notifications=True, size=(160, 50)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, LessonScreen) and KEPT.exists())
        KEPT.write_text("[]")
        await pilot.press("right")
        await until(pilot, lambda: "progress.json was damaged" in notes(pilot))
    assert Path("work/progress.damaged-1.json").read_text() == "[]"
    assert progress.read(Path("work")).steps["doubling"] == 2


def test_a_progress_of_a_newer_version_is_left_alone(learner: Learner) -> None:
    KEPT.write_text('{"version": 99}')
    with pytest.raises(WorkspaceError, match="newer tfl"):
        Learner(Path("work"))
    assert KEPT.read_text() == '{"version": 99}'


async def test_what_cannot_be_written_is_told_and_the_verdicts_are_shown(
    learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "SECONDS", 0.05)
    Path("work/.progress.lock").unlink(missing_ok=True)
    Path("work/.progress.lock").mkdir()  # nobody can write through that, not even root
    app = app_at("exercise1")
    async with app.run_test(notifications=True, size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ExerciseScreen) and "Warming up" not in shown(pilot))
        await pilot.press("c")
        await until(pilot, lambda: "All 3 checks passed" in shown(pilot))
        await until(pilot, lambda: "Progress cannot be written in" in notes(pilot))


async def test_what_cannot_be_written_at_the_end_is_left_to_be_told_after_it(learner: Learner) -> None:
    app = app_at("1.2")
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, LessonScreen) and KEPT.exists())
        Path("work/.progress.lock").unlink()
        Path("work/.progress.lock").mkdir()
        app.exit()
        app.screen.query_one(QuestionView)._take(0)
    assert "cannot be written" in str(app.unwritten)


async def test_an_older_workspace_is_brought_up_to_date(learner: Learner, tiny_course: Course) -> None:
    begun, untouched = (tiny_course.stub(exercise) for exercise in tiny_course.exercises)
    mine = Path("work") / begun.name
    mine.write_text("# my work\n")
    for stub in (begun, untouched):
        stub.write_text("# newer\n" + stub.read_text())
    toml = tiny_course.folder / "course.toml"
    toml.write_text(toml.read_text().replace('version = "1"', 'version = "2"'))
    app = app_at()
    async with app.run_test(notifications=True, size=(160, 50)) as pilot:
        await until(pilot, lambda: "The course is now version 2" in notes(pilot))
        assert "exercise1_doubling.new.py" in notes(pilot).replace("\n", "")
    assert mine.read_text() == "# my work\n"
    assert (Path("work") / "exercise1_doubling.new.py").read_text().startswith("# newer")
    assert (Path("work") / untouched.name).read_text().startswith("# newer")
    again = app_at()
    async with again.run_test(notifications=True) as pilot:
        await until(pilot, lambda: "0 of 2 stages" in shown(pilot))
        assert "version" not in notes(pilot)


async def test_a_progress_as_the_first_tfl_wrote_it_is_read(learner: Learner) -> None:
    old = {"version": 1, "exercises": {"exercise1": {"attempts": 3, "from the future": 1}}, "steps": {"doubling": 1}}
    KEPT.write_text(json.dumps(old))
    app = app_at("1")
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, LessonScreen))
        await pilot.press("right")
        await until(pilot, lambda: progress.read(Path("work")).steps["doubling"] == 2)
    assert json.loads(KEPT.read_text())["exercises"]["exercise1"] == {
        "attempts": 3,
        "hints": 0,
        "from the future": 1,
    }


async def test_a_workspace_of_another_course_is_not_written_to(learner: Learner, tmp_path: Path) -> None:
    other = workspaces.courses.load()
    app = TflApp(Path("runs"), Learner(Path("work"), other.folder))
    async with app.run_test(notifications=True, size=(120, 40)) as pilot:
        await until(pilot, lambda: "No workspace here" in shown(pilot))
        await pilot.press("i")
        await until(pilot, lambda: "a workspace of another course, “Doubling”" in notes(pilot))
    assert not KEPT.exists() and not (Path("work") / other.exercises[0].file).exists()


async def test_brackets_in_names_and_in_what_is_printed_are_no_markup(
    tiny_course: Course, grading: StandInGrading, learner: Learner
) -> None:
    folder = Path("[b]w[/b] [/]")
    workspaces.create(folder, tiny_course)
    grading.states = ("failed",)
    app = TflApp(Path("[red]runs[/] [/]"), Learner(folder), "exercise1")
    async with app.run_test(size=(160, 50), notifications=True) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ExerciseScreen) and "[b]w[/b] [/]/exercise1" in shown(pilot))
        app.action_runs()
        await until(pilot, lambda: "[red]runs[/] [/]" in shown(pilot))
        app.warn("[/] [@click=app.quit]quit[/]")
        await until(pilot, lambda: "[/] [@click=app.quit]quit[/]" in notes(pilot))
