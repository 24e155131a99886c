"""A new check is declared at the end of its exercise, and its templates are Python that fits."""

import ast
from pathlib import Path

import pytest

from grader import new_check
from tfl import course as courses
from tfl.course import Course
from tfl.errors import CourseError, TflError, UsageError


def add(course: Course, id: str = "negative", title: str = "Negative numbers are doubled", points: int = 1) -> Course:
    """The course with one check more in its first exercise."""
    new_check.add(course, course.exercises[0], id, title, points)
    return courses.load(course.folder)


def test_it_is_declared_behind_the_others(tiny_course: Course) -> None:
    found = add(tiny_course, points=2)
    assert [check.id for check in found.exercises[0].checks] == ["right", "nothing", "large", "negative"]
    assert found.exercises[0].checks[-1].title == "Negative numbers are doubled"
    assert found.exercises[0].checks[-1].points == 2
    assert found.exercises[1] == tiny_course.exercises[1]


def test_the_last_exercise_can_be_added_to(tiny_course: Course) -> None:
    new_check.add(tiny_course, tiny_course.exercises[1], "minus", "Negative numbers")
    assert [check.id for check in courses.load(tiny_course.folder).exercises[1].checks] == ["right", "minus"]


def test_comments_stay_where_they_are(tiny_course: Course) -> None:
    path = tiny_course.folder / "course.toml"
    path.write_text(
        path.read_text().replace('[[exercises]]\nid = "exercise2"', '# --- two\n\n[[exercises]]\nid = "exercise2"')
    )
    add(tiny_course)
    text = path.read_text()
    assert text.index('id = "negative"') < text.index("# --- two") < text.index('id = "exercise2"')


@pytest.mark.parametrize("title", ['It says "double"', "A back\\slash", "Über × √"])
def test_any_title_is_kept(tiny_course: Course, title: str) -> None:
    assert add(tiny_course, title=title).exercises[0].check("negative").title == title
    ast.parse(tiny_course.observe(tiny_course.exercises[0]).read_text())


def test_its_templates_are_where_it_says(tiny_course: Course) -> None:
    written = new_check.add(tiny_course, tiny_course.exercises[0], "far-out", "Far numbers")
    lines = [one.path.read_text().splitlines()[one.line - 1] for one in written]
    assert lines == ["[[exercises.checks]]", "def far_out(lab, x):", "def test_far_out(observe, draw, reference):"]


def test_files_that_are_missing_are_begun(tiny_course: Course) -> None:
    exercise = tiny_course.exercises[0]
    for path in (tiny_course.observe(exercise), tiny_course.judge(exercise)):
        path.unlink()
    add(tiny_course)
    assert "from grader import expect" in tiny_course.judge(exercise).read_text()
    assert "def negative(lab, x):" in tiny_course.observe(exercise).read_text()


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*.*") if path.is_file() and path.suffix != ".pyc"}


@pytest.mark.parametrize(
    ("id", "title", "error"),
    [
        ("right", "Again", UsageError),
        ("Not an id", "Odd", UsageError),
        ("1st", "Odd", UsageError),
        ("blank", "  ", UsageError),
        ("doubled", "As the observation that is there", CourseError),
    ],
)
def test_what_cannot_be_added_changes_nothing(tiny_course: Course, id: str, title: str, error: type[TflError]) -> None:
    before = contents(tiny_course.folder)
    with pytest.raises(error) as told:
        add(tiny_course, id, title)
    assert told.value.action
    assert contents(tiny_course.folder) == before


def test_a_judge_that_is_no_python_is_left_alone(tiny_course: Course) -> None:
    tiny_course.judge(tiny_course.exercises[0]).write_text("def (")
    before = contents(tiny_course.folder)
    with pytest.raises(CourseError, match="not valid Python"):
        add(tiny_course)
    assert contents(tiny_course.folder) == before
