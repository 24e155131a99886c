"""After the checks: training for real, with the learner's own functions as parts of the engine.

    run(course, exercise, submission, options)  →  events, the last but one a Result that holds a `Report`

    this process            starts
    the trusted process     `work`: reads the corpora, trains the reference, measures, draws      and starts
    the learner's process   `learner`: locked in, holds the submission, trains with its parts

Each program is a module with two sides: `compare(bench)` runs in the trusted process, `inside(workplace, assignments)`
in the learner's.  Nothing that happens here changes a mark, and nothing heavy is imported with this module.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from grader.submission import Submission
from tfl.course import Course, Exercise
from tfl.errors import CourseError, UnknownName
from tfl.events import Event
from tfl.jobs import Request, run_job

WORK = "grader.training.work:compare"  # the job

PROGRAMS = {  # what `training` in course.toml may name → its module
    "positional-encoding": "grader.training.positional_encoding",
    "batches": "grader.training.batches",
    "layer-unfreezing": "grader.training.layer_unfreezing",
    "gradual-unfreezing": "grader.training.gradual_unfreezing",
    "evaluation": "grader.training.evaluation",
    "repair-the-lab": "grader.training.repair_the_lab",
    "recommender": "grader.training.recommender",
}


class Options(BaseModel):
    """How to train.  The defaults take at most 90 seconds on two quiet cores."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    pair: Literal["real", "sample"] | None = None  # None: the real corpora where both are here
    full: bool = False  # all of the corpora, instead of a stratified part
    threads: int | None = Field(default=None, ge=1)
    runs_dir: Path | None = None
    data_dir: Path | None = None
    limit: float | None = Field(
        default=None, gt=0
    )  # seconds that the learner's process may take; None: by the amount of work
    choices: dict[str, Any] = {}  # fields of a Config that replace the program's own


def run(course: Course, exercise: Exercise, submission: Submission, options: Options = Options()) -> Iterator[Event]:  # noqa: B008 - frozen
    """Train with a submission that has passed its checks, and compare; yields a job's events.

    The last event is Finished or Failed, and before Finished comes a Result whose value is a `Report`.  Ctrl-C ends it
    as it ends any job; what had been trained by then is kept.

    Raises CourseError when the exercise's `training` names nothing.
    """
    return run_job(WORK, request(course, exercise, submission, options))


def request(course: Course, exercise: Exercise, submission: Submission, options: Options) -> Request:
    """What the job `WORK` is asked for.  Raises CourseError when the exercise's `training` names nothing."""
    if exercise.training not in PROGRAMS:
        wrong = UnknownName("training", exercise.training, PROGRAMS)
        raise CourseError(f"{exercise.id} of {course.title}: {wrong.message}", wrong.action)
    return {
        "course": str(course.folder),
        "exercise": exercise.id,
        "file": submission.file,
        "source": submission.source,
        "options": options.model_dump(mode="json"),
    }
