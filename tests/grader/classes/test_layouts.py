"""Who sent what, read off the place where it lies: every way in which submissions arrive."""

import os
import tarfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.classes.gradebook import Gradebook
from grader.classes.intake import Intake, take_in
from grader.classes.layouts import exercise_in
from grader.classes.roster import Roster, Student
from grader.classes.standing import standings
from tests.grader.classes.conftest import RIGHT, WRONG, notebook, put
from tfl.course import Course
from tfl.errors import UsageError

CLASS = Roster(
    [
        Student(id="ada", name="Ada Lovelace", lms_id="901", github="ada-l"),
        Student(id="grace", name="Grace Hopper", lms_id="902", github="rear-admiral"),
        Student(id="nobody", name="Nemo Nobody"),
    ]
)


class Taken:
    """What `take_in` has put into the gradebook."""

    def __init__(self, book: Gradebook, course: Course) -> None:
        self.book, self.course = book, course
        self.intake = Intake()

    def __call__(self, submissions: Path, roster: Roster | None = CLASS, only: str = "") -> list[tuple[str, str, str]]:
        """(student, exercise, path) of each attempt that counts."""
        exercises = [self.course.exercise(only)] if only else []
        self.intake = take_in(submissions, self.book, self.course, roster, exercises)
        found = []
        for student, _, ones in standings(self.book, self.course):
            found += [(student.id, one.exercise.id, one.attempt.path) for one in ones if one.attempt]
        return sorted(found)

    def sent(self, student: str) -> datetime | None:
        """When the student's only submission was sent."""
        (attempt,) = [o.attempt for s, _, ones in standings(self.book, self.course) for o in ones if s.id == student]
        assert attempt
        return attempt.sent

    @property
    def odd(self) -> dict[str, str]:
        return {oddity.path: oddity.reason for oddity in self.intake.oddities}


@pytest.fixture
def taken(book: Gradebook, course: Course) -> Taken:
    return Taken(book, course)


@pytest.mark.parametrize(
    "layout,ada,grace",
    [
        ("folders", "ada/exercise1_adding_numbers.py", "grace/exercise1_final.py"),
        ("folders", "week 1/ada/Exercise 1.py", "week 1/grace/ex01.py"),
        ("folders", "Ada Lovelace/work/exercise1/main.py", "Hopper, Grace/adding_numbers.py"),
        ("exercises", "exercise1/ada/main.py", "exercise1/grace/solution.py"),
        ("canvas", "lovelaceada_901_7001_exercise1.py", "hoppergrace_LATE_902_7002_exercise1-2.py"),
        ("moodle", "Ada Lovelace_31_assignsubmission_file_/ex1.py", "Grace Hopper_32_assignsubmission_file_ex1.py"),
        ("moodle", "A-Ada Lovelace_31_assignsubmission_file_/ex1.py", "B-Grace Hopper_3_assignsubmission_file_ex1.py"),
        ("nbgrader", "submitted/ada/exercise1/exercise1.py", "submitted/grace/exercise1/work.py"),
        ("flat", "ada_exercise1.py", "exercise1-grace.py"),
        ("flat", "Ada Lovelace exercise1_adding_numbers.py", "grace.exercise1.py.txt"),
    ],
)  # fmt: skip
def test_every_layout_is_recognised_and_told(taken: Taken, tmp_path: Path, layout: str, ada: str, grace: str) -> None:
    submissions = put(tmp_path / "in", {ada: RIGHT, grace: WRONG})
    assert taken(submissions) == [("ada", "exercise1", ada), ("grace", "exercise1", grace)], taken.odd
    assert taken.intake.layouts == {layout: 2}


PARTICIPANTS = Roster(
    [
        Student(id="anna", name="Anna-Lena Müller", section="Die-Tiger"),
        Student(id="lena", name="Lena Müller"),
        Student(id="jan", first="Jan", last="Müller-Lüdenscheidt", name="Jan Müller-Lüdenscheidt"),
        Student(id="hidden", number="Participant 34", name="Hidden-From Me"),
    ]
)


