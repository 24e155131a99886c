"""Judges are pytest tests: pytest itself runs them, in the course's order, with points, and `needs` is respected."""

import subprocess
import sys
from pathlib import Path

import pytest

from tfl.course import Course


def run(course: Course, *options: str) -> tuple[int, str]:
    """pytest on the judges of the course's first exercise, in a process of its own."""
    judge = course.judge(course.exercises[0])
    command = [sys.executable, "-m", "pytest", "-p", "grader.plugin", "-p", "no:cacheprovider", "-rA", "--no-header"]
    command += ["-c", "/dev/null", "--course", str(course.folder), str(judge), *options]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    return ended.returncode, ended.stdout + ended.stderr


def test_the_solution_passes_by_hand(tiny_course: Course) -> None:
    code, said = run(tiny_course, "-v")
    assert code == 0, said
    places = [said.index(f"test_{name}") for name in ("right", "nothing", "large")]
    assert places == sorted(places)  # as course.toml has them


def test_a_submission_can_be_named(tiny_course: Course, tmp_path: Path) -> None:
    wrong = tmp_path / "mine.py"
    wrong.write_text("def double(x):\n    return 2 * x + 1\n")
    code, said = run(tiny_course, "--submission", str(wrong))
    assert code == 1
    assert "double(x): " in said and "is expected" in said
    assert "needs «Numbers are doubled» first" in said


@pytest.mark.parametrize(
    ("added", "told"),
    [("def test_more(observe):\n    pass\n", "test_more"), ("", "test_large")],
    ids=["a test that is not declared", "a check without a test"],
)
def test_tests_and_declared_checks_must_match(tiny_course: Course, added: str, told: str) -> None:
    judge = tiny_course.judge(tiny_course.exercises[0])
    text = judge.read_text()
    judge.write_text(text + added if added else text.replace("def test_large", "def large"))
    code, said = run(tiny_course)
    assert code != 0
    assert "differ" in said and told in said
