"""The strategies side by side."""

import json
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable

from tests.tui import scenes
from tests.tui.conftest import notes, shown, until
from tests.tui.stand_in_jobs import StandInJob
from tfl.events import Failed, Finished, Started
from tui.app import TflApp
from tui.screens.compare import CompareScreen
from tui.screens.map import MapScreen
from tui.widgets.filter_field import FilterField
from tui.widgets.intervals import Intervals
from tui.widgets.label_curves import LabelCurves

PATH = Path("runs/comparison.json")


@pytest.fixture
def app() -> TflApp:
    return TflApp(Path("runs"), place="compare")


def rows(pilot: Pilot[None]) -> list[list[str]]:
    """The cells of the table."""
    table = pilot.app.screen.query_one(DataTable)
    return [[str(cell) for cell in table.get_row_at(row)] for row in range(table.row_count)]


async def compared(pilot: Pilot[None]) -> CompareScreen:
    await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen) and rows(pilot))
    assert isinstance(pilot.app.screen, CompareScreen)
    return pilot.app.screen


async def test_without_a_comparison_it_says_how_to_make_one(app: TflApp) -> None:
    async with app.run_test() as pilot:
        await until(pilot, lambda: "Nothing has been compared yet in runs" in shown(pilot))
        assert "tfl compare" in shown(pilot)
        await pilot.press("s", "slash", "o", "p")  # there is nothing to sort, filter, open or plot
        assert not app.screen.query_one(FilterField).display


async def test_a_folder_with_brackets_in_its_name_is_no_markup() -> None:
    app = TflApp(Path("[b]runs[/b] [/]"), place="compare")
    async with app.run_test() as pilot:
        await until(pilot, lambda: "in [b]runs[/b] [/]." in shown(pilot))


async def test_the_table_is_sorted_by_one_column_after_the_other(app: TflApp) -> None:
    scenes.some_comparison()
    async with app.run_test(size=(120, 40)) as pilot:
        await compared(pilot)
        assert "sorted by test" in shown(pilot) and rows(pilot)[0][0] == "baseline"
        orders = [rows(pilot)]
        for name in ("seconds", "trainable", "labels", "strategy", "test"):
            await pilot.press("s")
            await until(pilot, lambda name=name: f"sorted by {name}" in shown(pilot))
            orders.append(rows(pilot))
        assert orders[0] == orders[-1] and orders[1][0][:2] != orders[0][0][:2]
        assert all(sorted(order) == sorted(orders[0]) for order in orders)


async def test_a_click_on_a_column_sorts_by_it_and_a_second_one_the_other_way_round(app: TflApp) -> None:
    scenes.some_comparison()
    async with app.run_test(size=(120, 40)) as pilot:
        await compared(pilot)
        await pilot.click(DataTable, offset=(3, 0))
        await until(pilot, lambda: "sorted by strategy" in shown(pilot))
        names = [row[0] for row in rows(pilot)]
        assert names == sorted(names)
        await pilot.click(DataTable, offset=(3, 0))
        await until(pilot, lambda: [row[0] for row in rows(pilot)] == names[::-1])
        await pilot.press("s")
        await until(pilot, lambda: "sorted by test" in shown(pilot))  # from its beginning again


async def test_the_filter_leaves_the_rows_that_fit(app: TflApp) -> None:
    scenes.some_comparison()
    async with app.run_test(size=(120, 40)) as pilot:
        await compared(pilot)
        whole = rows(pilot)
        await pilot.press("slash", *"GRADUAL")
        await until(pilot, lambda: [row[0] for row in rows(pilot)] == ["gradual"] and "1 of 11" in shown(pilot))
        await pilot.press("enter")  # back to the table, which stays filtered
        assert isinstance(app.focused, DataTable) and len(rows(pilot)) == 1
        await pilot.press("slash", *"[/b]")
        await until(pilot, lambda: rows(pilot) == [])
        await pilot.press("escape")
        await until(pilot, lambda: rows(pilot) == whole)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, MapScreen))


async def test_the_chosen_row_is_told_with_its_note_and_p_changes_the_plot(app: TflApp) -> None:
    scenes.some_comparison()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await compared(pilot)
        await pilot.press("slash", *"full", "enter")
        await until(pilot, lambda: len(rows(pilot)) < 11)
        await pilot.press("down")
        await until(pilot, lambda: "! no better than from scratch" in shown(pilot))
        assert screen.query_one(Intervals).region.area and not screen.query_one(LabelCurves).region.area
        await pilot.press("p")
        await until(pilot, lambda: screen.query_one(LabelCurves).region.area)
        assert "labels" in shown(pilot) and not screen.query_one(Intervals).region.area


async def test_the_pictures_are_opened_where_windows_are(app: TflApp, monkeypatch: pytest.MonkeyPatch) -> None:
    scenes.some_comparison()
    opened: list[str] = []
    monkeypatch.setattr(app, "open_url", lambda url, **_: opened.append(url))
    async with app.run_test(notifications=True) as pilot:
        await compared(pilot)
        await pilot.press("o")
        await until(pilot, lambda: "1 picture in" in notes(pilot))
        assert opened == []  # no windows: a browser in the terminal would draw over the app
        monkeypatch.setenv("DISPLAY", ":0")
        await pilot.press("o")
        await until(pilot, lambda: opened)
        assert opened == [Path("runs/comparison/accuracy_against_labels.png").absolute().as_uri()]


@pytest.mark.parametrize("content", ["{", '{"rows": 3}', "[]"])
async def test_a_damaged_comparison_says_what_to_do(app: TflApp, content: str) -> None:
    PATH.parent.mkdir()
    PATH.write_text(content)
    async with app.run_test() as pilot:
        await until(pilot, lambda: "comparison.json is damaged" in shown(pilot).replace("\n", " "))
    assert PATH.read_text() == content


async def test_it_trains_what_is_missing_and_shows_the_result(app: TflApp, jobs: list[StandInJob]) -> None:
    async with app.run_test() as pilot:
        await until(pilot, lambda: "Nothing has been compared yet" in shown(pilot))
        await pilot.press("t")
        await until(pilot, lambda: jobs and "Starting a process" in shown(pilot))
        assert jobs[0].name == "compare" and jobs[0].request["choices"] == {"pair": "sample"}
        scenes.some_comparison()
        jobs[0].say(Started(job="compare", title="comparison"), Finished(seconds=1))
        await compared(pilot)


async def test_a_failure_is_shown_and_stopping_leaves_what_is_trained(app: TflApp, jobs: list[StandInJob]) -> None:
    async with app.run_test() as pilot:
        await until(pilot, lambda: "Nothing has been compared yet" in shown(pilot))
        await pilot.press("t")
        await until(pilot, lambda: jobs)
        jobs[0].say(Failed(message="Memory ran out.", action="Close other programs."))
        await until(pilot, lambda: "✗ Memory ran out. Close other programs." in shown(pilot))
        await pilot.press("t")
        await until(pilot, lambda: len(jobs) == 2)
        await pilot.press("x")
        await until(pilot, lambda: "‖ stopped; what is trained stays" in shown(pilot))
        assert app.job is None


async def test_what_another_tfl_has_compared_meanwhile_shows_up(app: TflApp) -> None:
    scenes.some_comparison()
    async with app.run_test() as pilot:
        await compared(pilot)
        await pilot.press("escape")
        found = json.loads(PATH.read_text())
        PATH.write_text(json.dumps(found | {"rows": found["rows"][:3]}))
        app.action_compare()
        await until(pilot, lambda: isinstance(app.screen, CompareScreen) and len(rows(pilot)) == 3)
