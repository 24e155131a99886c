"""The course as data: stages, exercises, checks.  `course.toml` is the only place where they are declared.

    FOLDER/course.toml      stages and exercises
           exercise1_….py   the stubs that learners fill in
    [paths]                 where the rest lies, relative to FOLDER:
      solutions               a file for each stub, under the same name
      checks                  <exercise>/observe.py and <exercise>/judge.py
      lessons                 the texts

Nothing here imports torch, so every front end may read it.
"""

import tomllib
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tfl.errors import CourseError, UnknownName

FILE = "course.toml"


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Check(_Declared):
    """One thing that a submission must do, worth some points."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")  # judged by `test_<id>`, with _ for -
    title: str
    points: int = Field(1, ge=1)
    needs: tuple[str, ...] = ()  # checks that must have passed before this one is tried
    hidden: bool = False  # its messages and what is printed in it are not shown to learners

    @property
    def function(self) -> str:
        """The name of the test that judges it."""
        return "test_" + self.id.replace("-", "_")


class Exercise(_Declared):
    """One file to write, with the checks that it has to pass."""

    id: str = Field(pattern=r"^[a-z]+[0-9]+$")
    title: str
    file: str
    task: str  # one sentence: what the learner writes
    asks: tuple[str, ...]  # the names that a submission must define
    training: str = ""  # what `tfl grade` trains once the checks pass: a key of grader.training.PROGRAMS
    hints: tuple[str, ...] = Field(min_length=2)  # from a nudge to nearly everything
    checks: tuple[Check, ...] = Field(min_length=1)

    @property
    def points(self) -> int:
        """What the exercise is worth."""
        return sum(check.points for check in self.checks)

    def check(self, id: str) -> Check:
        """The check of this id.  Raises UnknownName."""
        for check in self.checks:
            if check.id == id:
                return check
        raise UnknownName("check", id, [check.id for check in self.checks])

    @model_validator(mode="after")
    def _needs_stand_before(self) -> "Exercise":
        known: set[str] = set()
        for check in self.checks:
            if check.id in known:
                raise ValueError(f"{self.id} has two checks called “{check.id}”")
            if missing := set(check.needs) - known:
                raise ValueError(
                    f"check “{check.id}” of {self.id} needs “{missing.pop()}”, which does not stand before it"
                )
            known.add(check.id)
        return self


class Stage(_Declared):
    """One station on the learner's way: a lesson, and perhaps an exercise."""

    number: int = Field(ge=1)
    id: str = Field(pattern=r"^[a-z][a-z-]*$")  # the folder of its lesson's steps
    title: str
    exercise: str | None = None


class Paths(_Declared):
    """Where the parts of the course lie, relative to its folder."""

    solutions: str = "../solutions"
    checks: str = "../checks"
    lessons: str = "../lessons"


class Course(_Declared):
    """Everything that `course.toml` declares."""

    folder: Path
    title: str
    version: str  # changes with the checks: a mark names the version that it was given by
    paths: Paths = Paths()
    stages: tuple[Stage, ...]
    exercises: tuple[Exercise, ...]

    def exercise(self, id: str) -> Exercise:
        """The exercise of this id; its number alone will do.  Raises UnknownName."""
        for exercise in self.exercises:
            if id in (
                exercise.id,
                exercise.id.removeprefix("exercise"),
                exercise.file,
                exercise.file.removesuffix(".py"),
            ):
                return exercise
        raise UnknownName("exercise", id, [exercise.id for exercise in self.exercises])

    def stage_of(self, exercise: Exercise) -> Stage:
        """The stage that an exercise belongs to."""
        return next(stage for stage in self.stages if stage.exercise == exercise.id)

    @cached_property
    def solutions(self) -> Path:
        """The folder of the solutions."""
        return (self.folder / self.paths.solutions).resolve()

    @cached_property
    def checks(self) -> Path:
        """The folder of the checks."""
        return (self.folder / self.paths.checks).resolve()

    @cached_property
    def lessons(self) -> Path:
        """The folder of the lessons."""
        return (self.folder / self.paths.lessons).resolve()

    def stub(self, exercise: Exercise) -> Path:
        """The file that a learner starts from."""
        return self.folder / exercise.file

    def solution(self, exercise: Exercise) -> Path:
        """The reference answer."""
        return self.solutions / exercise.file

    def observe(self, exercise: Exercise) -> Path:
        """What runs beside a submission, in the sandbox."""
        return self.checks / exercise.id / "observe.py"

    def judge(self, exercise: Exercise) -> Path:
        """The tests that judge what was observed, outside the sandbox."""
        return self.checks / exercise.id / "judge.py"

    @model_validator(mode="after")
    def _fits_together(self) -> "Course":
        numbers = [stage.number for stage in self.stages]
        if numbers != list(range(1, len(numbers) + 1)):
            raise ValueError("the stages are not numbered 1, 2, 3, …")
        staged = [stage.exercise for stage in self.stages if stage.exercise]
        if sorted(staged) != sorted(exercise.id for exercise in self.exercises):
            raise ValueError("every exercise must stand in exactly one stage, and every stage's exercise must exist")
        return self


def load(folder: Path | None = None) -> Course:
    """The course in a folder that holds `course.toml` or `exercises/course.toml`; without a folder, the one of tfl.

    Raises CourseError when the file is missing, is not TOML, or declares what does not fit together.
    """
    folder = folder or Path(__file__).resolve().parents[1] / "exercises"
    if not (folder / FILE).exists() and (folder / "exercises" / FILE).exists():
        folder = folder / "exercises"
    path = folder / FILE
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8"))
        return Course(folder=folder.resolve(), **declared)
    except FileNotFoundError as error:
        raise CourseError(f"There is no course in {folder}.", f"A course is a folder with a {FILE} in it.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError) as error:
        raise CourseError(
            f"{path} cannot be read as a course: {error}.", "Mend it; docs/courses.md shows the form."
        ) from error
    except ValidationError as error:
        found = error.errors()[0]
        where = ".".join(map(str, found["loc"])) or "course"
        raise CourseError(f"{path}: {where}: {found['msg']}.", "Mend it; docs/courses.md shows the form.") from error
