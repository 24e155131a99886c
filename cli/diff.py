"""`tfl diff`."""

import difflib

import typer

from cli import show
from cli.learner import CourseDir, ExerciseId, File, at_desk
from cli.solution import reference
from grader.submission import read
from tfl.errors import TflError
from tfl.printable import defused

STYLES = {"+": "green", "-": "red", "@": "cyan"}

app = typer.Typer(add_completion=False)


@app.command()
def diff(exercise: ExerciseId, file: File = None, course: CourseDir = None) -> None:
    """Compare your answer with the reference, once you have passed (or given up): - is yours, + is the reference.

    \b
    Examples:
      tfl diff exercise3
      tfl diff exercise3 | less
    """
    desk = at_desk(course)
    which = desk.exercise(exercise)
    progress = desk.progress()
    done = progress.exercise(which.id) if progress else None
    if done is None or not (done.passed or done.given_up):
        raise TflError(f"You have not passed {which.id} yet.", f"Check it with `tfl check {which.id}` first.")
    submission = read(desk.file(which, file, exercise), which)
    lines = list(
        difflib.unified_diff(
            defused(submission.source).splitlines(),
            reference(desk.course, which).splitlines(),
            f"yours/{submission.file}",
            f"reference/{which.file}",
            lineterm="",
        )
    )
    if not lines:
        show.line("Your answer is the reference, letter for letter.")
    out = show.console()
    for line in lines:
        heading = line.startswith(("---", "+++"))
        out.print(line, style="bold" if heading else STYLES.get(line[:1], ""))
