"""A learner's folder: made, found, renewed without harm, and what is recorded in it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tfl import course as courses
from tfl import workspace
from tfl.course import Course, Exercise
from tfl.errors import CourseError, WorkspaceError
from tfl.workspace import Workspace, beside

MINE = "def double(x):\n    return x + x\n"


@dataclass
class Check:
    id: str
    verdict: str = "passed"
    trace: tuple[str, ...] = ()


@dataclass
class TinyMark:
    """A mark of the tiny course: each of its points is a check."""

    score: int = 3
    exercise: str = "exercise1"
    max_score: int = 3
    course: str = "1"
    seed: str = "s"

    @property
    def passed(self) -> bool:
        return self.score == self.max_score

    @property
    def checks(self) -> list[Check]:
        return [Check("right"), Check("deep", "passed" if self.passed else "failed")]


@pytest.fixture
def course(tiny_course: Course) -> Course:
    return tiny_course


@pytest.fixture
def mine(tmp_path: Path, course: Course) -> Workspace:
    return workspace.create(tmp_path / "mine", course)[0]


@pytest.fixture
def first(course: Course) -> Exercise:
    return course.exercises[0]


@pytest.fixture
def newer(tmp_path: Path, course: Course) -> Callable[[], Course]:
    """The same course with another stub of its first exercise, and a higher version."""

    def make() -> Course:
        stub = course.stub(course.exercises[0])
        stub.write_text(stub.read_text() + "\n# clearer now\n")
        declared = course.folder / courses.FILE
        declared.write_text(declared.read_text().replace('version = "1"', 'version = "2"'))
        return courses.load(course.folder)

    return make


# --------------------------------------------------------------------------------------------- making and finding


def test_a_workspace_has_every_stub_and_a_readme(mine: Workspace, course: Course) -> None:
    for exercise in course.exercises:
        assert mine.path(exercise).read_text() == course.stub(exercise).read_text()
        assert exercise.file in (mine.folder / "README.md").read_text()


def test_the_workspace_of_the_real_course_has_its_exercises(tmp_path: Path) -> None:
    made, done = workspace.create(tmp_path / "mine")
    assert set(done.values()) == {"new"}
    assert all(made.path(exercise).is_file() for exercise in courses.load().exercises)
    assert made.record.course == ""  # wherever tfl is installed, not where it was


def test_it_is_found_from_any_folder_inside(mine: Workspace) -> None:
    inside = mine.folder / "notes" / "deep"
    inside.mkdir(parents=True)
    assert workspace.find(inside).folder == mine.folder
    assert workspace.find(inside).course == mine.course


def test_where_there_is_none_the_error_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="tfl init"):
        workspace.find(tmp_path)


def test_a_damaged_marker_is_told_with_what_to_do(mine: Workspace) -> None:
    (mine.folder / workspace.MARKER).write_text("{")
    with pytest.raises(WorkspaceError, match=r"damaged.*tfl init"):
        workspace.find(mine.folder)


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path, course: Course) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match="cannot be written"):
        workspace.create(tmp_path / "file" / "mine", course)


def test_a_course_without_one_of_its_stubs_is_an_error(tmp_path: Path, course: Course, first: Exercise) -> None:
    course.stub(first).unlink()
    with pytest.raises(CourseError, match=r"stub of exercise1"):
        workspace.create(tmp_path / "mine", course)


# ------------------------------------------------------------------------------------------------------- renewing


def test_making_it_again_changes_nothing(mine: Workspace, course: Course) -> None:
    _, done = workspace.create(mine.folder, course)
    assert set(done.values()) == {"unchanged"}


def test_an_untouched_stub_is_renewed(mine: Workspace, newer: Callable[[], Course], first: Exercise) -> None:
    after, done = workspace.create(mine.folder, newer())
    assert done[first.file] == "renewed"
    assert "clearer now" in after.path(first).read_text()
    assert not after.outdated and after.untouched(first)


def test_a_renewed_course_is_noticed(mine: Workspace, newer: Callable[[], Course]) -> None:
    newer()
    assert workspace.find(mine.folder).outdated


def test_work_is_kept_and_the_newer_stub_put_beside(
    mine: Workspace, newer: Callable[[], Course], first: Exercise
) -> None:
    mine.path(first).write_text(MINE)
    after, done = workspace.create(mine.folder, newer())
    assert done[first.file] == "kept, newer beside"
    assert after.path(first).read_text() == MINE
    assert "clearer now" in beside(after.path(first)).read_text()


def test_even_a_changed_newer_stub_is_not_overwritten(
    mine: Workspace, newer: Callable[[], Course], first: Exercise
) -> None:
    mine.path(first).write_text(MINE)
    workspace.create(mine.folder, newer())
    beside(mine.path(first)).write_text("merged by hand\n")
    workspace.create(mine.folder, newer())
    assert beside(mine.path(first)).read_text() == "merged by hand\n"


def test_work_on_a_stub_that_has_not_changed_is_left_alone(mine: Workspace, course: Course, first: Exercise) -> None:
    mine.path(first).write_text(MINE)
    after, done = workspace.create(mine.folder, course)
    assert done[first.file] == "kept"
    assert not beside(after.path(first)).exists()


def test_a_file_that_was_there_before_the_workspace_is_kept(tmp_path: Path, course: Course, first: Exercise) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / first.file).write_text(MINE)
    after, done = workspace.create(tmp_path / "mine", course)
    assert done[first.file] == "kept, newer beside"
    assert after.path(first).read_text() == MINE


def test_line_ends_that_git_has_changed_are_not_the_learners_work(
    mine: Workspace, newer: Callable[[], Course], first: Exercise
) -> None:
    mine.path(first).write_bytes(mine.path(first).read_bytes().replace(b"\n", b"\r\n"))
    assert workspace.create(mine.folder, newer())[1][first.file] == "renewed"


# ---------------------------------------------------------------------------------------------------- resetting


def test_reset_puts_the_stub_back_and_keeps_a_copy(mine: Workspace, first: Exercise) -> None:
    mine.path(first).write_text(MINE)
    mine.record_mark(TinyMark())
    backup = mine.reset(first)
    assert backup is not None and backup.read_text() == MINE and backup.parent == mine.folder / "backups"
    assert mine.untouched(first)
    assert mine.state(first, mine.progress()) == "not started"


def test_two_resets_in_the_same_second_keep_both_files(mine: Workspace, first: Exercise) -> None:
    backups = []
    for content in ("one", "two"):
        mine.path(first).write_text(content)
        backups.append(mine.reset(first))
    assert [backup.read_text() for backup in backups if backup] == ["one", "two"]


def test_an_untouched_stub_needs_no_backup(mine: Workspace, first: Exercise) -> None:
    assert mine.reset(first) is None
    mine.path(first).unlink()
    assert mine.reset(first) is None
    assert mine.path(first).exists()


# ------------------------------------------------------------------------------------------------------ progress


def test_the_state_of_an_exercise(mine: Workspace, first: Exercise) -> None:
    assert mine.state(first, mine.progress()) == "not started"
    mine.path(first).write_text(MINE)
    assert mine.state(first, mine.progress()) == "in progress"
    assert mine.state(first, mine.record_mark(TinyMark(score=1))) == "in progress"
    assert mine.state(first, mine.record_mark(TinyMark())) == "passed"


def test_the_best_mark_stays(mine: Workspace, first: Exercise) -> None:
    for score in (1, 3, 2):
        mine.record_mark(TinyMark(score=score))
    done = mine.progress().exercise(first.id)
    assert done.best and done.last
    assert (done.attempts, done.best.score, done.last.score) == (3, 3, 2)
    assert done.passed
    assert done.best.checks == ["right", "deep"] and done.last.checks == ["right"]


def test_a_finished_source_is_known_again(mine: Workspace, first: Exercise) -> None:
    progress = mine.record_mark(TinyMark(), source=MINE)
    assert mine.is_finished(first, MINE, progress)
    assert not mine.is_finished(first, MINE + "\n", progress)
    assert not mine.is_finished(first, MINE, mine.record_mark(TinyMark(), source="another that passes"))


def test_a_source_that_has_not_passed_is_not_finished(mine: Workspace, first: Exercise) -> None:
    assert not mine.is_finished(first, MINE, mine.record_mark(TinyMark(score=1), source=MINE))


def test_what_an_older_version_has_passed_is_checked_once_more_and_stays_passed(
    mine: Workspace, newer: Callable[[], Course], first: Exercise
) -> None:
    mine.record_mark(TinyMark(), source=MINE)
    after, _ = workspace.create(mine.folder, newer())
    assert not after.is_finished(first, MINE, after.progress())
    assert after.state(first, after.progress()) == "passed"
    assert after.is_finished(first, MINE, after.record_mark(TinyMark(course="2"), source=MINE))


def test_next_is_the_first_that_has_not_passed(mine: Workspace, course: Course) -> None:
    first, second = course.exercises
    assert mine.next(mine.progress()) == first
    assert mine.next(mine.progress(), after=first) == second
    assert mine.next(mine.progress(), after=second) == first
    progress = mine.record_mark(TinyMark())
    assert mine.next(progress) == second
    assert mine.next(mine.record_mark(TinyMark(exercise=second.id))) is None


def test_hints_seen_never_get_fewer(mine: Workspace, first: Exercise) -> None:
    mine.record_hint(first, 2)
    assert mine.record_hint(first, 1).exercise(first.id).hints == 2
    assert mine.record_hint(first, 99).exercise(first.id).hints == len(first.hints)


def test_giving_up_is_on_record_unless_it_had_passed(mine: Workspace, course: Course) -> None:
    first, second = course.exercises
    mine.record_mark(TinyMark())
    assert mine.record_given_up(first).exercise(first.id).given_up is None
    when = mine.record_given_up(second).exercise(second.id).given_up
    assert when
    assert mine.record_given_up(second).exercise(second.id).given_up == when
    mine.reset(second)
    assert mine.progress().exercise(second.id).given_up == when


def test_answers_predictions_steps_and_settings_are_kept(mine: Workspace) -> None:
    mine.record_answer("setup/1", [0, 2], right=False)
    mine.record_answer("setup/1", [1], right=True)
    mine.record_prediction("setup/2", 0.8)
    mine.record_step("setup", 3)
    mine.record_step("setup", 2)
    mine.record_setting("editor", "vim")
    mine.record_setting("theme", "dark")
    mine.record_setting("theme", None)
    kept = workspace.find(mine.folder).progress()
    assert (kept.answers["setup/1"].answer, kept.answers["setup/1"].right, kept.answers["setup/1"].tries) == (
        [1],
        True,
        2,
    )
    assert kept.predictions["setup/2"].answer == 0.8
    assert kept.lesson and (kept.lesson.stage, kept.lesson.step, kept.steps) == ("setup", 2, {"setup": 3})
    assert kept.settings == {"editor": "vim"}
