"""What the learner's commands share: the course, the workspace they are called in, and the file they are about."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from cli import show
from tfl import course as courses
from tfl import workspace as workspaces
from tfl.course import Course, Exercise
from tfl.errors import SubmissionError, TflError
from tfl.progress import Progress
from tfl.workspace import Workspace


def complete_exercise(incomplete: str) -> list[tuple[str, str]]:
    """For the shell: the exercises that begin with what has been typed, with their titles."""
    try:
        course = at_desk().course
    except TflError:
        course = courses.load()
    return [(exercise.id, exercise.title) for exercise in course.exercises if exercise.id.startswith(incomplete)]


ExerciseId = Annotated[
    str,
    typer.Argument(metavar="EXERCISE", help="Its id, number or file: exercise3, 3.", autocompletion=complete_exercise),
]
OptionalExerciseId = Annotated[
    str | None,
    typer.Argument(metavar="[EXERCISE]", help="Its id, number or file.", autocompletion=complete_exercise),
]
File = Annotated[
    Path | None,
    typer.Argument(metavar="[FILE]", help="A .py file or a notebook (default: the workspace's file)."),
]
CourseDir = Annotated[
    Path | None, typer.Option("--course", metavar="DIR", help="Another course: the folder of its course.toml.")
]


@dataclass(frozen=True)
class Desk:
    """Where a learner's command works: a course, and the workspace if there is one around."""

    course: Course
    workspace: Workspace | None

    def exercise(self, id: str | None) -> Exercise:
        """The exercise of this id; without one, the next that has not been passed.  Raises UnknownName."""
        if id is not None:
            return self.course.exercise(id if id in (e.file for e in self.course.exercises) else Path(id).name)
        return self.next() or self.course.exercises[-1]

    def next(self, after: Exercise | None = None) -> Exercise | None:
        """The next exercise that has not been passed; without a workspace the one behind `after`."""
        if self.workspace:
            return self.workspace.next(self.workspace.progress(), after)
        order = list(self.course.exercises)
        return next(iter(order[order.index(after) + 1 :] if after else order), None)

    def file(self, exercise: Exercise, given: Path | None = None, id: str | None = None) -> Path:
        """The file that is meant: the one that was given, or the workspace's, or the stub's name in this folder.

        Raises SubmissionError where none was given and none is there.
        """
        if given is None and id and Path(id).name != id:  # tfl check some/where/exercise1_….py
            given = Path(id)
        if given:
            return given
        path = self.workspace.path(exercise) if self.workspace else Path(exercise.file)
        if not path.exists() and not self.workspace:
            raise SubmissionError(
                f"There is no {exercise.file} here, and no workspace around.",
                "Make a workspace with `tfl init`, or name the file.",
            )
        return path

    def progress(self) -> Progress | None:
        """What has been done so far, if there is a workspace; what must be told of it is told."""
        return tell(self.workspace.progress()) if self.workspace else None


def at_desk(course: Path | None = None) -> Desk:
    """The desk in the current folder.  With a course of its own the workspace counts only if it belongs to that."""
    found = workspaces.search()
    if course is None:
        return Desk(found.course if found else courses.load(), found)
    chosen = courses.load(course)
    return Desk(chosen, found if found and found.course.folder == chosen.folder else None)


def own_workspace() -> Workspace:
    """The workspace around the current folder.  Raises WorkspaceError where there is none."""
    return workspaces.find()


def tell(progress: Progress) -> Progress:
    """Tell what must be told of how the progress was read."""
    if progress.notice:
        notice(progress.notice)
    return progress


def notice(text: str) -> None:
    """Say on standard error what the learner should know, and what stops nothing."""
    show.console(stderr=True).print(f"! {text}", style="yellow")
