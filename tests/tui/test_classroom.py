"""A class's results, read from a real gradebook."""

import errno
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from textual.pilot import Pilot
from textual.widgets import DataTable

from grader.classes import tables
from grader.classes.gradebook import Gradebook, NewAttempt, grading
from grader.classes.roster import Student
from grader.classes.tables import AttemptRow
from grader.marks import Mark, Verdict
from tests.tui.conftest import shown, until
from tfl.course import Course
from tui.app import TflApp
from tui.learner import Learner
from tui.screens.classroom import ClassScreen
from tui.screens.map import MapScreen

RESULTS = Path("results")
BOOK = RESULTS / "gradebook.sqlite"


def mark(course: Course, passed: bool) -> Mark:
    """A mark of exercise 1 in the course in miniature: all points, or all but the last two."""
    checks = tuple(
        Verdict(
            id=check.id,
            title=check.title,
            points=check.points if passed or check.id != "large" else 0,
            max_points=check.points,
            verdict="passed" if passed or check.id != "large" else "failed",
            message="" if passed else "[bold]7[/] came",
        )
        for check in course.exercise("exercise1").checks
    )
    return Mark(exercise="exercise1", file="x.py", checks=checks, isolation="x", seconds=0, seed="5eed", course="1")


@pytest.fixture
def book(tiny_course: Course) -> None:
    """Ada has all points, Kurt has some, [Emmy] has sent nothing."""
    students = [
        Student(id="s1", name="Ada Lovelace"),
        Student(id="s2", name="Kurt Gödel"),
        Student(id="s3", name="[Emmy] [/b]"),
    ]
    found = Gradebook(RESULTS, create=True)
    found.enrol(students)
    for student, passed in zip(students[:2], (True, False), strict=True):
        Path("sent.py").write_text(f"# {student.id}")
        found.add_attempts([NewAttempt(student, "exercise1", f"{student.id}.py", Path("sent.py"), None, "")])
        wanted = select(AttemptRow.id).filter_by(student=student.id)
        found.wait(wanted)
        found.record([grading(found.session.scalars(wanted).one(), "fingerprint", mark(tiny_course, passed))])
    found.close()


@pytest.fixture
def app(learner: Learner) -> TflApp:
    return TflApp(Path("runs"), learner, "class", RESULTS)


def names(pilot: Pilot[None]) -> list[str]:
    table = pilot.app.screen.query_one(DataTable)
    return [str(table.get_row_at(row)[0]) for row in range(table.row_count)]


def change(statement: str) -> None:
    """Change the gradebook behind its back."""
    with closing(sqlite3.connect(BOOK)) as connection:
        connection.execute(statement)
        connection.commit()


@pytest.mark.usefixtures("book")
async def test_everybody_stands_in_the_table_and_the_chosen_one_beside_it(app: TflApp) -> None:
    before = BOOK.read_bytes()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ClassScreen) and len(names(pilot)) == 3)
        assert "3 students, 2 of them sent something; 53% of the points on average" in shown(pilot)
        assert sorted(names(pilot)) == ["Ada Lovelace", "Kurt Gödel", "[Emmy] [/b]"]
        for name, told in (
            ("Ada Lovelace", "5 of 5"),
            ("Kurt Gödel", "✗ Large numbers too: [bold]7[/] came"),
            ("[Emmy] [/b]", "nothing was sent"),
        ):
            app.screen.query_one(DataTable).move_cursor(row=names(pilot).index(name))
            await until(pilot, lambda name=name, told=told: name in shown(pilot) and told in shown(pilot))
    assert BOOK.read_bytes() == before  # it is only looked at


@pytest.mark.usefixtures("book")
async def test_a_part_of_a_name_finds_students(app: TflApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ClassScreen) and len(names(pilot)) == 3)
        await pilot.press("slash", *"göd")
        await until(pilot, lambda: names(pilot) == ["Kurt Gödel"])
        await pilot.press("escape")
        await until(pilot, lambda: len(names(pilot)) == 3)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, MapScreen))


