"""Where a learner stands, and what comes next."""

from pathlib import Path

import pytest

from tfl import course as courses
from tfl import workspace as workspaces
from tfl.course import Course
from tfl.lessons import Lesson, Step
from tfl.progress import Attempt, Place, Progress
from tfl.standing import Next, Standing, standings, whats_next
from tfl.workspace import Workspace

STEPS = 3


@pytest.fixture(scope="module")
def course() -> Course:
    """tfl's own: a stage without an exercise comes first, then one with exercise1."""
    return courses.load()


@pytest.fixture
def workspace(tmp_path: Path, course: Course) -> Workspace:
    """A new one."""
    return workspaces.create(tmp_path / "work", course)[0]


def lessons(course: Course) -> list[Lesson]:
    step = Step(id="01-why", kind="why", title="Why", text="", source="", path=Path("01-why.md"))
    return [Lesson(stage=stage, folder=Path(), steps=(step,) * STEPS) for stage in course.stages]


def passed(points: int) -> Attempt:
    return Attempt(score=points, max_score=points, passed=True, checks=[], course="1", seed="")


def standing(course: Course, progress: Progress, workspace: Workspace | None, number: int) -> Standing:
    return standings(course, lessons(course), progress, workspace)[number - 1]


def test_at_the_beginning_nothing_has_started_and_the_first_lesson_is_next(
    course: Course, workspace: Workspace
) -> None:
    found = standings(course, lessons(course), Progress(), workspace)
    assert {s.state for s in found} == {"not started"}
    assert whats_next(found, Progress()) == Next(course.stages[0], "lesson", 1)


def test_reading_a_lesson_to_its_end_passes_a_stage_without_an_exercise(course: Course, workspace: Workspace) -> None:
    assert standing(course, Progress(steps={"setup": STEPS - 1}), workspace, 1).state == "in progress"
    assert standing(course, Progress(steps={"setup": STEPS}), workspace, 1).state == "passed"


def test_a_stage_with_an_exercise_is_passed_with_the_exercise(course: Course, workspace: Workspace) -> None:
    exercise = course.exercises[0]
    progress = Progress(steps={"positional-encodings": STEPS})
    assert standing(course, progress, workspace, 2).state == "in progress"
    progress.exercise(exercise.id).best = passed(exercise.points)
    found = standing(course, progress, workspace, 2)
    assert (found.state, found.points, found.max_points) == ("passed", exercise.points, exercise.points)


def test_a_file_that_was_begun_is_in_progress(course: Course, workspace: Workspace) -> None:
    workspace.path(course.exercises[0]).write_text("x = 1\n")
    assert standing(course, Progress(), workspace, 2).state == "in progress"


@pytest.mark.parametrize(
    ("place", "read", "wanted"),
    [
        (Place(stage="setup", step=2), {"setup": 2}, (1, "lesson", 2)),
        (Place(stage="setup", step=3), {"setup": 3}, (2, "lesson", 1)),
        (Place(stage="positional-encodings", step=3), {"positional-encodings": 3}, (2, "exercise", 0)),
        (Place(stage="recommender", step=1), {"recommender": 1}, (11, "lesson", 1)),
    ],
)
def test_one_goes_on_where_one_was(
    course: Course, workspace: Workspace, place: Place, read: dict[str, int], wanted: tuple[int, str, int]
) -> None:
    progress = Progress(lesson=place, steps=read)
    found = whats_next(standings(course, lessons(course), progress, workspace), progress)
    assert found and (found.stage.number, found.what, found.step) == wanted


def test_what_was_skipped_comes_after_the_last_stage(course: Course, workspace: Workspace) -> None:
    progress = Progress(lesson=Place(stage="recommender", step=STEPS), steps={"recommender": STEPS})
    progress.exercise(course.exercises[-1].id).best = passed(1)
    found = whats_next(standings(course, lessons(course), progress, workspace), progress)
    assert found == Next(course.stages[0], "lesson", 1)


def test_after_everything_nothing_is_next(course: Course, workspace: Workspace) -> None:
    progress = Progress(steps={stage.id: STEPS for stage in course.stages})
    for exercise in course.exercises:
        progress.exercise(exercise.id).best = passed(1)
    assert whats_next(standings(course, lessons(course), progress, workspace), progress) is None


def test_lessons_can_be_read_without_a_workspace(course: Course) -> None:
    found = standings(course, lessons(course), Progress(), None)
    assert whats_next(found, Progress()) == Next(course.stages[0], "lesson", 1)
