"""Grading a class: each submission once, whatever happens to others, to the grader, or to the process."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from grader.classes.gradebook import Gradebook
from grader.classes.grading import Request, grade
from grader.classes.pool import Pool, Worker
from grader.classes.roster import Roster, Student
from grader.classes.standing import standings
from grader.classes.tables import GradingRow
from grader.classes.work import Task, fingerprint
from tests.grader.classes.conftest import RIGHT, WRONG, FakeGrader, put
from tfl.course import Course
from tfl.errors import GradebookError, GraderError, UsageError
from tfl.events import Event, Finished, Graded, Notice, Progress, Result, Stage


class Run:
    """Grades a folder with the fake grader."""

    def __init__(self, folder: Path, course: Course) -> None:
        self.folder, self.course = folder, course
        self.events: list[Event] = []

    def __call__(self, files: dict[str, str] | None = None, jobs: int = 2, **more: object) -> list[Graded]:
        submissions = put(self.folder / "in", files) if files is not None else None
        request = Request(submissions, self.folder / "results", self.course, **more)  # type: ignore[arg-type]
        self.events = []
        for event in grade(request, lambda: Pool(self.course, lambda: FakeGrader(self.course), jobs)):
            self.events.append(event)
        return sorted((event for event in self.events if isinstance(event, Graded)), key=lambda event: event.student)

    def scores(self) -> dict[str, int | None]:
        book = Gradebook(self.folder / "results")
        found = {student.id: ones[0].score for student, _, ones in standings(book, self.course)}
        book.close()
        return found

    def notices(self) -> str:
        return "\n".join(event.text for event in self.events if isinstance(event, Notice))

    def stages(self) -> dict[str, str]:
        return {event.name: event.detail for event in self.events if isinstance(event, Stage)}


@pytest.fixture
def run(tmp_path: Path, course: Course) -> Run:
    return Run(tmp_path, course)


def test_each_submission_gets_its_mark_and_is_told(run: Run) -> None:
    graded = run({"ada/exercise1.py": RIGHT, "grace/exercise1.py": WRONG})
    assert [(event.student, event.score, event.max_score) for event in graded] == [("ada", 5, 5), ("grace", 0, 5)]
    assert isinstance(run.events[-1], Finished)
    (result,) = [event.value for event in run.events if isinstance(event, Result)]
    assert (result["graded"], result["not_marked"]) == (2, 0)
    assert any(isinstance(event, Progress) and event.rate for event in run.events)
    assert run.stages()["layout"] == "a folder for each student (2)"


def test_a_file_that_cannot_be_read_has_0_and_says_why(run: Run) -> None:
    (graded,) = run({"eve/exercise1.py": "def add(:\n"})
    assert (graded.score, graded.flags) == (0, ("The file cannot be read.",))
    book = Gradebook(run.folder / "results")
    row, _ = book.grading(1)
    assert "invalid syntax" in row.mark
    book.close()


def test_what_breaks_the_grader_costs_its_own_mark_only(run: Run) -> None:
    files = {f"s{number:02}/exercise1.py": RIGHT + f"# {number}\n" for number in range(12)}
    files["s05/exercise1.py"] = "# CRASH\n"
    graded = run(files)
    assert [event.student for event in graded if event.score is None] == ["s05"]
    assert all(event.score == 5 for event in graded if event.student != "s05")
    assert run.scores()["s05"] is None


def test_a_failure_of_the_grader_is_tried_again_with_resume(run: Run) -> None:
    run({"ada/exercise1.py": "# CRASH\n", "grace/exercise1.py": RIGHT})
    FakeGrader.asked.clear()
    assert [event.student for event in run({}, resume=True)] == ["ada"]
    assert len(FakeGrader.asked) == 2  # a fresh grader has its chance too


def test_flags_reach_the_instructor(run: Run) -> None:
    graded = run({"eve/exercise1.py": RIGHT + "# FLAG\n", "sam/exercise1.py": "# SLOW\n"})
    assert [event.flags for event in graded] == [("it tried to leave",), ("It took too long.",)]


def test_resume_grades_nothing_twice(run: Run) -> None:
    run({"ada/exercise1.py": RIGHT})
    FakeGrader.asked.clear()
    assert [event.student for event in run({"grace/exercise1.py": WRONG}, resume=True)] == ["grace"]
    assert FakeGrader.asked == [WRONG]


def test_a_gradebook_is_not_written_over_by_accident(run: Run) -> None:
    run({"ada/exercise1.py": RIGHT})
    with pytest.raises(UsageError) as raised:
        run({"ada/exercise1.py": RIGHT})
    assert "--resume" in raised.value.action


def test_only_the_latest_attempt_is_graded_unless_the_best_counts(run: Run, tmp_path: Path) -> None:
    files = {f"a_1_{number}_exercise1.py": RIGHT + f"#{number}\n" for number in (1, 2, 3)}
    run(files)
    assert FakeGrader.asked == [RIGHT + "#3\n"]
    FakeGrader.asked.clear()
    run(files, resume=True, attempt="best")
    assert sorted(FakeGrader.asked) == [RIGHT + "#1\n", RIGHT + "#2\n"]


def test_changed_checks_grade_anew_and_only_theirs(run: Run) -> None:
    run({"ada/exercise1.py": RIGHT, "ada/exercise2.py": RIGHT})
    FakeGrader.asked.clear()
    run.course.judge(run.course.exercise("2")).write_text("# other judges\n")
    assert [event.exercise for event in run()] == ["exercise2"]


def test_one_student_or_one_exercise_can_be_graded_anew(run: Run) -> None:
    run({"ada/exercise1.py": RIGHT, "ada/exercise2.py": RIGHT, "grace/exercise1.py": RIGHT})
    assert [
        (e.student, e.exercise) for e in run(students=["ada"], exercises=[run.course.exercise("1")], anew=True)
    ] == [("ada", "exercise1")]
    assert len(run(exercises=[run.course.exercise("1")], anew=True)) == 2
    assert run() == []


def test_the_roster_s_silent_students_have_a_row(run: Run) -> None:
    run({"ada/exercise1.py": RIGHT}, roster=Roster([Student(id="ada"), Student(id="nemo")]))
    assert run.scores() == {"ada": 5, "nemo": None}


def test_strangers_and_oddities_are_told(run: Run) -> None:
    files = {"ada/exercise1.py": RIGHT, "gracee/exercise1.py": RIGHT, "ada/essay.docx": ""}
    run(files, roster=Roster([Student(id="ada"), Student(id="grace", name="Grace Hopper")]))
    assert "Not in the roster, but marked: gracee; perhaps Grace Hopper" in run.notices()
    assert "ada/essay.docx: it is neither a .py nor an .ipynb file" in run.notices()


def test_a_grader_that_fails_for_everybody_stops_the_class(run: Run) -> None:
    files = {f"s{number}/exercise1.py": f"# CRASH {number}\n" for number in range(30)}
    with pytest.raises(GraderError, match="every submission"):
        run(files, jobs=1)
    assert len(FakeGrader.asked) < 60


def test_a_grader_that_cannot_start_is_told_at_once(run: Run, course: Course) -> None:
    def broken() -> FakeGrader:
        raise GraderError("The grader failed: no torch.")

    request = Request(put(run.folder / "in", {"ada/exercise1.py": RIGHT}), run.folder / "results", course)
    with pytest.raises(GraderError, match="no torch"):
        list(grade(request, lambda: Pool(course, broken, 2)))
    assert len(run({}, resume=True)) == 1


def test_an_endless_grader_is_replaced(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.classes.pool.STUCK", 0.05)

    class Endless(FakeGrader):
        def mark(self, *_: object, **__: object) -> object:  # type: ignore[override]
            while not self.closed:
                time.sleep(0.01)
            raise GraderError("it has ended")

    worker = Worker(course, lambda: Endless(course))
    assert worker.do(Task(1, "exercise1", "x.py", RIGHT.encode(), "")).failure == "it has ended"


def test_while_it_grades_nobody_else_does(run: Run, course: Course) -> None:
    request = Request(put(run.folder / "in", {"ada/exercise1.py": RIGHT}), run.folder / "results", course)
    going = grade(request, lambda: Pool(course, lambda: FakeGrader(course), 1))
    next(going)
    with pytest.raises(GradebookError, match="Another process"):
        list(grade(request._replace(resume=True), lambda: Pool(course, lambda: FakeGrader(course), 1)))
    going.close()


def test_leaving_early_keeps_what_is_done_and_the_rest_waits(run: Run, course: Course) -> None:
    files = {f"s{number:02}/exercise1.py": RIGHT + f"# {number}\n" for number in range(20)}
    request = Request(put(run.folder / "in", files), run.folder / "results", course)
    going = grade(request, lambda: Pool(course, lambda: FakeGrader(course), 2))
    first = next(event for event in going if isinstance(event, Graded))
    going.close()
    rest = run({}, resume=True)
    assert first.student not in [event.student for event in rest]
    assert set(run.scores().values()) == {5}


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGINT])
def test_killed_at_any_moment_it_goes_on_where_it_was(run: Run, course: Course, blow: signal.Signals) -> None:
    total, times = 60, 4
    put(run.folder / "in", {f"s{number:02}/exercise1.py": RIGHT + f"# {number}\n" for number in range(total)})
    program = f"""