async def test_a_folder_without_results_says_how_they_are_made(app: TflApp) -> None:
    async with app.run_test() as pilot:
        await until(pilot, lambda: "There is no gradebook in results" in shown(pilot) and "tfl class" in shown(pilot))
        await pilot.press("slash", *"ada", "escape")  # there is nobody to find
    assert not RESULTS.exists()


@pytest.mark.usefixtures("book")
async def test_results_of_an_unknown_schema_are_left_alone(app: TflApp) -> None:
    change("PRAGMA user_version = 99")
    before = BOOK.read_bytes()
    async with app.run_test() as pilot:
        await until(pilot, lambda: "was written by a newer tfl" in shown(pilot))
    assert BOOK.read_bytes() == before


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize("spoil", ["", "DROP TABLE student", "UPDATE student SET details = '{'"])
async def test_damaged_results_say_so(app: TflApp, spoil: str) -> None:
    if spoil:
        change(spoil)
    else:
        BOOK.write_bytes(b"no database at all" * 100)
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, ClassScreen) and "is damaged" in shown(pilot))


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of results as another's is: whoever opens something there to write is refused.  Even root."""
    opened = Path.open

    def open_(path: Path, mode: str = "r", *details: Any, **more: Any) -> Any:
        if path.absolute().is_relative_to(RESULTS.absolute()) and set(mode) & set("wax+"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, mode, *details, **more)

    monkeypatch.setattr(Path, "open", open_)


@pytest.mark.usefixtures("book", "refusing")
async def test_results_that_cannot_be_written_are_shown_and_left_alone(app: TflApp) -> None:
    before = BOOK.read_bytes()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ClassScreen) and len(names(pilot)) == 3)
        await pilot.press("r")
        await until(pilot, lambda: "3 students, 2 of them sent something" in shown(pilot))
    assert BOOK.read_bytes() == before


@pytest.mark.parametrize("written", [True, False], ids=["own", "read-only"])
async def test_results_of_an_older_tfl_are_shown(app: TflApp, request: pytest.FixtureRequest, written: bool) -> None:
    RESULTS.mkdir()
    with closing(sqlite3.connect(BOOK)) as connection:
        connection.executescript(tables.STEPS[0] + "PRAGMA user_version = 1")
        connection.execute("INSERT INTO student VALUES ('ada', 1, ?)", ('{"id": "ada", "name": "Ada Lovelace"}',))
        connection.commit()
    before = BOOK.read_bytes()
    if not written:
        request.getfixturevalue("refusing")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ClassScreen) and names(pilot) == ["Ada Lovelace"])
        assert "1 student, 0 of them sent something" in shown(pilot)
    assert written or BOOK.read_bytes() == before


@pytest.mark.usefixtures("book")
async def test_a_click_on_a_column_sorts_the_class(app: TflApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ClassScreen) and len(names(pilot)) == 3)
        order = ["Ada Lovelace", "Kurt Gödel", "[Emmy] [/b]"]
        for column, wanted in (("sum", order), ("sum", order[::-1]), ("student", order), ("1", order)):
            await click_on(pilot, column)
            await until(pilot, lambda wanted=wanted: names(pilot) == wanted)


async def click_on(pilot: Pilot[None], column: str) -> None:
    """Click on the name of a column."""
    table: DataTable[Any] = pilot.app.screen.query_one(DataTable)
    before = 0
    for one in table.ordered_columns:
        if one.label.plain.strip() == column:
            break
        before += one.get_render_width(table)
    await pilot.click(table, offset=(before + 2, 0))


@pytest.mark.usefixtures("book")
async def test_a_damaged_mark_leaves_the_others_to_be_seen(app: TflApp) -> None:
    change("UPDATE grading SET mark = '{' WHERE id = 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ClassScreen) and len(names(pilot)) == 3)
        app.screen.query_one(DataTable).move_cursor(row=names(pilot).index("Ada Lovelace"))
        await until(pilot, lambda: "tfl class regrade RESULTS --student s1" in shown(pilot))
        app.screen.query_one(DataTable).move_cursor(row=names(pilot).index("Kurt Gödel"))
        await until(pilot, lambda: "Large numbers too" in shown(pilot))
