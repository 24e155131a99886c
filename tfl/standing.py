"""Where a learner stands on the way through the course, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tfl.course import Course, Exercise, Stage
from tfl.lessons import Lesson
from tfl.progress import Progress
from tfl.workspace import State, Workspace


@dataclass(frozen=True)
class Standing:
    """How far a stage has come."""

    stage: Stage
    state: State  # passed: its exercise is; a stage without one: its lesson is read
    read: int  # steps of its lesson
    steps: int
    points: int  # the most that its exercise has earned
    max_points: int

    @property
    def lesson_left(self) -> bool:
        """Whether there is something to read."""
        return self.read < self.steps


@dataclass(frozen=True)
class Next:
    """What to do next: a step of a lesson (counted from 1), or an exercise."""

    stage: Stage
    what: Literal["lesson", "exercise"]
    step: int = 0


def standings(
    course: Course, lessons: Sequence[Lesson], progress: Progress, workspace: Workspace | None
) -> list[Standing]:
    """All stages, in order.  Without a workspace no exercise has begun."""
    steps = {lesson.stage.id: len(lesson.steps) for lesson in lessons}
    exercises = {exercise.id: exercise for exercise in course.exercises}
    return [
        _standing(stage, steps.get(stage.id, 0), exercises.get(stage.exercise or ""), progress, workspace)
        for stage in course.stages
    ]


def _standing(
    stage: Stage, steps: int, exercise: Exercise | None, progress: Progress, workspace: Workspace | None
) -> Standing:
    read = min(progress.steps.get(stage.id, 0), steps)
    done = progress.exercises.get(exercise.id) if exercise else None
    state: State = "not started"
    if exercise and workspace:
        state = workspace.state(exercise, progress)
    elif not exercise and steps and read == steps:
        state = "passed"
    if state == "not started" and read:
        state = "in progress"
    points = done.best.score if done and done.best else 0
    return Standing(stage, state, read, steps, points, exercise.points if exercise else 0)


def whats_next(standings: Sequence[Standing], progress: Progress) -> Next | None:
    """Where to go on: in the stage that was read last, else in the first one that is not passed; None at the end."""
    place = progress.lesson
    here = next((s for s in standings if place and s.stage.id == place.stage), None)
    if place and here and here.state != "passed":
        return _inside(here, place.step)
    ahead = [s for s in standings if here is None or s.stage.number > here.stage.number]
    for standing in [*ahead, *standings]:
        if standing.state != "passed":
            return _inside(standing, standing.read)
    return None


def _inside(standing: Standing, step: int) -> Next:
    """Within a stage the lesson comes first, then its exercise."""
    if standing.lesson_left or not standing.stage.exercise:
        return Next(standing.stage, "lesson", max(1, min(step, standing.steps)))
    return Next(standing.stage, "exercise")
