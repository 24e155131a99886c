"""What the screens look like.  After a change on purpose: look at the report, then `pytest --snapshot-update`."""

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from tests.tui.conftest import MakeRun, looked, shown, until
from tui.app import TflApp
from tui.screens.train import TrainScreen

SIZES = [(80, 24), (120, 40)]
Compare = Callable[..., bool]


@pytest.fixture
def some_runs(make_run: MakeRun) -> None:
    make_run("scratch", epochs=4)
    make_run("full", labels=200, seed=1, state="interrupted", test=None, test_interval=None)
    make_run("gradual", state="failed", test=None, notes=["The loss stopped being a number. Ask for a lower --rate."])
    make_run("full", seed=9).record_file.write_text("{")
    make_run("full")


async def drawn(pilot: Pilot[None]) -> None:
    await looked(pilot)
    await until(pilot, lambda: "◆ best 6" in shown(pilot))


@pytest.mark.usefixtures("some_runs")
@pytest.mark.parametrize("size", SIZES)
def test_runs(snap_compare: Compare, app: TflApp, size: tuple[int, int]) -> None:
    assert snap_compare(app, terminal_size=size, run_before=drawn)


@pytest.mark.usefixtures("some_runs")
def test_runs_in_the_light_theme(snap_compare: Compare, app: TflApp) -> None:
    async def light(pilot: Pilot[None]) -> None:
        await drawn(pilot)
        await pilot.press("d")
        await pilot.pause()

    assert snap_compare(app, terminal_size=(120, 40), run_before=light)


def test_no_runs(snap_compare: Compare, app: TflApp) -> None:
    async def empty(pilot: Pilot[None]) -> None:
        await looked(pilot)
        await until(pilot, lambda: "No runs yet" in shown(pilot))

    assert snap_compare(app, run_before=empty)


@pytest.mark.parametrize("size", SIZES)
def test_the_form(snap_compare: Compare, app: TflApp, size: tuple[int, int]) -> None:
    async def form(pilot: Pilot[None]) -> None:
        await looked(pilot)
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, TrainScreen) and "Choose a strategy" in shown(pilot))
        await until(pilot, lambda: app.screen.query("FooterKey"))

    assert snap_compare(app, terminal_size=size, run_before=form)
