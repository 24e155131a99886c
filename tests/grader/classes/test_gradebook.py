"""The gradebook: nothing lost, nothing twice, and every decision on record."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from grader.classes import decisions, tables
from grader.classes.arrivals import Oddity
from grader.classes.gradebook import FILE, Gradebook, NewAttempt, grading, ungraded
from grader.classes.policy import Deadline
from grader.classes.roster import Student
from grader.classes.standing import Standing, standings
from grader.classes.tables import AttemptRow, GradingRow
from grader.submission import Submission
from tests.grader.classes.conftest import RIGHT, WRONG, FakeGrader, put
from tfl.course import Course
from tfl.errors import GradebookError, UnknownName

ADA = Student(id="ada", name="Ada Lovelace")
DUE = datetime(2026, 3, 1, tzinfo=UTC)


def sent(book: Gradebook, path: str, content: str = RIGHT, student: Student = ADA, **more: object) -> int:
    """Put one attempt in; returns its id."""
    real = put(book.folder.parent / "in", {path: content}) / path
    values = {"sent": None, "sent_from": ""} | more
    book.add_attempts([NewAttempt(student=student, exercise="exercise1", path=path, real=real, **values)])  # type: ignore[arg-type]
    found = book.session.scalar(select(AttemptRow.id).filter_by(path=path).order_by(AttemptRow.id.desc()))
    assert found
    return found


def marked(book: Gradebook, course: Course, attempt: int, content: str = RIGHT) -> GradingRow:
    book.wait(select(AttemptRow.id).where(AttemptRow.id == attempt))
    mark = FakeGrader(course).mark(course.exercise("1"), Submission("x.py", content))
    (row,) = book.record([grading(attempt, "abc", mark)])
    return row


def only(book: Gradebook, course: Course) -> Standing:
    (one,) = [one for found in standings(book, course) for one in found.standings]
    return one


def test_there_is_no_gradebook_until_something_is_graded(tmp_path: Path) -> None:
    with pytest.raises(GradebookError, match="no gradebook"):
        Gradebook(tmp_path)


def test_a_file_that_is_no_gradebook_is_told_plainly(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"this is no database" * 1000)
    with pytest.raises(GradebookError, match="damaged"):
        Gradebook(tmp_path)


def test_a_gradebook_of_a_newer_version_is_left_alone(book: Gradebook) -> None:
    with sqlite3.connect(book.path) as raw:
        raw.execute("PRAGMA user_version = 99")
    with pytest.raises(GradebookError, match="newer tfl"):
        Gradebook(book.folder)


def test_an_older_gradebook_is_brought_up_to_date_with_all_its_rows(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as raw:
        raw.executescript(
            tables.STEPS[0] + "PRAGMA user_version = 1; INSERT INTO student VALUES ('ada', 1, '{\"id\":\"ada\"}');"
        )
    book = Gradebook(tmp_path)
    assert [student.id for student, _ in book.students()] == ["ada"]
    assert book.session.execute(text("PRAGMA user_version")).scalar_one() == len(tables.STEPS)
    assert book.waiting("train") == []
    book.close()


def test_the_steps_make_the_tables_that_the_code_declares(book: Gradebook) -> None:
    for table in tables.Base.metadata.tables.values():
        there = {
            row[1]: bool(row[3] or row[5]) for row in book.session.execute(text(f"PRAGMA table_info({table.name})"))
        }
        assert there == {column.name: not column.nullable or column.primary_key for column in table.columns}, table.name


def test_a_file_is_kept_as_it_was_sent(book: Gradebook) -> None:
    attempt = sent(book, "ada/exercise1.py", "é = 1\n")
    row = book.session.get(AttemptRow, attempt)
    assert row and book.source(row.digest, row.path).read_text() == "é = 1\n"


@pytest.mark.parametrize("name", ["../../x.py", "a/b\\c.py", "…" * 200 + ".py", ".py", "x\x1b[31m.py"])
def test_the_copy_lies_inside_whatever_the_file_is_called(book: Gradebook, name: str) -> None:
    kept = book.source("d1gest", name)
    assert kept.parent == book.folder / "sources" / "d1gest"
    assert kept.name.isprintable() and not kept.name.startswith(".") and len(kept.name) <= 80


def test_the_same_file_is_one_attempt_and_a_changed_one_another(book: Gradebook) -> None:
    assert sent(book, "ada/exercise1.py") == sent(book, "ada/exercise1.py")
    assert sent(book, "ada/exercise1.py", WRONG) == 2


def test_a_mark_takes_its_attempt_off_the_waiting_list_in_one_step(book: Gradebook, course: Course) -> None:
    attempt = sent(book, "ada/exercise1.py")
    assert book.wait(select(AttemptRow.id)) == 1
    assert [row.id for row in book.waiting()] == [attempt]
    marked(book, course, attempt)
    assert book.waiting() == []


def test_a_mark_that_comes_twice_is_recorded_once(book: Gradebook, course: Course) -> None:
    attempt = sent(book, "ada/exercise1.py")
    marked(book, course, attempt)
    mark = FakeGrader(course).mark(course.exercise("1"), Submission("x.py", RIGHT))
    assert book.record([grading(attempt, "abc", mark)]) == []
    assert book.session.execute(text("SELECT count(*) FROM grading")).scalar_one() == 1


def test_what_fails_half_way_leaves_nothing_behind(book: Gradebook) -> None:
    with pytest.raises(ZeroDivisionError), book.transaction() as session:
        session.execute(text("INSERT INTO setting VALUES ('a', 'b')"))
        raise ZeroDivisionError
    assert book.setting("a") == ""


def test_two_processes_do_not_grade_at_once(book: Gradebook) -> None:
    with book.alone():
        other = Gradebook(book.folder)
        with pytest.raises(GradebookError, match="Another process"), other.alone():
            pass
        other.set(colour="blue")  # decisions may be made meanwhile
        other.close()
    assert book.setting("colour") == "blue"


def test_a_mark_is_reproducible_from_what_is_kept(book: Gradebook, course: Course) -> None:
    row = marked(book, course, sent(book, "ada/exercise1.py"))
    again, attempt = book.grading(row.id)
    assert (again.seed, again.course, again.isolation, again.checks) == ("5eed", "1", "namespaces", "abc")
    assert attempt.path == "ada/exercise1.py"
    with pytest.raises(UnknownName):
        book.grading(99)


# --- standings


def test_everybody_in_the_roster_has_a_row(book: Gradebook, course: Course) -> None:
    book.enrol([ADA, Student(id="grace", name="Grace")])
    marked(book, course, sent(book, "ada/exercise1.py"))
    found = {one.student.id: one.standings[0] for one in standings(book, course)}
    assert (found["ada"].state, found["ada"].final) == ("marked", 5)
    assert (found["grace"].state, found["grace"].final) == ("missing", 0)


def test_an_attempt_that_waits_and_one_that_the_grader_failed_have_no_mark_rather_than_0(
    book: Gradebook, course: Course
) -> None:
    attempt = sent(book, "ada/exercise1.py")
    assert (only(book, course).state, only(book, course).final) == ("waiting", None)
    book.wait(select(AttemptRow.id))
    book.record([ungraded(attempt, "1", "abc", "it broke")])
    assert (only(book, course).state, only(book, course).final) == ("not marked", None)


@pytest.mark.parametrize("which,score", [("latest", 0), ("best", 5)])
def test_the_latest_attempt_counts_or_the_best(book: Gradebook, course: Course, which: str, score: int) -> None:
    book.set(attempt=which)
    for day, content in ((1, WRONG + "#\n"), (2, RIGHT), (3, WRONG)):
        moment = DUE + timedelta(days=day)
        marked(book, course, sent(book, f"ada/{day}/exercise1.py", content, sent=moment, sent_from="archive"), content)
    found = only(book, course)
    assert (found.score, found.attempts) == (score, 3)


def test_the_newest_mark_of_an_attempt_counts_and_the_older_ones_are_kept(book: Gradebook, course: Course) -> None:
    attempt = sent(book, "ada/exercise1.py")
    marked(book, course, attempt, RIGHT)
    marked(book, course, attempt, WRONG)
    assert only(book, course).score == 0
    assert book.session.execute(text("SELECT count(*) FROM grading")).scalar_one() == 2


def test_lateness_extension_and_adjustments_come_together(book: Gradebook, course: Course) -> None:
    attempt = sent(book, "ada/exercise1.py", sent=DUE + timedelta(hours=30), sent_from="timestamp.txt")
    marked(book, course, attempt)
    decisions.set_deadline(book, "exercise1", Deadline(due=DUE, per_day=50))
    decisions.set_deadline(book, "exercise1", Deadline(due=DUE, per_day=20))  # the newest counts
    assert only(book, course).final == 3
    decisions.adjust(book, "ada", "exercise1", 0.5, "a good idea", "tina")
    decisions.adjust(book, "ada", "exercise1", -1, "no name in it", "tina")
    assert only(book, course).final == 2.5
    decisions.extend(book, "ada", "exercise1", DUE + timedelta(days=3), "ill")
    assert only(book, course).final == 4.5
    assert [row.reason for row in only(book, course).adjustments] == ["a good idea", "no name in it"]


def test_a_mark_never_falls_below_0(book: Gradebook, course: Course) -> None:
    marked(book, course, sent(book, "ada/exercise1.py"), WRONG)
    decisions.adjust(book, "ada", "exercise1", -3, "copied", "tina")
    assert only(book, course).final == 0


def test_a_student_is_found_by_id_and_name(book: Gradebook) -> None:
    book.enrol([ADA])
    assert book.student("Lovelace, Ada") == book.student("ada") == ADA
    with pytest.raises(UnknownName):
        book.student("grace")


def test_the_list_of_oddities_is_that_of_the_last_time(book: Gradebook) -> None:
    book.note_oddities([Oddity("a", "odd"), Oddity("b", "odd")])
    book.note_oddities([Oddity("b", "still odd")])
    assert book.oddities() == [Oddity("b", "still odd")]
