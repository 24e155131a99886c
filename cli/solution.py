"""`tfl solution`."""

from typing import Annotated

import typer

from cli import show
from cli.learner import ExerciseId, at_desk, own_workspace
from tfl.course import Course, Exercise
from tfl.errors import CourseError, TflError

app = typer.Typer(add_completion=False)


@app.command()
def solution(
    exercise: ExerciseId,
    give_up: Annotated[bool, typer.Option("--give-up", help="Show it although you have not passed; recorded.")] = False,
) -> None:
    """Show the reference answer of an exercise that you have passed.

    \b
    Examples:
      tfl solution exercise3
      tfl solution exercise3 --give-up
      tfl solution exercise3 > reference.py
    """
    workspace = own_workspace()
    which = at_desk().exercise(exercise)
    kept = workspace.progress().exercise(which.id)
    if not kept.passed and not kept.given_up:
        if not give_up:
            raise TflError(
                f"You have not passed {which.id} yet.",
                f"Try `tfl hint {which.id}`; `tfl solution {which.id} --give-up` shows it all the same.",
            )
        workspace.record_given_up(which)
    show.code(reference(workspace.course, which))


def reference(course: Course, exercise: Exercise) -> str:
    """The reference answer.  Raises CourseError when it is not there."""
    try:
        return course.solution(exercise).read_text(encoding="utf-8")
    except OSError as error:
        raise CourseError(
            f"The solution of {exercise.id} cannot be read: {error}.", "Run `tfl course check`."
        ) from error
