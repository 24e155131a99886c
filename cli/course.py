"""`tfl course`: for those who make courses."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from cli import show
from cli.learner import CourseDir
from cli.options import Json
from grader import course_check, new_check
from grader.client import Grader
from grader.marks import Mark
from grader.patience import Patience
from grader.submission import read
from tfl import course as courses
from tfl import lessons
from tfl.course import Course, Exercise
from tfl.errors import EXIT_FAILED

PATIENCE = Patience(load=60, observation=60, whole=600)  # a busy machine says nothing about a course

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def course() -> None:
    """For those who make courses: prove one, add a check."""


@app.command(short_help="Prove a course: say whatever is wrong with it.")
def check(course: CourseDir = None, json: Json = False) -> None:
    """Prove a course: stubs fail kindly, solutions earn all points, checks have tests, lessons and links are whole.

    What is wrong comes as one line each: ✗ must be mended, ! is worth a thought.  The answers run in the sandbox.

    \b
    Exit codes: 0 nothing to mend, 1 something is, 3 the grader itself failed.

    \b
    Examples:
      tfl course check
      tfl course check --course ~/my-course --json
    """
    found = courses.load(course)
    problems = []
    for problem in _problems(found):
        problems.append(problem)
        if not json:
            show.line(f"{'!' if problem.weak else '✗'} {problem}")
    passed = all(problem.weak for problem in problems)
    if json:
        show.print_json(_report(found, problems, passed))
    else:
        checks = sum(len(exercise.checks) for exercise in found.exercises)
        points = sum(exercise.points for exercise in found.exercises)
        mend = sum(not problem.weak for problem in problems)
        end = "Nothing to mend." if passed else f"{mend} thing{'s' * (mend != 1)} to mend."
        show.line(f"{len(found.exercises)} exercises, {checks} checks, {points} points.  {end}", bold=True)
    raise typer.Exit(0 if passed else EXIT_FAILED)


def _problems(course: Course) -> Iterator[course_check.Problem]:
    from cli.main import COMMANDS

    with Grader(course, patience=PATIENCE) as grader:

        def mark(exercise: Exercise, path: Path) -> Mark:
            return grader.mark(exercise, read(path, exercise))

        yield from course_check.problems(course, mark)
    for words in lessons.problems(course, COMMANDS):
        yield course_check.Problem("lessons", words)


def _report(course: Course, problems: list[course_check.Problem], passed: bool) -> dict[str, object]:
    return {
        "course": course.title,
        "version": course.version,
        "exercises": [
            {"id": exercise.id, "checks": len(exercise.checks), "points": exercise.points}
            for exercise in course.exercises
        ],
        "problems": [{"where": problem.where, "what": problem.what, "weak": problem.weak} for problem in problems],
        "passed": passed,
    }


@app.command("new-check", short_help="Add a check to an exercise, to be filled in.")
def new_check_(
    exercise: Annotated[str, typer.Argument(metavar="EXERCISE", help="Its id, number or file.")],
    id: Annotated[str, typer.Argument(metavar="ID", help="Small letters and hyphens: ties-share-ranks.")],
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What a submission must do, in a few words.")],
    points: Annotated[int, typer.Option("--points", min=1, help="What it is worth.")] = 1,
    course: CourseDir = None,
) -> None:
    """Add a check to an exercise: declared in course.toml, with templates in observe.py and judge.py to fill in.

    \b
    Example:
      tfl course new-check exercise7 one-film "film_scores: a single film scores its own mean"
    """
    found = courses.load(course)
    for written in new_check.add(found, found.exercise(exercise), id, title, points):
        show.line(f"{written.path}:{written.line}")
    show.line("Fill in both functions, then run `tfl course check`.")
