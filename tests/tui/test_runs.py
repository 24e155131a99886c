"""The screen of the runs."""

from pathlib import Path

import pytest
from textual.widgets import OptionList

from tests.tui.conftest import MakeRun, looked, shown, until
from tui.app import TflApp
from tui.widgets.curves import Chart


async def test_without_runs_it_says_how_to_get_some(app: TflApp) -> None:
    async with app.run_test() as pilot:
        await looked(pilot)
        await until(pilot, lambda: "No runs yet" in shown(pilot))
        assert "tfl train full --corpus sample" in shown(pilot)
        assert "tfl compare" in shown(pilot)


async def test_the_newest_run_comes_first_and_is_chosen(app: TflApp, make_run: MakeRun) -> None:
    make_run("scratch")
    newest = make_run("full")
    async with app.run_test() as pilot:
        await looked(pilot)
        await until(pilot, lambda: newest.id in shown(pilot))
        assert app.screen.query_one(OptionList).options[0].id == newest.id


async def test_choosing_a_run_shows_who_what_where_and_its_curves(app: TflApp, make_run: MakeRun) -> None:
    make_run("scratch", seed=3, labels=200)
    make_run("full")
    async with app.run_test() as pilot:
        await looked(pilot)
        await pilot.press("down")
        await until(pilot, lambda: "scratch-sample-s3-n200" in shown(pilot))
        for fact in ("✓ finished", "seed 3 · 200 labels", "random weights", "CPU", "0.842 (95 %: 0.801–0.877)"):
            assert fact in shown(pilot)
        await until(pilot, lambda: app.screen.query_one(Chart).plot)
        assert "loss" in shown(pilot) and "◆ best 6" in shown(pilot)


async def test_where_there_is_room_for_one_chart_m_shows_the_other(app: TflApp, make_run: MakeRun) -> None:
    make_run()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await looked(pilot)
        await until(pilot, lambda: "loss  ⠒ train" in shown(pilot))
        await pilot.press("m")
        await until(pilot, lambda: "accuracy  ⠒ train" in shown(pilot))
        assert "loss  ⠒ train" not in shown(pilot)
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: screen.has_class("-tall"))
        await until(pilot, lambda: "loss  ⠒ train" in shown(pilot) and "accuracy  ⠒ train" in shown(pilot))


async def test_a_damaged_run_says_so_and_how_to_be_rid_of_it(app: TflApp, make_run: MakeRun) -> None:
    damaged = make_run()
    damaged.record_file.write_text("{")
    async with app.run_test() as pilot:
        await looked(pilot)
        await until(pilot, lambda: "is damaged" in shown(pilot))
        assert f"tfl runs remove {damaged.id}" in shown(pilot).replace("\n", " ")


async def test_a_damaged_history_leaves_the_facts_in_place(app: TflApp, make_run: MakeRun) -> None:
    make_run().history_file.write_text("{\n")
    async with app.run_test() as pilot:
        await looked(pilot)
        await until(pilot, lambda: "history" in shown(pilot))
        assert "0.842" in shown(pilot)


async def test_an_interrupted_run_is_told_from_a_finished_one_without_colour(app: TflApp, make_run: MakeRun) -> None:
    make_run(state="running", test=None, test_interval=None)  # and nobody trains it
    async with app.run_test() as pilot:
        await looked(pilot)
        await until(pilot, lambda: "‖ interrupted" in shown(pilot))


async def test_without_colours_everything_is_drawn_all_the_same(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    make_run()
    app = TflApp(Path("runs"), place="runs")
    async with app.run_test(size=(120, 40)) as pilot:
        await looked(pilot)
        await until(pilot, lambda: "◆ best 6" in shown(pilot))
        assert app.no_color


async def test_a_run_that_another_process_makes_appears(app: TflApp, make_run: MakeRun) -> None:
    async with app.run_test() as pilot:
        await looked(pilot)
        made = make_run()
        await until(pilot, lambda: made.id in shown(pilot))
        assert "No runs yet" not in shown(pilot)


async def test_the_chosen_run_stays_chosen_when_another_appears(app: TflApp, make_run: MakeRun) -> None:
    make_run("scratch")
    chosen = make_run("full")
    async with app.run_test() as pilot:
        screen = await looked(pilot)
        make_run("gradual")
        await until(pilot, lambda: screen.query_one(OptionList).option_count == 3)
        await until(pilot, lambda: chosen.id in shown(pilot))


async def test_a_terminal_that_is_too_small_is_told(app: TflApp, make_run: MakeRun) -> None:
    make_run()
    async with app.run_test(size=(79, 24)) as pilot:
        await looked(pilot)
        assert app.screen.query_one("TooSmall").region.size == (79, 24)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: not app.screen.query_one("TooSmall").display)


async def test_the_keys_are_explained(app: TflApp) -> None:
    async with app.run_test() as pilot:
        await looked(pilot)
        await pilot.press("question_mark")
        await until(pilot, lambda: "The runs on this machine" in shown(pilot))
        assert "Train" in shown(pilot) and "Quit" in shown(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: "The runs on this machine" not in shown(pilot))
