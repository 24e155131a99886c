"""The course is data: what is declared fits together, and what does not is told in one sentence."""

import ast
import subprocess
from pathlib import Path

import pytest

from tfl import course as courses
from tfl.course import Course
from tfl.errors import CourseError, UnknownName

ROOT = Path(__file__).parents[2]
STAGES = [
    "setup",
    "positional-encodings",
    "preparing-data",
    "from-scratch",
    "pre-training",
    "fine-tuning",
    "chosen-layers",
    "gradual-unfreezing",
    "evaluation",
    "repair-the-lab",
    "recommender",
]


@pytest.fixture(scope="module")
def course() -> Course:
    return courses.load()


def test_our_course_has_eleven_stages_and_seven_exercises(course: Course) -> None:
    assert [stage.id for stage in course.stages] == STAGES
    assert [exercise.id for exercise in course.exercises] == [f"exercise{n}" for n in range(1, 8)]
    assert [course.stage_of(exercise).number for exercise in course.exercises] == [2, 3, 7, 8, 9, 10, 11]


def test_our_exercises_have_enough_hints_and_checks(course: Course) -> None:
    assert all(len(exercise.hints) >= 3 for exercise in course.exercises)
    assert all(len(exercise.checks) >= 6 for exercise in course.exercises)
    assert sum(len(exercise.checks) for exercise in course.exercises) >= 50
    assert all(any(check.hidden for check in exercise.checks) for exercise in course.exercises)


@pytest.mark.parametrize(
    "name", ["exercise3", "3", "exercise3_layer_unfreezing", "exercise3_layer_unfreezing.py"], ids=str
)
def test_an_exercise_is_found_by_any_of_its_names(course: Course, name: str) -> None:
    assert course.exercise(name).id == "exercise3"


def test_an_exercise_that_does_not_exist_is_told_with_those_near_it(course: Course) -> None:
    with pytest.raises(UnknownName, match=r"exercise33.*exercise3"):
        course.exercise("exercise33")


def test_a_check_is_judged_by_the_test_of_its_name(course: Course) -> None:
    assert course.exercise("1").check("too-long").function == "test_too_long"


def test_a_course_may_lie_in_a_folder_called_exercises(tiny_course: Course) -> None:
    inner = tiny_course.folder / "exercises"
    inner.mkdir()
    (tiny_course.folder / "course.toml").rename(inner / "course.toml")
    assert courses.load(tiny_course.folder).folder == inner


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('needs = ["right"]\n\n', 'needs = ["wrong"]\n\n', "needs “wrong”, which does not stand before it"),
        ('id = "nothing"', 'id = "right"', "two checks called “right”"),
        ("number = 2", "number = 3", "not numbered 1, 2, 3"),
        (
            'id = "squaring"\ntitle = "Times itself"\nexercise = "exercise2"',
            'id = "squaring"\ntitle = "x"',
            "exactly one",
        ),
        ("points = 2\n\n", "points = 0\n\n", "points"),
        ('title = "Doubling"', 'title = "Doubling"\ntitel = "Doubling"', "titel"),
        ('hints = ["A square has two equal sides.", "return x * x"]', 'hints = ["one"]', "hints"),
        ("[[stages]]", "[stages]]", "cannot be read as a course"),
    ],
)
def test_what_does_not_fit_together_is_told(tiny_course: Course, old: str, new: str, told: str) -> None:
    path = tiny_course.folder / "course.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(CourseError, match=told) as error:
        courses.load(tiny_course.folder)
    assert error.value.action


def test_a_folder_without_a_course_is_told(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="There is no course in"):
        courses.load(tmp_path)


def test_the_grader_knows_nothing_of_our_course_but_the_checks() -> None:
    """Another course must do as well: no exercise, stage or part of ours is named outside course.toml and the checks.

    Real training (`grader/training`) is ours alone: a course asks for it by name, or does without.
    """
    course = courses.load()
    names = [name for exercise in course.exercises for name in (exercise.file.removesuffix(".py"), *exercise.asks)]
    common = {"run", "fit", "pad", "pool", "predict", "freeze", "accuracy", "vocabulary"}
    listed = subprocess.run(["git", "ls-files", "grader/*.py"], capture_output=True, text=True, cwd=ROOT, check=True)
    for name in listed.stdout.split():
        if name.startswith(("grader/checks/", "grader/training/")) or not (ROOT / name).exists():
            continue
        code = _code((ROOT / name).read_text(encoding="utf-8"))
        assert [part for part in set(names) - common if part in code] == [], name


def _code(text: str) -> str:
    """A module without its docstrings, which may give examples."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)
