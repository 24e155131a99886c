"""`tfl hint`."""

from typing import Annotated

import typer

from cli import show
from cli.learner import CourseDir, Desk, OptionalExerciseId, at_desk, notice
from cli.verdicts import wrapped
from tfl.course import Exercise

app = typer.Typer(add_completion=False)


@app.command()
def hint(
    exercise: OptionalExerciseId = None,
    all_: Annotated[bool, typer.Option("--all", help="Show all of them.")] = False,
    course: CourseDir = None,
) -> None:
    """Show one more hint each time; when you have seen them all, all of them.  Without an exercise: the next one's.

    \b
    Examples:
      tfl hint exercise3
      tfl hint exercise3 --all
    """
    desk = at_desk(course)
    which = desk.exercise(exercise)
    show_hint(desk, which, all_)
    if desk.workspace is None:
        notice("There is no workspace to remember what you have seen: `tfl init` makes one.")


def show_hint(desk: Desk, exercise: Exercise, every: bool = False) -> None:
    """Print the next hint, or every hint, and remember it."""
    progress = desk.progress()
    seen, count = (progress.exercise(exercise.id).hints if progress else 0), len(exercise.hints)
    numbers = range(1, count + 1) if every or seen >= count else range(seen + 1, seen + 2)
    for number in numbers:
        show.line(f"Hint {number} of {count} for {exercise.id}", bold=True)
        wrapped(exercise.hints[number - 1], indent="  ")
    if numbers[-1] < count:
        show.line(f"tfl hint {exercise.id} shows the next one.")
    if desk.workspace:
        desk.workspace.record_hint(exercise, numbers[-1])
