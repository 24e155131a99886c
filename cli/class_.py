"""`tfl class`: the submissions of a class, from what arrives to what goes back.

The commands that decide (deadlines, more time, points by hand) are in `cli.class_decide`, those that give something
out (reports, exports, what students get) in `cli.class_give`.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from cli import class_decide, class_give, show
from cli.class_options import Course, Exercises, Results, opened, picked
from cli.options import same_command
from tfl import course as courses
from tfl.errors import EXIT_GRADER, EXIT_INTERRUPTED, TflError
from tfl.events import Event, Failed, Result
from tfl.printable import printable

HELP = """Grade a class, and tell it how it did.

\b
From what students send to what they get back:
  tfl class release handout
  tfl class grade downloads.zip --out results --roster roster.csv
  tfl class report results
  tfl class export results --format canvas --out marks.csv
docs/classes.md tells more; each command has --help with examples.
"""

app = typer.Typer(add_completion=False, no_args_is_help=True, help=HELP, short_help=HELP.partition("\n")[0])

Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", min=1, help="Graders side by side (default: one a core and one more; with --train, one a core)."
    ),
]
Weak = Annotated[
    bool,
    typer.Option("--allow-weak-isolation", help="Grade although the walls here are weaker than they could be."),
]
Address = Annotated[
    str | None,
    typer.Option("--cluster", metavar="ADDRESS", help="Grade on a Dask cluster: its scheduler, as tcp://host:8786."),
]
Train = Annotated[bool, typer.Option("--train", help="Then train with the parts of everyone who has passed.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Only what should not be missed.")]
Lines = Annotated[bool, typer.Option("--json", help="Print every event as a line of JSON.")]


@app.command("grade")
def grade_(
    submissions: Annotated[Path, typer.Argument(metavar="SUBMISSIONS", help="A folder or an archive.")],
    out: Annotated[Path, typer.Option("--out", metavar="RESULTS", help="The folder for the gradebook and reports.")],
    roster: Annotated[
        Path | None, typer.Option("--roster", metavar="FILE", help="Who is in the class: a CSV file.")
    ] = None,
    exercise: Exercises = None,
    attempt: Annotated[
        Literal["latest", "best"] | None,
        typer.Option("--attempt", help="Which of several attempts counts (default: latest).  All are kept."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with RESULTS: nothing is graded twice, nothing is lost.")
    ] = False,
    jobs: Jobs = None,
    cluster: Address = None,
    train: Train = False,
    allow_weak_isolation: Weak = False,
    quiet: Quiet = False,
    json: Lines = False,
    course: Course = None,
) -> None:
    """Grade the submissions of a class.

    \b
    SUBMISSIONS may lie as they come:
      ada/exercise3_layers.py             a folder for each student
      exercise3/ada/…                     a folder for each exercise
      lovelaceada_123_456_exercise3.py    a download from Canvas
      Ada Lovelace_123_assignsubmission_file_/…   a download from Moodle
      submitted/ada/exercise3/…           nbgrader's folder
      exercise3-ada/.git, …               clones of a classroom organisation
      ada_exercise3.py                    files named after students
    or in a .zip or .tar of any of these.  What cannot be placed is listed.

    \b
    Examples:
      tfl class grade downloads.zip --out results --roster roster.csv
      tfl class grade submissions --out results --exercise exercise3 --attempt best
      tfl class grade submissions --out results --resume
    """
    from grader.classes import roster as rosters
    from grader.classes.grading import Request

    at = courses.load(course)
    request = Request(
        submissions,
        out,
        at,
        rosters.read(roster) if roster else None,
        picked(at, exercise),
        attempt,
        resume,
        train=train,
    )
    _run(request, jobs, cluster, allow_weak_isolation, quiet, json)


@app.command("regrade", short_help="Grade again what is in a gradebook.")
def regrade(
    results: Results,
    student: Annotated[
        list[str] | None, typer.Option("--student", metavar="STUDENT", help="Grade this one anew; repeatable.")
    ] = None,
    exercise: Exercises = None,
    everything: Annotated[bool, typer.Option("--all", help="Grade everything anew.")] = False,
    jobs: Jobs = None,
    cluster: Address = None,
    train: Train = False,
    allow_weak_isolation: Weak = False,
    quiet: Quiet = False,
    json: Lines = False,
    course: Course = None,
) -> None:
    """Grade again what is in a gradebook: what is named, or else everything whose checks have changed.

    The earlier marks stay in the gradebook; the newest counts.

    \b
    Examples:
      tfl class regrade results          what has no mark by the current checks
      tfl class regrade results --student ada --exercise exercise3
      tfl class regrade results --all
    """
    from grader.classes.grading import Request

    with opened(results, course) as (book, at):
        students = [book.student(name).id for name in student or ()]
    anew = bool(students or exercise or everything)
    request = Request(None, results, at, None, picked(at, exercise), students=students, anew=anew, train=train)
    _run(request, jobs, cluster, allow_weak_isolation, quiet, json)


@app.command("marks", short_help="Show marks, of all or of one student.")
def marks(
    results: Results,
    student: Annotated[str | None, typer.Argument(metavar="STUDENT", help="All about this one.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    course: Course = None,
) -> None:
    """Show the marks of the class, or every attempt of one student with the command that repeats its mark.

    \b
    Examples:
      tfl class marks results
      tfl class marks results ada
    """
    from grader.classes import summary

    with opened(results, course) as (book, at):
        if student:
            found = summary.of_student(book, at, book.student(student))
            show.print_json(found) if json else _show_student(found)
        else:
            rows = list(summary.of_class(book, at))
            show.print_json({"students": rows}) if json else _show_class(rows)


@app.command("repeat", short_help="Check again with the same inputs.")
def repeat(
    results: Results,
    mark: Annotated[int, typer.Argument(metavar="MARK", help="The number of a mark; `tfl class marks` shows it.")],
    allow_weak_isolation: Weak = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    course: Course = None,
) -> None:
    """Check an attempt once more with the same inputs, and say whether the same mark comes out.

    Nothing in the gradebook changes.

    \b
    Examples:
      tfl class repeat results 17
    """
    from grader.classes.pool import warm
    from grader.classes.repeat import repeated

    with opened(results, course) as (book, at):
        found = repeated(book, at, mark, lambda exercise: warm(at, [exercise.id], allow_weak_isolation))
    if json:
        show.print_json(found)
    else:
        for check in found["checks"]:
            same = "" if check["before"] == check["now"] else f"   before: {check['before']}"
            show.line(f"{check['now']:<8} {check['title']}{same}")
        show.line(f"{'The same mark' if found['same'] else 'Another mark'}: {found['score']} / {found['max_score']}.")
        for note in found["notes"]:
            show.line(note)
    raise typer.Exit(0 if found["same"] else 1)


class_decide.add_to(app)
class_give.add_to(app)


# ------------------------------------------------------------------------------------------------------ running


def _run(request: Any, jobs: int | None, cluster: str | None, weak: bool, quiet: bool, json: bool) -> None:
    """Grade, print how it goes, and end with the exit code."""
    from grader.classes.grading import grade

    chosen = [exercise.id for exercise in request.exercises]
    # One more than cores: a grader waits while its guest works, and for an endless one 6 s.  Trainings never wait.
    jobs = jobs or (os.cpu_count() or 1) + (not request.train)
    code = show.follow(
        _with_failures(grade(request, _workers(request.course, chosen, jobs, cluster, weak)), request.results),
        json=json,
        quiet=quiet,
        show_result=_show_result,
    )
    raise typer.Exit(code)


def _workers(
    course: courses.Course, exercises: list[str], jobs: int, cluster: str | None, weak: bool
) -> Callable[[], Any]:
    if cluster:
        from grader.classes.cluster import Cluster

        return lambda: Cluster(cluster, course, exercises, weak)
    from grader.classes.pool import Pool, warm

    return lambda: Pool(course, lambda: warm(course, exercises, weak), jobs)


def _with_failures(events: Iterator[Event], results: Path) -> Iterator[Event]:
    """The events, and at the end one that says why there are no more: also for those who read JSON."""
    failed = 0
    try:
        for event in events:
            if isinstance(event, Result):
                failed = event.value["not_marked"]
            if event.event == "finished" and failed:
                retry = "Run it again with --resume: only they are tried."
                yield Failed(message=f"The grader failed for {failed:,}.", action=retry, exit_code=EXIT_GRADER)
                return
            yield event
    except KeyboardInterrupt:
        again = same_command("--resume") if "grade" in same_command() else same_command()
        told = "Stopped.  Every mark that was told is in the gradebook."
        yield Failed(message=told, action=f"Go on with: {again}", exit_code=EXIT_INTERRUPTED)
    except TflError as error:
        yield Failed(message=error.message, action=error.action, exit_code=error.exit_code)


def _show_result(result: dict[str, Any]) -> None:
    show.line(f"\n{result['graded']:,} graded into {result['results']}.")
    show.line(f"Next: tfl class report {result['results']}", bold=True)


def _show_class(rows: list[dict[str, Any]]) -> None:
    exercises = list(rows[0]["exercises"]) if rows else []
    show.table(
        ["student", "name", *exercises, "total"],
        [
            [
                printable(row["student"], 40),
                printable(row["name"], 40) + ("" if row["enrolled"] else " (not in the roster)"),
                *(_points(row["exercises"][exercise]) for exercise in exercises),
                f"{row['total']:g}",
            ]
            for row in rows
        ],
        right=[*exercises, "total"],
    )


def _points(standing: dict[str, Any]) -> str:
    if standing["final"] is None:
        return str(standing["state"])
    late = " late" if standing["late_points"] else ""
    return f"{standing['final']:g}" + (" –" if standing["state"] == "missing" else late)


def _show_student(found: dict[str, Any]) -> None:
    show.line(f"{printable(found['name'])} ({printable(found['student'])})", bold=True)
    for attempt in found["attempts"]:
        counts = "counts" if attempt["counts"] else "kept"
        show.line(f"\n{attempt['exercise']}: {printable(attempt['file'])}, {counts}", bold=True)
        if attempt["sent"]:
            show.line(f"  sent {attempt['sent']} (by {attempt['sent_from']})")
        for mark in attempt["marks"]:
            points = "no mark" if mark["score"] is None else f"{mark['score']} / {mark['max_score']}"
            show.line(f"  mark {mark['id']}: {points}, {mark['graded']}, course {mark['course']}, {mark['isolation']}")
            show.line(f"    again: {mark['command']}")
    for change in found["adjustments"]:
        show.line(f"\n{change['exercise']}: {change['points']:+g} by {change['by']}: {printable(change['reason'])}")
