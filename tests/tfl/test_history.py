"""What a training tells of itself: epochs in its history and in events, steps with the time left."""

from pathlib import Path
from types import ModuleType

import pytest

from tests.tfl.fits import EPOCHS, STEPS
from tfl import training
from tfl.events import Epoch, Event, Step
from tfl.model import ModelConfig
from tfl.phase import Phase
from tfl.runs import RunFolder

pytestmark = pytest.mark.usefixtures("no_collecting")


def test_history_and_events_tell_the_same(toy: ModuleType, tmp_path: Path) -> None:
    heard: list[Event] = []
    progress = toy.make(tmp_path, heard.append).fit(toy.PHASES)
    epochs = [event for event in heard if isinstance(event, Epoch)]
    assert [event.epoch for event in epochs] == list(range(1, EPOCHS + 1))
    assert [event.model_dump(exclude={"event", "run"}) for event in epochs] == progress.history


def test_an_epoch_stands_in_the_history_as_soon_as_it_is_over(toy: ModuleType, tmp_path: Path) -> None:
    lines = []

    def look(event: Event) -> None:
        if isinstance(event, Step):
            lines.append((event.epoch, len(RunFolder(tmp_path).history())))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "REPORT_SECONDS", -1.0)
        toy.make(tmp_path, look).fit(toy.PHASES[2:3])
    assert set(lines) == {(1, 0), (2, 1)}


def test_a_training_that_starts_anew_drops_the_history_of_the_old_one(toy: ModuleType, tmp_path: Path) -> None:
    RunFolder(tmp_path).append_history({"epoch": 99})
    progress = toy.make(tmp_path).fit(toy.PHASES[:1])
    assert RunFolder(tmp_path).history() == progress.history


def test_steps_are_reported_with_the_time_left(toy: ModuleType, tmp_path: Path, every_step: None) -> None:
    heard: list[Event] = []
    toy.make(tmp_path, heard.append).fit(toy.PHASES[2:3])
    steps = [event for event in heard if isinstance(event, Step)]
    assert [(event.epoch, event.step, event.steps) for event in steps] == [
        (epoch, step, STEPS) for epoch in (1, 2) for step in range(1, STEPS + 1)
    ]
    assert all(event.seconds_left >= 0 and event.examples_per_second > 0 for event in steps)
    assert steps[-1].seconds_left == 0


def test_an_epoch_tells_the_mean_loss_and_accuracy_over_its_examples(
    toy: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    still = ModelConfig(**{**toy.SHAPES.as_dict(), "dropout": 0.0})
    made = toy.make(tmp_path, shapes=still)
    (epoch,) = made.fit([Phase(("*",), 1, 1e-12)]).history  # a rate at which nothing moves
    train = training.evaluate(made.model, made.data.train, toy.CPU)
    assert epoch["train_loss"] == pytest.approx(train.loss, rel=1e-4)
    assert epoch["train_accuracy"] == pytest.approx(train.accuracy)
