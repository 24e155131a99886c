"""What students get: stubs and notebooks, no answers."""

from pathlib import Path

import nbformat
import pytest

from grader.classes.release import release
from tfl import course as courses
from tfl.course import Course
from tfl.errors import CourseError, UsageError


def test_students_get_stubs_notebooks_and_a_readme(tmp_path: Path) -> None:
    course = courses.load()
    exercise = course.exercise("1")
    written = release(course, tmp_path / "handout", [exercise])
    assert written == ["README.md", exercise.file, f"notebooks/{Path(exercise.file).stem}.ipynb"]
    assert sorted(str(p.relative_to(tmp_path / "handout")) for p in (tmp_path / "handout").rglob("*.*")) == written
    assert (tmp_path / "handout" / exercise.file).read_text() == course.stub(exercise).read_text()
    nbformat.read(tmp_path / "handout" / written[2], as_version=4)  # type: ignore[no-untyped-call]
    assert exercise.task in (tmp_path / "handout/README.md").read_text()


def test_nothing_of_the_solutions_and_judges_is_given_away(tmp_path: Path) -> None:
    course = courses.load()
    release(course, tmp_path / "handout")
    given = "".join(path.read_text() for path in (tmp_path / "handout").rglob("*") if path.is_file())
    assert "def test_" not in given
    for exercise in course.exercises:
        answer = course.solution(exercise).read_text()
        telling = [
            line.strip() for line in answer.splitlines() if line.strip().startswith("return ") and len(line) > 40
        ]
        stub = course.stub(exercise).read_text()
        assert not [line for line in telling if line in given and line not in stub], exercise.id


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path, course: Course) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        release(course, tmp_path)


def test_a_stub_that_is_its_solution_is_not_given_away(tmp_path: Path, course: Course) -> None:
    exercise = course.exercise("1")
    course.solution(exercise).write_text("def add(a, b):\n    '''Adds.'''\n    return a + b\n")
    course.stub(exercise).write_text("# TODO for you\ndef add(a, b):\n    return (a + b)\n")
    with pytest.raises(CourseError, match="is its solution"):
        release(course, tmp_path / "handout", [exercise])
    assert not (tmp_path / "handout").exists()
