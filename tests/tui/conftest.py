"""Runs to look at, and a way to wait for what a screen shows."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tfl import runs
from tfl.runs import RunFolder, RunRecord, Score
from tui.app import TflApp
from tui.screens.runs import RunsScreen

MakeRun = Callable[..., RunFolder]


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working directory is the test's own, and the disk is looked at often."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TFL_CONFIG", str(tmp_path / "config"))
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "VISUAL", "EDITOR"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("tui.screens.runs.SECONDS", 0.05)
    monkeypatch.setattr("tui.screens.runs.SETTLE", 0.01)


@pytest.fixture
def app() -> TflApp:
    """The app, on the screen of the runs in the folder `runs`, without a workspace."""
    return TflApp(Path("runs"), place="runs")


@pytest.fixture
def make_run() -> MakeRun:
    """Makes a run in the folder `runs`; each is a second younger than the one before."""
    made = []

    def make(strategy: str = "full", epochs: int = 8, **facts: Any) -> RunFolder:
        folder = runs.create(runs.run_id(strategy, "sample", facts.get("seed", 0), facts.get("labels")), Path("runs"))
        made.append(folder)
        folder.write_history(
            {
                "epoch": epoch,
                "train_loss": 0.7 * 0.75**epoch,
                "train_accuracy": 1 - 0.5 * 0.75**epoch,
                "validation_loss": 0.7 * 0.8**epoch + 0.02 * max(0, epoch - 5),
                "validation_accuracy": 0.9 - 0.4 * 0.7**epoch,
            }
            for epoch in range(1, epochs + 1)
        )
        record = {
            "id": folder.id,
            "strategy": strategy,
            "pair": "sample",
            "corpus": "sample reviews (synthetic)",
            "seed": 0,
            "state": "finished",
            "source": None if strategy == "scratch" else "pretrain-sample-s0-0a1b2c",
            "source_kind": "" if strategy == "scratch" else "sample news (synthetic)",
            "device": "CPU, 2 threads, float32",
            "parameters_total": 99_908,
            "parameters_trainable": 99_908,
            "seconds": 25.3,
            "examples_per_second": 1834,
            "best_epoch": min(epochs, 6),
            "epochs_run": epochs,
            "test": Score(loss=0.41, accuracy=0.842),
            "test_interval": (0.801, 0.877),
            "created": f"2026-01-01T00:00:{len(made):02}+00:00",
        }
        folder.save(RunRecord.model_validate({**record, **facts}))
        return folder

    return make


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Let the app work until the condition holds."""
    for _ in range(600):
        await pilot.pause()
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"it never came to that; the screen shows:\n{shown(pilot)}")


def shown(pilot: Pilot[None]) -> str:
    """The text of what is visible on the screen."""
    return "\n".join(str(static.visual) for static in pilot.app.screen.query(Static) if static.region.area)


async def looked(pilot: Pilot[None]) -> RunsScreen:
    """The screen of the runs, once it has seen the disk."""
    await until(pilot, lambda: pilot.app.screen.has_class("-looked"))
    assert isinstance(pilot.app.screen, RunsScreen)
    return pilot.app.screen
