"""Marks for other programs, and cells that no spreadsheet runs."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from grader.classes import decisions
from grader.classes.export import export, names
from grader.classes.gradebook import Gradebook, NewAttempt, grading, ungraded
from grader.classes.policy import Deadline
from grader.classes.roster import Student
from grader.classes.tables import AttemptRow
from grader.defuse import cell
from grader.submission import Submission
from tests.grader.classes.conftest import RIGHT, FakeGrader, put
from tfl.course import Course

EVIL = "=cmd|' /C calc'!A0"
CLASS = [
    Student(id="ada", name="Ada Lovelace", first="Ada", last="Lovelace", email="ada@x.org", lms_id="901", number="s01"),
    Student(id="eve", name=EVIL, login="eve"),
    Student(id="nemo", name="Nemo Nobody"),
    Student(id="sam", name="Sam Unlucky"),
]
DUE = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def full(book: Gradebook, course: Course) -> Gradebook:
    """Ada is a day late and was given a point, Eve is right, Nemo sent nothing, the grader failed Sam."""
    book.enrol(CLASS)
    for number, student in enumerate((CLASS[0], CLASS[1], CLASS[3]), start=1):
        real = put(book.folder.parent / "in", {f"{student.id}.py": RIGHT + f"# {number}\n"}) / f"{student.id}.py"
        when = DUE + timedelta(hours=3) if student.id == "ada" else DUE - timedelta(hours=3)
        book.add_attempts([NewAttempt(student, "exercise1", f"{student.id}.py", real, when, "archive")])
    book.wait(select(AttemptRow.id))
    for row in book.waiting():
        if row.student == "sam":
            book.record([ungraded(row.id, "1", "abc", "it broke")])
        else:
            mark = FakeGrader(course).mark(course.exercise("1"), Submission(row.path, RIGHT))
            book.record([grading(row.id, "abc", mark)])
    decisions.set_deadline(book, "exercise1", Deadline(due=DUE, per_day=40))
    decisions.adjust(book, "ada", "exercise1", 1, "good; clear", "tina")
    return book


def rows(book: Gradebook, course: Course, format: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(export(book, course, format)), newline="")))


def test_csv_has_a_row_for_everybody(full: Gradebook, course: Course) -> None:
    header, *body = rows(full, course, "csv")
    by = {row[0]: dict(zip(header, row, strict=True)) for row in body}
    assert list(by) == ["eve", "ada", "nemo", "sam"] or set(by) == {"ada", "eve", "nemo", "sam"}
    assert (by["ada"]["exercise1"], by["ada"]["exercise1 late"]) == ("4", "03:00:00")
    assert (by["eve"]["exercise1"], by["eve"]["total"], by["eve"]["of"]) == ("5", "5", "5")
    assert (by["nemo"]["exercise1"], by["nemo"]["exercise1 state"]) == ("0", "missing")
    assert (by["sam"]["exercise1"], by["sam"]["exercise1 state"]) == ("", "not marked")


def test_canvas_gets_its_columns_and_the_possible_points(full: Gradebook, course: Course) -> None:
    header, possible, *body = rows(full, course, "canvas")
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Adding"]
    assert possible == ["    Points Possible", "", "", "", "", "5"]
    assert ["Lovelace, Ada", "901", "s01", "ada", "", "4"] in body
    assert [row[-1] for row in body if row[3] in ("nemo", "sam")] == ["", ""]


def test_canvas_gets_no_id_that_is_not_its_own(book: Gradebook, course: Course) -> None:
    book.enrol([Student(id="ada", lms_id="ada"), Student(id="eve", lms_id="902")])
    _, _, *body = rows(book, course, "canvas")
    assert [(row[1], row[3]) for row in body] == [("", "ada"), ("902", "eve")]


def test_moodle_gets_identities_points_and_feedback(full: Gradebook, course: Course) -> None:
    header, *body = rows(full, course, "moodle")
    assert header[:5] == ["First name", "Last name", "ID number", "Email address", "Username"]
    (ada,) = [row for row in body if row[4] == "ada"]
    assert ada[:5] == ["Ada", "Lovelace", "s01", "ada@x.org", "ada"]
    assert ada[5:] == ["4", "5 of 5 points by the checks; 2 points taken: 1 day late; +1: good; clear"]


def test_gradescope_gets_four_columns_for_each_exercise(full: Gradebook, course: Course) -> None:
    header, *body = rows(full, course, "gradescope")
    assert header == [
        "First Name", "Last Name", "SID", "Email", "Sections", "Adding", "Adding - Max Points",
        "Adding - Submission Time", "Adding - Lateness (H:M:S)", "Total Lateness (H:M:S)",
    ]  # fmt: skip
    assert [
        "Ada",
        "Lovelace",
        "s01",
        "ada@x.org",
        "",
        "4",
        "5",
        "2026-03-01 03:00:00 +0000",
        "03:00:00",
        "03:00:00",
    ] in body


def test_json_tells_everything(full: Gradebook, course: Course) -> None:
    found = {row["student"]: row for row in json.loads("".join(export(full, course, "json")))["students"]}
    ada = found["ada"]["exercises"]["exercise1"]
    assert (ada["score"], ada["late_points"], ada["adjustment"], ada["final"]) == (5, 2.0, 1.0, 4.0)
    assert found["sam"]["exercises"]["exercise1"]["final"] is None
    assert found["eve"]["name"] == EVIL  # JSON has no formulas


@pytest.mark.parametrize("format", ["csv", "canvas", "moodle", "gradescope"])
def test_no_cell_can_be_a_formula(full: Gradebook, course: Course, format: str) -> None:
    text = "".join(export(full, course, format))
    assert "calc" in text
    assert not any(value.startswith(("=", "+", "@")) for row in rows(full, course, format) for value in row)


@pytest.mark.parametrize(
    "text,safe",
    [
        ("=1+1", "'=1+1"), ("+1+1", "'+1+1"), ("-2+3", "'-2+3"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "' =1"),
        ("\r=1", "' =1"), ("＝1", "'＝1"), ("|calc", "'|calc"), ("a\nb", "a b"), ("\x1b[31mred", "[31mred"),
        ("\u202eevil", "evil"), ("-5", "-5"), ("+49123", "+49123"), ("Ada", "Ada"), ("", ""), ("o'=x", "o'=x"),
    ],
)  # fmt: skip
def test_a_cell_is_defused(text: str, safe: str) -> None:
    assert cell(text) == safe


def test_numbers_stay_numbers() -> None:
    assert [cell(value) for value in (None, -3, 2.5, 4.0, True)] == ["", "-3", "2.5", "4", "True"]


@given(st.text())
def test_no_text_at_all_begins_a_formula_or_reaches_a_terminal(text: str) -> None:
    found = cell(text)
    assert not found.lstrip().startswith(("=", "@", "|", "%"))
    assert not any(ord(char) < 32 or ord(char) == 127 for char in found)


@pytest.mark.parametrize(
    "student,expected",
    [
        (Student(id="1", first="Ada", last="Lovelace"), ("Ada", "Lovelace")),
        (Student(id="1", name="Lovelace, Ada"), ("Ada", "Lovelace")),
        (Student(id="1", name="Ada King Lovelace"), ("Ada King", "Lovelace")),
        (Student(id="1", name="Ada"), ("", "Ada")),
    ],
)
def test_first_and_last_names(student: Student, expected: tuple[str, str]) -> None:
    assert names(student) == expected
