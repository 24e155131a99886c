"""A class whose course has become newer: only what other checks would mark is graded again."""

from pathlib import Path

import pytest

from grader.classes.gradebook import Gradebook
from grader.classes.grading import Request, grade
from grader.classes.pool import Pool
from grader.classes.standing import standings
from tests.grader.classes.conftest import RIGHT, FakeGrader, put
from tfl import course as courses
from tfl.course import FILE, Course
from tfl.events import Graded

FILES = {"ada/exercise1.py": RIGHT, "ada/exercise2.py": RIGHT + "# 2\n", "grace/exercise2.py": RIGHT + "# 3\n"}


def graded(folder: Path, course: Course, resume: bool = False) -> list[tuple[str, str]]:
    """Who was graded in which exercise."""
    request = Request(put(folder / "in", FILES), folder / "results", course, resume=resume)
    events = grade(request, lambda: Pool(course, lambda: FakeGrader(course), 1))
    return sorted((event.exercise, event.student) for event in events if isinstance(event, Graded))


def newer(course: Course) -> Course:
    """The same course as version 2."""
    declared = course.folder / FILE
    declared.write_text(declared.read_text().replace('version = "1"', 'version = "2"'))
    return courses.load(course.folder)


def versions(folder: Path, course: Course) -> dict[tuple[str, str], str]:
    """By which version of the course each mark that counts was given."""
    book = Gradebook(folder / "results")
    found = {
        (one.exercise.id, student.id): book.grading(one.grading)[0].course
        for student, _, ones in standings(book, course)
        for one in ones
        if one.grading
    }
    book.close()
    return found


@pytest.fixture
def before(tmp_path: Path, course: Course) -> list[tuple[str, str]]:
    """The class has been graded by version 1."""
    return graded(tmp_path, course)


def test_a_new_version_alone_grades_nothing_again(tmp_path: Path, course: Course, before: list[object]) -> None:
    assert len(before) == 3
    assert graded(tmp_path, newer(course), resume=True) == []


def test_only_the_exercise_whose_checks_have_changed_is_graded_again(
    tmp_path: Path, course: Course, before: list[object]
) -> None:
    after = newer(course)
    after.judge(after.exercise("exercise2")).write_text("# stricter\n")
    assert graded(tmp_path, after, resume=True) == [("exercise2", "ada"), ("exercise2", "grace")]
    assert versions(tmp_path, after) == {
        ("exercise1", "ada"): "1",
        ("exercise2", "ada"): "2",
        ("exercise2", "grace"): "2",
    }
