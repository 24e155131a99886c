"""`tfl class`: from what arrives to what goes back, with the real grader."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cli import class_options
from grader.classes.gradebook import Gradebook
from grader.submission import Submission
from tests.cli.conftest import Line
from tests.grader.classes.conftest import RIGHT, WRONG, FakeGrader, put, small_course
from tfl import course as courses
from tfl.course import Course
from tfl.errors import UsageError

Tfl = Callable[..., tuple[int, str, str]]


@pytest.fixture
def tfl(line: Line) -> Tfl:
    """Runs a command line; gives its exit code, output and errors."""

    def run(*arguments: object) -> tuple[int, str, str]:
        line(*arguments)
        return line.code, line.out, line.err

    return run


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """The small course of the class's own tests."""
    return small_course(tmp_path / "course")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks without a warm process."""
    monkeypatch.setattr("grader.classes.pool.warm", lambda at, exercises, weak: FakeGrader(at))


@pytest.fixture
def results(tmp_path: Path, course: Course, tfl: Tfl, fake: None) -> Path:
    """A graded class."""
    put(tmp_path / "in", {"ada/exercise1.py": RIGHT, "eve/exercise1.py": WRONG + "# FLAG\n", "ada/essay.docx": ""})
    (tmp_path / "roster.csv").write_text("id,name\nada,Ada Lovelace\nnemo,Nemo Nobody\n")
    arguments = (tmp_path / "in", "--out", tmp_path / "results", "--roster", tmp_path / "roster.csv")
    code, out, err = tfl("class", "grade", *arguments, "--course", course.folder)
    assert code == 0, err
    assert "layout: a folder for each student (2)" in out
    assert re.search(r"ada +exercise1 +5 / 5", out)
    assert "it tried to leave" in out
    assert "Not in the roster, but marked: eve" in out
    assert "ada/essay.docx: it is neither" in out
    return tmp_path / "results"


def test_grading_tells_layout_marks_flags_and_what_fits_nowhere(results: Path) -> None:
    assert (results / "gradebook.sqlite").exists()


def test_quiet_tells_only_what_should_not_be_missed(tmp_path: Path, course: Course, tfl: Tfl, fake: None) -> None:
    put(tmp_path / "in", {"ada/exercise1.py": RIGHT, "ada/essay.docx": ""})
    command = ("class", "grade", tmp_path / "in", "--out", tmp_path / "r", "--course", course.folder, "--quiet")
    code, out, _ = tfl(*command)
    assert code == 0
    assert "essay.docx" in out and "5 / 5" not in out and "checking" not in out


def test_json_is_one_event_a_line_also_when_it_fails(tmp_path: Path, course: Course, tfl: Tfl, fake: None) -> None:
    put(tmp_path / "in", {"ada/exercise1.py": RIGHT})
    command = ("class", "grade", tmp_path / "in", "--out", tmp_path / "r", "--course", course.folder, "--json")
    code, out, _ = tfl(*command)
    events = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and events[-1]["event"] == "finished"
    assert [event["score"] for event in events if event["event"] == "graded"] == [5]
    code, out, _ = tfl(*command)
    (failed,) = [json.loads(line) for line in out.splitlines()]
    assert code == 2 and failed["event"] == "failed" and "--resume" in failed["action"]


def test_what_the_grader_could_not_mark_ends_with_exit_code_3(
    tmp_path: Path,
    course: Course,
    tfl: Tfl,
    fake: None,
) -> None:
    put(tmp_path / "in", {"ada/exercise1.py": RIGHT, "eve/exercise1.py": "# CRASH\n"})
    code, _, err = tfl("class", "grade", tmp_path / "in", "--out", tmp_path / "r", "--course", course.folder)
    assert code == 3 and "--resume" in err


def test_marks_of_the_class_and_of_one_with_the_command_that_repeats_it(results: Path, tfl: Tfl) -> None:
    _, out, _ = tfl("class", "marks", results)
    assert re.search(r"ada +Ada Lovelace +5 +5", out) and "eve (not in the roster)" in out
    assert re.search(r"nemo +Nemo Nobody +0 – +0", out)
    _, out, _ = tfl("class", "marks", results, "Lovelace, Ada")
    command = re.search(r"again: tfl (class repeat .*)", out)
    assert command
    code, out, _ = tfl(*command[1].split())
    assert code == 0 and "The same mark: 5 / 5." in out


def test_a_mark_that_does_not_come_out_again_is_told(results: Path, tfl: Tfl, course: Course) -> None:
    book = Gradebook(results)
    _, attempt = book.grading(1)
    other = WRONG if attempt.student == "ada" else RIGHT
    book.close()
    course.judge(course.exercise("1")).write_text("# other judges\n")
    FakeGrader.asked.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grader.classes.repeat.read", lambda path, exercise: Submission("x.py", other))
        code, out, _ = tfl("class", "repeat", results, 1)
    assert code == 1 and "Another mark" in out and "The checks have changed since" in out


def test_regrading_needs_no_submissions_any_more(results: Path, tfl: Tfl) -> None:
    code, out, _ = tfl("class", "regrade", results, "--student", "ada")
    assert code == 0 and "ada" in out and "eve " not in out
    code, out, _ = tfl("class", "regrade", results)
    assert code == 0 and "0 graded" in out


def test_decisions_change_marks_at_once(results: Path, tfl: Tfl) -> None:
    late = ("--due", "2020-01-01", "--per-day", "20", "--most", "40", "--file-dates")
    assert tfl("class", "deadline", results, "--exercise", "exercise1", *late)[0] == 0
    assert _final(results, tfl, "ada") == 3
    assert (
        tfl("class", "adjust", results, "ada", "--exercise", "1", "--points", "-0.5", "--reason", "late talk")[0] == 0
    )
    assert _final(results, tfl, "ada") == 2.5
    more = ("--until", "2999-01-01 12:00", "--reason", "ill")
    assert "2999-01-01 12:00" in tfl("class", "extend", results, "ada", "--exercise", "1", *more)[1]
    assert _final(results, tfl, "ada") == 4.5
    code, _, err = tfl("class", "adjust", results, "adda", "--exercise", "1", "--points", "1", "--reason", "x")
    assert code == 2 and "adda" in err


def _final(results: Path, tfl: Tfl, student: str) -> float:
    _, out, _ = tfl("class", "export", results, "--format", "json")
    (row,) = [row for row in json.loads(out)["students"] if row["student"] == student]
    return float(row["exercises"]["exercise1"]["final"])


def test_exports_go_to_the_screen_or_into_a_file(results: Path, tfl: Tfl, tmp_path: Path) -> None:
    _, out, _ = tfl("class", "export", results)
    assert len(list(csv.reader(out.splitlines()))) == 4
    tfl("class", "export", results, "--format", "canvas", "--out", tmp_path / "canvas.csv")
    assert (tmp_path / "canvas.csv").read_bytes().startswith(b"Student,ID,")


def test_report_similar_and_release_write_pages(results: Path, tfl: Tfl, tmp_path: Path) -> None:
    assert str(results / "report" / "class.html") in tfl("class", "report", results)[1]
    assert (results / "report" / "class.html").exists()
    assert "No pair" in tfl("class", "similar", results)[1]
    code, out, _ = tfl("class", "release", tmp_path / "handout", "--exercise", "exercise1")
    assert code == 0 and "README.md" in out


@pytest.mark.parametrize("text", ["2026-03-01", "2026-03-01 18:00", "2026-03-01T18:00+02:00"])
def test_times_as_people_write_them(text: str) -> None:
    found = class_options.moment(text)
    assert found.tzinfo and (found.hour, found.minute) == ((23, 59) if len(text) == 10 else (18, 0))


def test_a_time_that_is_none_is_told() -> None:
    with pytest.raises(UsageError, match="is no time"):
        class_options.moment("tomorrow")


@pytest.mark.slow
def test_the_real_grader_marks_right_wrong_and_broken_side_by_side(tmp_path: Path, tfl: Tfl) -> None:
    real = courses.load()
    exercise = real.exercise("1")
    put(
        tmp_path / "in",
        {
            f"right/{exercise.file}": real.solution(exercise).read_text(),
            f"stub/{exercise.file}": real.stub(exercise).read_text(),
            f"broken/{exercise.file}": "def x(:\n",
            f"endless/{exercise.file}": "while True:\n    pass\n",
            f"gone/{exercise.file}": "import os\nos._exit(0)\n",
        },
    )
    command = ("class", "grade", tmp_path / "in", "--out", tmp_path / "r", "--jobs", "1", "--allow-weak-isolation")
    code, out, err = tfl(*command)
    assert code == 0, err
    _, out, _ = tfl("class", "export", tmp_path / "r", "--format", "json")
    scores = {row["student"]: row["total"] for row in json.loads(out)["students"]}
    assert scores == {"right": exercise.points, "stub": 0, "broken": 0, "endless": 0, "gone": 0}