@pytest.mark.parametrize(
    ("names", "students"),
    [
        (["Anna-Lena Müller_31", "Lena Müller_32"], ["anna", "lena"]),
        (["Anna-Lena Mu\u0308ller_31"], ["anna"]),
        (["Group A-B-Anna-Lena Müller_31", "Group A-B-Jan Müller-Lüdenscheidt_32"], ["anna", "jan"]),
        (["Team 3-Jan Müller-Lüdenscheidt_32"], ["jan"]),
        (["Default group-Lena Müller_32", "Default group-Anna-Lena Müller_31"], ["anna", "lena"]),
        (["Die-Tiger-Anna-Lena Müller_31"], ["anna"]),
        (["Participant_34"], ["hidden"]),
        (["Group A-B-Participant_34"], ["hidden"]),
        (["Maria-Lena Müller_33", "Lena Müller_32"], ["Maria-Lena Müller", "lena"]),  # nobody else's mark
        (["Maria-Lena Müller_33", "Anna-Lena Müller_31"], ["Maria-Lena Müller", "anna"]),
    ],
)
def test_hyphens_in_the_names_of_people_and_groups(
    taken: Taken, tmp_path: Path, names: list[str], students: list[str]
) -> None:
    """As Moodle puts them together: group, hyphen, full name, underscore, number of the participant."""
    files = {f"{name}_assignsubmission_file_/exercise1.py": RIGHT for name in names}
    assert sorted(student for student, _, _ in taken(put(tmp_path / "in", files), PARTICIPANTS)) == sorted(students)


def test_the_same_without_a_roster(taken: Taken, tmp_path: Path) -> None:
    files = {"ada/exercise1.py": RIGHT, "grace/exercise2.py": WRONG}
    assert [(s, e) for s, e, _ in taken(put(tmp_path / "in", files), None)] == [
        ("ada", "exercise1"),
        ("grace", "exercise2"),
    ]


def test_clones_of_an_organisation(taken: Taken, tmp_path: Path) -> None:
    files = {
        f"exercise-1-{name}/{file}": RIGHT
        for name in ("ada-l", "rear-admiral")
        for file in ("exercise1_adding_numbers.py", ".git/HEAD", ".git/hooks/exercise1.py")
    }
    submissions = put(tmp_path / "in", files)
    assert [(student, exercise) for student, exercise, _ in taken(submissions)] == [
        ("ada", "exercise1"),
        ("grace", "exercise1"),
    ]
    assert taken.intake.layouts == {"classroom": 2}
    assert taken.intake.passed_over[".git"] == 2


def test_clones_without_a_roster_are_named_by_what_differs(taken: Taken, tmp_path: Path) -> None:
    files = {f"hw-{name}/{file}": RIGHT for name in ("ada-l", "grace") for file in ("exercise1.py", ".git/HEAD")}
    assert [student for student, _, _ in taken(put(tmp_path / "in", files), None)] == ["ada-l", "grace"]


@pytest.mark.parametrize("ending", [".zip", ".tar.gz"])
@pytest.mark.parametrize("wrapped", ["", "Course 12/"])
def test_a_whole_class_in_an_archive(taken: Taken, tmp_path: Path, ending: str, wrapped: str) -> None:
    folder = put(tmp_path / "in", {f"{wrapped}ada/exercise1.py": RIGHT, f"{wrapped}grace/exercise2.py": WRONG})
    archive = tmp_path / f"class{ending}"
    if ending == ".zip":
        with zipfile.ZipFile(archive, "w") as zipped:
            for path in sorted(folder.rglob("*.py")):
                zipped.write(path, path.relative_to(folder))
    else:
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(folder, ".")
    assert [(s, e) for s, e, _ in taken(archive)] == [("ada", "exercise1"), ("grace", "exercise2")]
    assert taken.intake.times == {"archive": 2}


def test_a_folder_around_files_named_after_students_is_no_student(taken: Taken, tmp_path: Path) -> None:
    files = {"week 3/ada_exercise1.py": RIGHT, "week 3/exercise1 Grace Hopper.py": WRONG}
    assert [student for student, _, _ in taken(put(tmp_path / "in", files))] == ["ada", "grace"]


def test_a_folder_with_several_exercises_is_a_student_s(taken: Taken, tmp_path: Path) -> None:
    files = {"new-one/exercise1.py": RIGHT, "new-one/exercise2.py": WRONG}
    assert [found[:2] for found in taken(put(tmp_path / "in", files))] == [
        ("new-one", "exercise1"),
        ("new-one", "exercise2"),
    ]


def test_files_beside_a_submission_do_not_take_its_place(taken: Taken, tmp_path: Path) -> None:
    beside = ("zz_helpers.py", "tests/test_add.py", "tests/test_exercise1.py")
    files = {f"exercise1-{name}/{file}": "x = 1\n" for name in ("ada-l", "rear-admiral") for file in beside}
    files |= {"exercise1-ada-l/exercise1.py": RIGHT, "exercise1-rear-admiral/work.py": WRONG}
    files |= {"exercise1-ada-l/.git/HEAD": "", "exercise1-rear-admiral/.git/HEAD": ""}
    found = taken(put(tmp_path / "in", files))
    assert [path for _, _, path in found] == ["exercise1-ada-l/exercise1.py", "exercise1-rear-admiral/work.py"]
    assert taken.intake.attempts == 2
    assert "and exercise1-ada-l/exercise1.py does" in taken.odd["exercise1-ada-l/tests/test_exercise1.py"]


