"""The job that goes on beside the screens: it ends properly wherever one is."""

from pathlib import Path

import pytest
from textual.widgets import Static

from tests.tui.conftest import notes, shown, until
from tests.tui.scenes import StandInGrading
from tests.tui.stand_in_jobs import StandInJob
from tfl import jobs as real_jobs
from tfl.course import Course
from tfl.events import Epoch, Failed, Finished, Progress, Stage, Started, Step
from tui.app import TflApp
from tui.jobs import JobTold
from tui.learner import Learner
from tui.screens.compare import CompareScreen
from tui.screens.exercise import ExerciseScreen
from tui.screens.grade import GradeScreen
from tui.screens.lesson import LessonScreen
from tui.screens.map import MapScreen
from tui.screens.train import TrainScreen

DIES = """
import os, signal
from tfl.events import Stage

def dies(request, emit):
    emit(Stage(name="about to die"))
    os.kill(os.getpid(), signal.SIGSEGV)
"""


def step(number: int) -> Step:
    return Step(run="r", epoch=1, step=number, steps=9, loss=0.5, examples_per_second=100, seconds_left=3)


async def test_comparing_goes_on_while_one_looks_elsewhere_and_its_end_is_told(jobs: list[StandInJob]) -> None:
    app = TflApp(Path("runs"), place="compare")
    async with app.run_test(notifications=True) as pilot:
        await until(pilot, lambda: "Nothing has been compared yet" in shown(pilot))
        await pilot.press("t")
        await until(pilot, lambda: jobs)
        jobs[0].say(Started(job="compare", title="comparison"), Stage(name="training", detail="full"), step(3))
        await until(pilot, lambda: "epoch 1, step 3 of 9" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, MapScreen) and "▸ comparing, 0 runs done" in shown(pilot))
        app.action_compare()
        await until(pilot, lambda: isinstance(app.screen, CompareScreen) and "step 3 of 9" in shown(pilot))
        await pilot.press("escape")
        jobs[0].say(Finished(seconds=1))
        await until(pilot, lambda: "All strategies are compared." in notes(pilot))
        assert app.job is None and "▸ comparing" not in shown(pilot)
    assert jobs[0].stops == 0


async def test_quitting_from_another_screen_waits_for_the_job_and_then_quits(jobs: list[StandInJob]) -> None:
    app = TflApp(Path("runs"), place="compare")
    async with app.run_test() as pilot:
        await until(pilot, lambda: "Nothing has been compared yet" in shown(pilot))
        await pilot.press("t", "escape")
        await until(pilot, lambda: isinstance(app.screen, MapScreen))
        await pilot.press("q")
        await until(pilot, lambda: jobs[0].stops == 1 and app.job is None)
        assert app.return_code == 0
    assert jobs[0].stops == 1


async def test_leaving_a_grading_stops_it_even_by_the_palette(
    jobs: list[StandInJob], learner: Learner, trained_course: Course, grading: StandInGrading
) -> None:
    app = TflApp(Path("runs"), Learner(Path("work")), "exercise1")
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, ExerciseScreen) and "Warming" not in shown(pilot))
        await pilot.press("c")
        await until(pilot, lambda: "All 3 checks passed" in shown(pilot))
        await pilot.press("g")
        await until(pilot, lambda: isinstance(app.screen, GradeScreen) and jobs)
        app.go("1")
        await until(pilot, lambda: isinstance(app.screen, LessonScreen) and app.screen.is_running)
        assert app.job
        app.go_home()
        await until(pilot, lambda: isinstance(app.screen, MapScreen) and app.job is None)
        assert jobs[0].stops == 1
        app.action_train()  # the next job may come
        await until(pilot, lambda: isinstance(app.screen, TrainScreen) and "Choose a strategy" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: len(jobs) == 2)


async def test_there_is_one_job_at_a_time(jobs: list[StandInJob]) -> None:
    app = TflApp(Path("runs"), place="compare")
    async with app.run_test() as pilot:
        await until(pilot, lambda: "Nothing has been compared yet" in shown(pilot))
        await pilot.press("t")
        await until(pilot, lambda: jobs)
        app.action_train()
        await until(pilot, lambda: isinstance(app.screen, TrainScreen) and "Choose a strategy" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "Something is being computed already" in shown(pilot))
        await pilot.press("c")  # stops this screen's own training only
        assert len(jobs) == 1 and jobs[0].stops == 0


async def test_a_job_that_crashes_says_so_and_another_can_be_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dying.py").write_text(DIES)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path(real_jobs.__file__).parents[1]}")
    monkeypatch.setitem(real_jobs.JOBS, "train", "dying:dies")
    app = TflApp(Path("runs"), place="train")
    async with app.run_test() as pilot:
        await until(pilot, lambda: "Choose a strategy" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "ended unexpectedly, by SIGSEGV" in shown(pilot))
        assert app.job is None and app.screen.query_one("#form").disabled is False


async def test_what_a_job_says_is_never_markup(jobs: list[StandInJob]) -> None:
    app = TflApp(Path("runs"), place="train")
    async with app.run_test() as pilot:
        await until(pilot, lambda: "Choose a strategy" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: jobs)
        jobs[0].say(Started(job="train", title="[red]not[/red] [/b] [@click=app.quit]q[/]"), Stage(name="[/]"))
        await until(pilot, lambda: "[red]not[/red] [/b] [@click=app.quit]q[/]" in shown(pilot))
        jobs[0].say(Failed(message="[bold]lost[/bold] in [/tmp/x]", action="[/]"))
        await until(pilot, lambda: "[bold]lost[/bold] in [/tmp/x]" in shown(pilot))
        assert any("[/]" in str(static.visual) for static in app.screen.query(Static))


def test_of_several_counts_that_wait_the_last_is_enough() -> None:
    one, other = StandInJob("train", {}), StandInJob("train", {})
    epoch = Epoch(run="r", epoch=1, train_loss=1, train_accuracy=1, validation_loss=1, validation_accuracy=1, seconds=1)

    def replaces(newer: object, older: object, job: StandInJob = one) -> bool:
        return JobTold(one, older).can_replace(JobTold(job, newer))  # type: ignore[arg-type]

    assert replaces(step(2), step(1))
    assert replaces(Progress(stage="s", done=2, total=3), Progress(stage="s", done=1, total=3))
    assert not replaces(epoch, epoch) and not replaces(epoch, step(1)) and not replaces(step(1), epoch)
    assert not replaces(step(2), step(1), other)
