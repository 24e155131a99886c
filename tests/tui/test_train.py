"""The screen that trains, with small functions in the place of the training."""

import json
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from tests.tui.conftest import MakeRun, looked, shown, until
from tfl import jobs
from tui.app import TflApp
from tui.screens.runs import RunsScreen
from tui.screens.train import TrainScreen

SOURCE = """
import json, time
from pathlib import Path
from tfl.errors import TflError
from tfl.events import Epoch, Notice, Result, Stage, Started, Step

def epochs(emit, run, count):
    for epoch in range(1, count + 1):
        emit(Step(run=run, epoch=epoch, step=1, steps=2, loss=0.5, examples_per_second=100, seconds_left=3))
        emit(Epoch(run=run, epoch=epoch, train_loss=1 / epoch, train_accuracy=0.5, validation_loss=1 / epoch,
                   validation_accuracy=0.5, seconds=1))

def succeeds(request, emit):
    emit(Started(job="train", title="a training"))
    epochs(emit, "pretraining", 5)
    epochs(emit, "run", 3)
    emit(Notice(text="It got warm."))
    Path("request.json").write_text(json.dumps(request))
    emit(Result(value={"record": json.loads(Path("record.json").read_text()), "reused": False}))

def fails(request, emit):
    raise TflError("The corpus imdb is not here.", "Get it with `tfl data fetch imdb`.")

def lasts(request, emit):
    emit(Stage(name="training for long"))
    epochs(emit, "run", 2)
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        Path("saved").touch()
        raise KeyboardInterrupt("Go on with `tfl train --resume`.") from None
"""


@pytest.fixture(autouse=True)
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module of jobs that the job's process can import."""
    (tmp_path / "stand_ins.py").write_text(SOURCE)
    root = Path(jobs.__file__).parents[1]
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{root}")


def train_by(monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    monkeypatch.setitem(jobs.JOBS, "train", f"stand_ins:{function}")


async def form(pilot: Pilot[None]) -> TrainScreen:
    """The form, ready to be started."""
    await looked(pilot)
    await pilot.press("t")
    await until(pilot, lambda: isinstance(pilot.app.screen, TrainScreen) and pilot.app.focused)
    await until(pilot, lambda: "Choose a strategy" in shown(pilot))
    assert isinstance(pilot.app.screen, TrainScreen)
    return pilot.app.screen


async def test_a_training_is_watched_to_its_end_and_then_chosen_among_the_runs(
    app: TflApp, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_run("scratch")
    make_run("full")
    Path("record.json").write_bytes(made.record_file.read_bytes())
    train_by(monkeypatch, "succeeds")
    async with app.run_test() as pilot:
        await form(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "✓ finished" in shown(pilot))
        assert "a training" in shown(pilot)
        assert "! It got warm." in shown(pilot)
        assert "test accuracy 0.842" in shown(pilot)
        await until(pilot, lambda: "◆ best 6" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, RunsScreen) and made.id in shown(pilot))


async def test_the_job_is_asked_for_what_the_form_says(
    app: TflApp, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("record.json").write_bytes(make_run().record_file.read_bytes())
    train_by(monkeypatch, "succeeds")
    async with app.run_test() as pilot:
        screen = await form(pilot)
        screen.query_one(OptionList).highlighted = 0
        screen.query_one("#seed", Input).value = "7"
        screen.query_one("#labels", Input).value = "200"
        await pilot.press("enter")
        await until(pilot, lambda: "✓ finished" in shown(pilot))
    request = json.loads(Path("request.json").read_text())
    asked = request["config"]
    assert (asked["strategy"], asked["pair"], asked["seed"], asked["labels"]) == ("scratch", "sample", 7, 200)
    assert request["runs_dir"] == "runs"
    assert request["continue"] == "tfl train scratch --corpus sample --seed 7 --labels 200 --runs-dir runs --resume"


async def test_a_failure_shows_its_message_and_what_to_do(app: TflApp, monkeypatch: pytest.MonkeyPatch) -> None:
    train_by(monkeypatch, "fails")
    async with app.run_test() as pilot:
        await form(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "✗ The corpus imdb is not here." in shown(pilot))
        assert "tfl data fetch imdb" in shown(pilot)
        assert app.job is None


async def test_stopping_lets_the_job_save_its_work(app: TflApp, monkeypatch: pytest.MonkeyPatch) -> None:
    train_by(monkeypatch, "lasts")
    async with app.run_test() as pilot:
        await form(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "training for long" in shown(pilot) and "epoch 2" in shown(pilot))
        await pilot.press("c")
        await until(pilot, lambda: "‖ stopped" in shown(pilot))
        assert "tfl train --resume" in shown(pilot)
        assert Path("saved").exists()


async def test_a_training_goes_on_while_one_looks_at_other_screens(
    app: TflApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    train_by(monkeypatch, "lasts")
    async with app.run_test() as pilot:
        screen = await form(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "epoch 2" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, RunsScreen))
        assert app.job
        await until(pilot, lambda: "▸" in shown(pilot))  # the title says that something is going on
        await pilot.press("t")
        await until(pilot, lambda: app.screen is screen and "epoch 2" in shown(pilot))


async def test_quitting_lets_the_job_save_its_work_first(app: TflApp, monkeypatch: pytest.MonkeyPatch) -> None:
    train_by(monkeypatch, "lasts")
    async with app.run_test() as pilot:
        await form(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "epoch 2" in shown(pilot))
        await pilot.press("q")
        await until(pilot, lambda: app.job is None)
    assert Path("saved").exists()


async def test_an_app_that_ends_in_any_other_way_stops_its_job(app: TflApp, monkeypatch: pytest.MonkeyPatch) -> None:
    train_by(monkeypatch, "lasts")
    async with app.run_test() as pilot:
        await form(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "epoch 2" in shown(pilot))
        job = app.job
    assert job and job._process.wait(timeout=20) == 130


@pytest.mark.parametrize(
    ("field", "value", "said"), [("#labels", "7", "8 or more"), ("#seed", "", "The seed is a whole number")]
)
async def test_a_wrong_number_is_told_before_anything_starts(app: TflApp, field: str, value: str, said: str) -> None:
    async with app.run_test() as pilot:
        screen = await form(pilot)
        screen.query_one(field, Input).value = value
        await pilot.press("enter")
        await until(pilot, lambda: said in shown(pilot))
        assert app.job is None
