"""`tfl course`: the proof of a course, and a check more."""

import json
from pathlib import Path

import pytest

from cli import course as commands
from grader.course_check import Problem
from tests.cli.conftest import Line
from tfl.course import Course


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Problem]:
    """What the proof finds: a list to fill."""
    problems: list[Problem] = []
    monkeypatch.setattr(commands, "_problems", lambda course: iter(problems))
    return problems


def test_nothing_to_mend(line: Line, tiny_course: Course, found: list[Problem]) -> None:
    assert line("course", "check", "--course", str(tiny_course.folder)).code == 0
    assert line.out == "2 exercises, 4 checks, 6 points.  Nothing to mend.\n"


def test_each_problem_is_a_line(line: Line, tiny_course: Course, found: list[Problem]) -> None:
    found += [Problem("exercise1", "its stub is missing"), Problem("exercise2", "few checks", weak=True)]
    assert line("course", "check", "--course", str(tiny_course.folder)).code == 1
    lines = line.out.splitlines()
    assert lines[:2] == ["✗ exercise1: its stub is missing", "! exercise2: few checks"]
    assert lines[2].endswith("1 thing to mend.")


def test_what_is_worth_a_thought_is_no_failure(line: Line, tiny_course: Course, found: list[Problem]) -> None:
    found.append(Problem("exercise2", "few checks", weak=True))
    assert line("course", "check", "--course", str(tiny_course.folder)).code == 0


def test_as_json(line: Line, tiny_course: Course, found: list[Problem]) -> None:
    found.append(Problem("exercise1", "its stub is missing"))
    report = json.loads(line("course", "check", "--course", str(tiny_course.folder), "--json").out)
    assert line.code == 1
    assert report["problems"] == [{"where": "exercise1", "what": "its stub is missing", "weak": False}]
    assert report["exercises"][0] == {"id": "exercise1", "checks": 3, "points": 5}
    assert report["passed"] is False


def test_a_real_proof_in_the_sandbox(line: Line, tiny_course: Course) -> None:
    wrong = tiny_course.solution(tiny_course.exercises[1])
    wrong.write_text(wrong.read_text().replace("x * x", "x * x + 1"))
    assert line("course", "check", "--course", str(tiny_course.folder)).code == 1
    told = [line for line in line.out.splitlines() if line.startswith("✗ exercise")]
    assert len(told) == 1 and told[0].startswith("✗ exercise2: the solution does not pass «Numbers are squared»: ")
    assert any(line.startswith("✗ lessons: ") for line in line.out.splitlines())  # it has none


def test_no_course_is_told(line: Line, tmp_path: Path) -> None:
    assert line("course", "check", "--course", str(tmp_path)).code == 1
    assert "There is no course in" in line.err


def test_a_new_check(line: Line, tiny_course: Course) -> None:
    folder = str(tiny_course.folder)
    assert line("course", "new-check", "1", "negative", "Negative numbers", "--course", folder).code == 0
    *places, last = line.out.splitlines()
    assert [Path(place.rpartition(":")[0]).name for place in places] == ["course.toml", "observe.py", "judge.py"]
    assert "tfl course check" in last


def test_an_exercise_that_does_not_exist(line: Line, tiny_course: Course) -> None:
    assert line("course", "new-check", "9", "x", "X", "--course", str(tiny_course.folder)).code == 2
    assert "There is no exercise called “9”" in line.err
