"""`tfl class deadline | extend | adjust`: what instructors decide.  Everything stays on record."""

import getpass
from typing import Annotated

import typer

from cli import show
from cli.class_options import Course, Exercise, Results, moment, opened
from cli.options import told_plainly
from tfl.errors import UsageError

Reason = Annotated[str, typer.Option("--reason", help="Why; it stays in the gradebook.")]
Student = Annotated[str, typer.Argument(metavar="STUDENT", help="An id or a name of the roster.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("deadline", short_help="Say when an exercise was due.")(deadline)
    app.command("extend")(extend)
    app.command("adjust")(adjust)


def deadline(
    results: Results,
    exercise: Exercise,
    due: Annotated[str, typer.Option("--due", metavar="TIME", help="2026-03-01, or “2026-03-01 18:00”.")],
    grace: Annotated[int, typer.Option("--grace", metavar="MINUTES", help="Later by less costs nothing.")] = 0,
    per_day: Annotated[float, typer.Option("--per-day", metavar="PERCENT", help="Of the exercise's points.")] = 10.0,
    most: Annotated[float, typer.Option("--most", metavar="PERCENT", help="It never costs more than this.")] = 100.0,
    file_dates: Annotated[
        bool, typer.Option("--file-dates", help="Believe the dates of files, which copying can change.")
    ] = False,
    course: Course = None,
) -> None:
    """Say until when an exercise was to be sent, and what each day costs that has begun since.

    Marks change at once, nothing is graded again; setting it anew replaces it.

    \b
    Examples:
      tfl class deadline results --exercise exercise3 --due 2026-03-01
      tfl class deadline results --exercise exercise3 --due "2026-03-01 18:00" \\
                         --grace 15 --per-day 10 --most 50
    """
    from grader.classes import decisions
    from grader.classes.policy import Deadline

    with opened(results, course) as (book, at), told_plainly():
        rule = Deadline(due=moment(due), grace_minutes=grace, per_day=per_day, most=most, file_dates=file_dates)
        decisions.set_deadline(book, at.exercise(exercise).id, rule)
    show.line(f"{at.exercise(exercise).id} was due {rule.due:%Y-%m-%d %H:%M %Z}.")


def extend(
    results: Results,
    student: Student,
    exercise: Exercise,
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="2026-03-04, or “2026-03-04 18:00”.")],
    reason: Reason,
    course: Course = None,
) -> None:
    """Give a student more time.

    \b
    Examples:
      tfl class extend results ada --exercise exercise3 \\
                       --until 2026-03-04 --reason "ill"
    """
    from grader.classes import decisions

    with opened(results, course) as (book, at):
        who, what, when = book.student(student), at.exercise(exercise), moment(until)
        decisions.extend(book, who.id, what.id, when, reason)
    show.line(f"{who.shown} has until {when:%Y-%m-%d %H:%M %Z} for {what.id}.")


def adjust(
    results: Results,
    student: Student,
    exercise: Exercise,
    points: Annotated[float, typer.Option("--points", metavar="±POINTS", help="To give, or with a minus to take.")],
    reason: Reason,
    course: Course = None,
) -> None:
    """Give a student points by hand, or take some.

    \b
    Examples:
      tfl class adjust results ada --exercise exercise3 \\
                       --points 2 --reason "explained it well"
      tfl class adjust results ada --exercise exercise3 \\
                       --points=-1 --reason "no docstrings"
    """
    from grader.classes import decisions

    if not reason.strip():
        raise UsageError("An adjustment needs a reason.", 'Give one: --reason "…".')
    with opened(results, course) as (book, at):
        who, what = book.student(student), at.exercise(exercise)
        decisions.adjust(book, who.id, what.id, points, reason.strip(), getpass.getuser())
    show.line(f"{who.shown}, {what.id}: {points:+g}.")
