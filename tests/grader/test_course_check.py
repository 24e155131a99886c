"""The proof of a course finds what is wrong, one line each, and finds nothing where nothing is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course_check import Marker, problems
from grader.marks import Mark, State, Verdict
from tfl import course as courses
from tfl.course import Course, Exercise

UNWRITTEN = "Not written yet.  Write it (exercise1)."
Verdicts = dict[str, tuple[State, str]]  # {check: (verdict, message)}, where they differ from the usual


def marker(solution: Verdicts | None = None, stub: Verdicts | None = None) -> Marker:
    """Marks as if solutions passed and stubs were still to be written, but for these verdicts of exercise1."""

    def mark(exercise: Exercise, path: Path) -> Mark:
        solved = "solutions" in path.parts
        usual: tuple[State, str] = ("passed", "") if solved else ("failed", UNWRITTEN)
        own = ((solution if solved else stub) or {}) if exercise.id == "exercise1" else {}
        verdicts = []
        for check in exercise.checks:
            state, message = own.get(check.id, usual)
            points = check.points if state == "passed" else 0
            verdicts.append(
                Verdict(
                    id=check.id,
                    title=check.title,
                    points=points,
                    max_points=check.points,
                    verdict=state,
                    message=message,
                )
            )
        return Mark(
            exercise=exercise.id, file=path.name, checks=tuple(verdicts), isolation="", seconds=0, seed="", course="1"
        )

    return mark


def told(course: Course, mark: Marker | None = None) -> list[str]:
    """What must be mended."""
    return [str(problem) for problem in problems(course, mark or marker()) if not problem.weak]


def test_nothing_is_wrong_with_a_course_that_is_whole(tiny_course: Course) -> None:
    assert told(tiny_course) == []


def test_few_checks_are_worth_a_thought_only(tiny_course: Course) -> None:
    weak = [str(problem) for problem in problems(tiny_course, marker()) if problem.weak]
    assert weak == [
        "exercise1: it has 3 checks; 6 or more tell a learner more",
        "exercise2: it has 1 checks; 6 or more tell a learner more",
    ]


def rename(path: Path) -> None:
    path.rename(path.with_name("elsewhere.py"))


def change(old: str, new: str) -> Callable[[Path], None]:
    def apply(path: Path) -> None:
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return apply


@pytest.mark.parametrize(
    ("file", "spoil", "words"),
    [
        ("exercise1_doubling.py", rename, "exercise1: its stub is missing"),
        ("solutions/exercise1_doubling.py", rename, "exercise1: its solution is missing"),
        ("checks/exercise1/observe.py", rename, "exercise1: its observe.py is missing"),
        ("checks/exercise1/judge.py", rename, "exercise1: its judge.py is missing"),
        ("exercise1_doubling.py", change("def double(", "def double(("), "its stub is not valid Python"),
        ("exercise1_doubling.py", change("def double", "def twice"), "its stub does not define double"),
        ("solutions/exercise1_doubling.py", change("def double", "def twice"), "its solution does not define double"),
        ("exercise1_doubling.py", change('"""Exercise 1: twice as much."""', ""), "it has no docstring"),
        (
            "checks/exercise1/judge.py",
            change("def test_large", "def large"),
            "large has no test: judge.py needs a `test_la",
        ),
        (
            "checks/exercise1/judge.py",
            change("def test_large", "def test_small"),
            "`test_small` in judge.py belongs to no",
        ),
        ("checks/exercise1/observe.py", change("def doubled", "def seen"), "asks for the observation “doubled”"),
    ],
)
def test_a_file_that_does_not_fit_is_told(
    tiny_course: Course, file: str, spoil: Callable[[Path], None], words: str
) -> None:
    spoil(tiny_course.folder / file)
    assert any(words in line for line in told(tiny_course))


@pytest.mark.parametrize(
    "file", ["notes.txt", "solutions/old.py", "checks/exercise9", "checks/exercise1/answers.json"], ids=str
)
def test_a_stray_file_is_told(tiny_course: Course, file: str) -> None:
    path = tiny_course.folder / file
    path.write_text("")
    assert told(tiny_course) == [f"{path.parent.name}: {path.name} belongs to no exercise; remove it or declare one"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('title = "Numbers are doubled"', 'title = " "', "its title of the check right is empty"),
        ('"return x + x"', '"Twice a number is the number and itself."', "two of its hints are the same"),
        ('title = "Nothing stays nothing"', 'title = "Numbers are doubled"', "have the title «Numbers are doubled»"),
        ('asks = ["double"]', 'asks = ["double"]\ntraining = "dancing"', "there is no training “dancing”"),
    ],
)
def test_a_declaration_that_does_not_fit_is_told(tiny_course: Course, old: str, new: str, words: str) -> None:
    change(old, new)(tiny_course.folder / "course.toml")
    assert any(words in line for line in told(courses.load(tiny_course.folder)))


def test_a_solution_that_does_not_pass_is_told(tiny_course: Course) -> None:
    mark = marker(solution={"large": ("failed", "double(x): 4 is expected; 5 came.")})
    (line,) = told(tiny_course, mark)
    assert line == "exercise1: the solution does not pass «Large numbers too»: double(x): 4 is expected; 5 came."


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (("passed", ""), "the stub passes «Numbers are doubled» although nothing has been done yet"),
        (("error", "TypeError: no"), "the stub breaks in «Numbers are doubled»: TypeError: no"),
        (("failed", "Not written yet."), "does not say what to write"),
        (("failed", "double(x): 4 is expected; 5 came."), "the stub does not say what is to be written"),
    ],
)
def test_a_stub_that_does_not_fail_kindly_is_told(tiny_course: Course, verdict: tuple[State, str], words: str) -> None:
    (line,) = told(tiny_course, marker(stub={"right": verdict}))
    assert line.startswith("exercise1: ") and words in line


def test_a_stub_may_be_a_program_to_repair(tiny_course: Course) -> None:
    wrong: tuple[State, str] = ("failed", "double(x): 4 is expected; 5 came.")
    waiting: tuple[State, str] = ("blocked", "needs «Numbers are doubled» first")
    assert told(tiny_course, marker(stub={"right": wrong, "nothing": waiting, "large": waiting})) == []