import sys, time
sys.path.insert(0, {str(Path(__file__).parents[3])!r})
from pathlib import Path
from grader.classes.grading import Request, grade
from grader.classes.pool import Pool
from tests.grader.classes.conftest import FakeGrader
from tfl import course as courses

class Slow(FakeGrader):
    def mark(self, *a, **k):
        time.sleep(0.01)
        return super().mark(*a, **k)

course = courses.load(Path({str(course.folder)!r}))
request = Request(Path({str(run.folder / "in")!r}), Path({str(run.folder / "results")!r}), course, resume=True)
for event in grade(request, lambda: Pool(course, lambda: Slow(course), 2)):
    if event.event == "graded":
        print(event.student, flush=True)
"""
    told: list[str] = []
    for attempt in range(times):
        process = subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL
        )
        assert process.stdout
        told += [process.stdout.readline().strip() for _ in range(3 + 4 * attempt)]
        os.kill(process.pid, blow)
        told += process.stdout.read().split()
        process.wait()
        process.stdout.close()
    told += [event.student for event in run({}, resume=True)]
    assert sorted(told) == sorted(set(told)), "a submission was told twice"
    book = Gradebook(run.folder / "results")
    assert book.session.scalar(select(func.count()).select_from(GradingRow)) == total
    assert book.session.scalar(select(func.count(GradingRow.attempt.distinct()))) == total
    assert book.session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    book.close()
    assert set(run.scores().values()) == {5}


def test_the_fingerprint_changes_with_the_checks_and_with_nothing_else(course: Course) -> None:
    exercise = course.exercise("1")
    before = fingerprint(course, exercise)
    course.stub(exercise).write_text("# another stub\n")
    assert fingerprint(course, exercise) == before
    assert fingerprint(course, exercise.model_copy(update={"hints": ("x", "y")})) == before
    course.observe(exercise).write_text("# another\n")
    assert fingerprint(course, exercise) != before