def test_an_attempt_under_the_exercise_s_name_counts_whatever_it_defines(taken: Taken, tmp_path: Path) -> None:
    files = {"ada/exercise1.py": RIGHT, "ada/exercise1-2.py": "x = 1\n"}
    assert [path for _, _, path in taken(put(tmp_path / "in", files))] == ["ada/exercise1-2.py"]


def test_an_archive_from_each_student(taken: Taken, tmp_path: Path) -> None:
    submissions = tmp_path / "in"
    for name in ("lovelaceada_901_7001_work.zip", "Grace Hopper_32_assignsubmission_file_/mine.zip"):
        (submissions / name).parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(submissions / name, "w") as archive:
            archive.writestr("src/exercise1_adding_numbers.py", RIGHT)
            archive.writestr("__MACOSX/src/._exercise1_adding_numbers.py", "rubbish")
    assert [(s, e) for s, e, _ in taken(submissions)] == [("ada", "exercise1"), ("grace", "exercise1")]
    assert taken.intake.passed_over["__MACOSX"] == 2


def test_a_notebook_counts_as_what_it_defines(taken: Taken, tmp_path: Path) -> None:
    files = {"ada/Untitled.ipynb": notebook("x = 1", "class Subtractor:\n    pass"), "grace/hello.py": RIGHT}
    assert [(s, e) for s, e, _ in taken(put(tmp_path / "in", files))] == [("ada", "exercise2"), ("grace", "exercise1")]


def test_the_only_file_counts_when_one_exercise_is_asked_for(taken: Taken, tmp_path: Path) -> None:
    files = {"ada/homework.py": "x = 1\n", "grace/a.py": "x = 1\n", "grace/b.py": "x = 2\n"}
    assert [(s, e) for s, e, _ in taken(put(tmp_path / "in", files), only="exercise2")] == [("ada", "exercise2")]
    assert set(taken.odd) == {"grace/a.py", "grace/b.py"}


def test_other_exercises_are_counted_when_one_is_asked_for(taken: Taken, tmp_path: Path) -> None:
    files = {"ada/exercise1.py": RIGHT, "ada/exercise2.py": RIGHT}
    assert [(s, e) for s, e, _ in taken(put(tmp_path / "in", files), only="exercise1")] == [("ada", "exercise1")]
    assert taken.intake.passed_over == {"other exercises (exercise2)": 1}


def test_what_fits_nowhere_is_listed_with_the_reason(taken: Taken, tmp_path: Path) -> None:
    files = {
        "ada/exercise1.py": RIGHT,
        "ada/exercise1.docx": "PK",
        "ada/notes.py": "x = 1\n",
        "grace/exercise1_or_exercise2.py": "x = 1\n",
        "grace/work.rar": "Rar!",
        "strange.py": "x = 1\n",
    }
    submissions = put(tmp_path / "in", files)
    (submissions / "ada/exercise2.py").symlink_to("/etc/passwd")
    taken(submissions)
    assert {path: reason.split(":")[0] for path, reason in taken.odd.items()} == {
        "ada/exercise1.docx": "it is neither a .py nor an .ipynb file",
        "ada/notes.py": "neither its name nor what it defines tells the exercise",
        "grace/exercise1_or_exercise2.py": "neither its name nor what it defines tells the exercise",
        "grace/work.rar": "this kind of archive cannot be read",
        "strange.py": "its name does not tell who sent it",
        "ada/exercise2.py": "it is a link or a device, and not followed",
    }
    assert {oddity.path for oddity in taken.book.oddities()} == set(taken.odd)


def test_a_name_that_fits_two_students_is_nobody_s(taken: Taken, tmp_path: Path) -> None:
    roster = Roster([Student(id="a1", name="Ada Byron"), Student(id="a2", name="Ada Byron"), Student(id="g")])
    files = {"byronada_77_7001_exercise1.py": RIGHT, "g_5_7002_exercise1.py": RIGHT}
    assert [student for student, _, _ in taken(put(tmp_path / "in", files), roster)] == ["g"]
    assert "fits Ada Byron and Ada Byron" in taken.odd["byronada_77_7001_exercise1.py"]


