"""A training that is stopped or killed at any moment goes on to the same result."""

import math
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.tfl.fits import EPOCHS, MOMENTS, assert_same, contrary, fitted
from tfl import training
from tfl.checkpoint import FILE, Progress
from tfl.errors import RunError
from tfl.events import Event, Step
from tfl.training import Training

pytestmark = pytest.mark.usefixtures("no_collecting")


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_a_training_stopped_at_any_moment_goes_on_to_the_same_result(
    toy: ModuleType,
    tmp_path: Path,
    whole: tuple[Training, Progress],
    every_step: None,
    monkeypatch: pytest.MonkeyPatch,
    moment: int,
) -> None:
    monkeypatch.setattr(training, "CHECKPOINT_SECONDS", math.inf)  # only the stop itself saves
    heard: list[Event] = []

    def stop_at_the_moment(event: Event) -> None:
        heard.append(event)
        if len(heard) == moment + 1:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        toy.make(tmp_path, stop_at_the_moment).fit(toy.PHASES)
    assert len(heard) <= moment + 2  # it obeyed soon
    resumed = toy.make(tmp_path)
    assert_same(resumed, resumed.fit(toy.PHASES, resume=True), *whole)


def test_the_moments_to_stop_at_are_all_there_are(toy: ModuleType, tmp_path: Path, every_step: None) -> None:
    heard: list[Event] = []
    toy.make(tmp_path, heard.append).fit(toy.PHASES)
    assert len(heard) == MOMENTS


@pytest.mark.parametrize("upside_down", [False, True], ids=["to the end", "stopped early"])
def test_a_training_killed_after_any_write_goes_on_to_the_same_result(
    toy: ModuleType, tmp_path: Path, every_step: None, upside_down: bool
) -> None:
    choices: dict[str, Any] = {"data": contrary(toy), "patience": 1} if upside_down else {}
    moments: list[Path] = []
    with pytest.MonkeyPatch.context() as patch:
        for name in ("save_weights", "save_checkpoint"):
            patch.setattr(training, name, remembering(getattr(training, name), tmp_path / "whole", moments))
        whole, whole_progress = fitted(toy, tmp_path / "whole", **choices)

    assert len(moments) > 20
    assert (len(whole_progress.history) < EPOCHS) is upside_down
    for moment in moments:
        resumed = toy.make(moment, **choices)
        assert_same(resumed, resumed.fit(toy.PHASES, resume=True), whole, whole_progress)


def remembering(write: Callable[..., None], folder: Path, moments: list[Path]) -> Callable[..., None]:
    """Writes, and keeps a copy of the folder as it is then."""

    def write_and_remember(*arguments: Any) -> None:
        write(*arguments)
        moments.append(folder.with_name(f"moment {len(moments)}"))
        shutil.copytree(folder, moments[-1])

    return write_and_remember


def test_a_process_killed_at_a_random_moment_goes_on_to_the_same_result(
    toy: ModuleType, tmp_path: Path, whole: tuple[Training, Progress]
) -> None:
    moment = random.randrange(1, MOMENTS)
    print(f"killed after event {moment}")

    command = [sys.executable, toy.__file__, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        for _ in range(moment):
            assert process.stdout.readline(), "it ended before it was killed"
        process.kill()

    resumed = toy.make(tmp_path)
    assert_same(resumed, resumed.fit(toy.PHASES, resume=True), *whole)


def test_a_termination_request_saves_like_ctrl_c(toy: ModuleType, tmp_path: Path, every_step: None) -> None:
    def stop(event: Event) -> None:
        if isinstance(event, Step):
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt):
        toy.make(tmp_path, stop).fit(toy.PHASES)
    assert (tmp_path / FILE).exists()


def test_signals_are_handled_as_before_once_a_training_is_over(toy: ModuleType, tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    toy.make(tmp_path).fit(toy.PHASES[:1])
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_a_damaged_checkpoint_is_a_run_error(toy: ModuleType, tmp_path: Path) -> None:
    toy.make(tmp_path).fit(toy.PHASES[:1])
    os.truncate(tmp_path / FILE, 100)
    with pytest.raises(RunError, match="damaged"):
        toy.make(tmp_path).fit(toy.PHASES, resume=True)


def test_a_training_that_had_only_to_be_tested_is_left_as_it_was(toy: ModuleType, tmp_path: Path) -> None:
    phases = toy.PHASES[:2]
    whole = fitted(toy, tmp_path, phases=phases)
    resumed = toy.make(tmp_path)
    assert_same(resumed, resumed.fit(phases, resume=True), *whole)
    trains = {name for name, p in resumed.model.named_parameters() if p.requires_grad}
    assert {name.rpartition(".")[0][:16] for name in trains} == {"classifier", "encoder.layers.1"}  # to be counted
