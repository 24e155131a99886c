"""The places of the app, by the names that a command line gives them."""

import difflib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tfl import lessons, runs
from tfl.errors import UsageError

if TYPE_CHECKING:
    from tui.app import TflApp

KINDS = ("lesson", "stage", "step", "bench", "run")  # words that may stand before a name
PLACES = "Places are 3 (a stage), 3.2 (a step), exercise3, map, runs, train, compare, a run's id, or a bench: {}."


def find(app: "TflApp", name: str) -> Callable[[], object]:
    """What opens a place: `runs`, `layers`, `exercise 3`, `3`, `3.2`, `lesson 3.2`, the id of a run …

    Raises UsageError, which offers names of all kinds that are near, and CourseError where the lessons are damaged.
    """
    course = app.learner.course
    kind, _, rest = name.lower().partition(" ")
    wanted = rest.strip() if kind in KINDS and rest else name.lower().replace("exercise ", "exercise")
    if wanted in (screens := _screens(app)):
        return screens[wanted]
    if wanted == "class":
        raise UsageError("No class's results were named.", "Start with them: tfl-tui --results RESULTS class")
    if wanted in lessons.BENCHES:
        return partial(app.open_bench, wanted)
    for exercise in course.exercises:
        if wanted in (exercise.id, exercise.file, exercise.file.removesuffix(".py")):
            return partial(app.open_exercise, exercise.id)
    if any(wanted.partition(".")[0] in (str(stage.number), stage.id) for stage in course.stages):
        lesson, step = lessons.find(app.learner.lessons, wanted)
        return partial(app.open_lesson, lesson.stage, lesson.steps.index(step) + 1 if step else 1)
    ids = [folder.id for folder in runs.folders(app.runs_dir)]
    if wanted in ids:
        return partial(app.action_runs, wanted)
    exercises, stages = ([one.id for one in some] for some in (course.exercises, course.stages))
    near = difflib.get_close_matches(wanted, [*screens, *lessons.BENCHES, *exercises, *stages, *ids])
    hint = f"Did you mean {', '.join(near)}?" if near else PLACES.format(", ".join(lessons.BENCHES))
    raise UsageError(f"There is no place called “{name}”.", hint)


def _screens(app: "TflApp") -> dict[str, Callable[[], object]]:
    screens = {"map": app.go_home, "runs": app.action_runs, "train": app.action_train, "compare": app.action_compare}
    if app.results:
        screens["class"] = app.action_class
    return {**screens}