def test_a_stranger_is_marked_and_named(taken: Taken, tmp_path: Path) -> None:
    files = {"ada/exercise1.py": RIGHT, "adda/exercise1.py": RIGHT}
    assert [student for student, _, _ in taken(put(tmp_path / "in", files))] == ["ada", "adda"]
    assert taken.intake.strangers == {"adda"}


def test_a_stranger_who_gets_into_the_roster_keeps_the_attempt(taken: Taken, tmp_path: Path) -> None:
    submissions = put(tmp_path / "in", {"countess/exercise1.py": RIGHT})
    taken(submissions)
    wiser = Roster([Student(id="ada", also=("countess",)), Student(id="grace")])
    assert taken(submissions, wiser) == [("ada", "exercise1", "countess/exercise1.py")]
    assert taken.intake.new == 0
    known = {student.id: enrolled for student, enrolled in taken.book.students()}
    assert known == {"ada": True, "grace": True, "nobody": False} | {"nobody": False} or "countess" not in known


def test_of_several_attempts_the_latest_counts(taken: Taken, tmp_path: Path) -> None:
    files = {f"lovelaceada_901_{number}_exercise1{again}.py": RIGHT + f"# {number}\n"
             for number, again in ((7003, "-2"), (7001, ""), (7002, "-1"))}  # fmt: skip
    assert taken(put(tmp_path / "in", files)) == [("ada", "exercise1", "lovelaceada_901_7003_exercise1-2.py")]
    assert taken.intake.attempts == 3


def test_attempts_in_folders_are_ordered_by_their_dates(taken: Taken, tmp_path: Path) -> None:
    submissions = put(tmp_path / "in", {"ada/exercise1_a.py": RIGHT, "ada/exercise1_b.py": WRONG})
    os.utime(submissions / "ada/exercise1_a.py", (2e9, 2e9))
    os.utime(submissions / "ada/exercise1_b.py", (1e9, 1e9))
    assert [path for _, _, path in taken(submissions)] == ["ada/exercise1_a.py"]
    assert not taken.odd


def test_attempts_that_cannot_be_ordered_are_told(taken: Taken, tmp_path: Path) -> None:
    submissions = put(tmp_path / "in", {"ada/exercise1_a.py": RIGHT, "ada/exercise1_b.py": WRONG})
    for path in submissions.rglob("*.py"):
        os.utime(path, (1e9, 1e9))
    assert [path for _, _, path in taken(submissions)] == ["ada/exercise1_b.py"]
    assert "which is as old" in taken.odd["ada/exercise1_b.py"]


def test_nbgrader_notes_the_time(taken: Taken, tmp_path: Path) -> None:
    files = {"ada/exercise1/work.ipynb": notebook(RIGHT), "ada/exercise1/timestamp.txt": "2026-03-01 10:00:00.5 UTC"}
    submissions = put(tmp_path / "submitted", files)
    assert [(s, e) for s, e, _ in taken(submissions)] == [("ada", "exercise1")]
    assert taken.sent("ada") == datetime(2026, 3, 1, 10, 0, 0, 500_000, UTC)
    assert taken.intake.times == {"timestamp.txt": 1}
    assert taken.intake.layouts == {"nbgrader": 1}


def test_a_late_mark_of_canvas_is_kept(taken: Taken, tmp_path: Path) -> None:
    taken(put(tmp_path / "in", {"hoppergrace_LATE_902_7_exercise1.py": RIGHT, "lovelaceada_901_8_exercise1.py": RIGHT}))
    late = {s.id: o.attempt.late for s, _, ones in standings(taken.book, taken.course) for o in ones if o.attempt}
    assert late == {"ada": False, "grace": True}


def test_a_folder_without_submissions_says_so(taken: Taken, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no submission"):
        taken(put(tmp_path / "in", {"readme.md": ""}))
    with pytest.raises(UsageError, match="There is no"):
        taken(tmp_path / "none")
    with pytest.raises(UsageError, match="neither a folder nor an archive"):
        taken(put(tmp_path, {"file.py": ""}) / "file.py")


@pytest.mark.parametrize(
    "text,exercise",
    [
        ("exercise1", "exercise1"),
        ("Exercise 2 (final)", "exercise2"),
        ("ex02", "exercise2"),
        ("my-exercise_1-v3", "exercise1"),
        ("AddingNumbers", "exercise1"),
        ("exercise12", None),
        ("flex1", None),
        ("exercise1_exercise2", None),
        ("notes", None),
    ],
)
def test_the_exercise_in_a_name(course: Course, text: str, exercise: str | None) -> None:
    found = exercise_in(text, course)
    assert (found.id if found else None) == exercise
