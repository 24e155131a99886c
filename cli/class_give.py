"""`tfl class report | export | similar | release`: what goes out to others."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli import show
from cli.class_options import Course, Exercises, Results, opened, picked
from cli.options import Json
from tfl import course as courses
from tfl.printable import printable

Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Where the pages go (default: in RESULTS).")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("report", short_help="Write pages for you and the students.")(report)
    app.command("export", short_help="Write marks for other programs.")(export)
    app.command("similar", short_help="Find submissions that look alike.")(similar)
    app.command("release", short_help="Put together what students get.")(release)


def report(results: Results, out: Out = None, json: Json = False, course: Course = None) -> None:
    """Write a page about the class for you, and one for each student to pass on.

    \b
    Examples:
      tfl class report results
      xdg-open results/report/class.html
    """
    from grader.classes.report import write

    with opened(results, course) as (book, at):
        written = write(book, at, out or results / "report")
    if json:
        show.print_json(written)
    else:
        show.line(f"The class: {written['class']}", bold=True)
        show.line(f"{written['students']:,} pages of students: {written['folder']}")


def export(
    results: Results,
    format: Annotated[
        Literal["csv", "canvas", "moodle", "gradescope", "json"], typer.Option("--format", help="For which program.")
    ] = "csv",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="A file instead of the screen.")] = None,
    exercise: Exercises = None,
    course: Course = None,
) -> None:
    """Write the marks for a spreadsheet, a learning platform or a program.

    \b
    Examples:
      tfl class export results > marks.csv
      tfl class export results --format canvas --out canvas.csv
      tfl class export results --format json | jq '.students[].total'
    """
    from grader.classes.export import export
    from grader.classes.pages import written_to
    from tfl import files

    with opened(results, course) as (book, at):
        pieces = export(book, at, format, picked(at, exercise))
        if out is None:
            sys.stdout.reconfigure(newline="")  # type: ignore[union-attr]  # the lines have their ends already
            for piece in pieces:
                sys.stdout.write(piece)
            return
        with written_to(out), files.atomic(out, "wb") as file:
            for piece in pieces:
                file.write(piece.encode())
    show.line(f"Written to {out}.")


def similar(
    results: Results,
    exercise: Exercises = None,
    out: Out = None,
    least: Annotated[
        float, typer.Option("--least", min=0, max=100, help="Pairs that share less than so many percent are left out.")
    ] = 60.0,
    json: Json = False,
    course: Course = None,
) -> None:
    """Find submissions that look alike beyond the stub and what everybody writes: a hint to look, never a verdict.

    Nearly equal ones of three or more students are shown as a group, however many they are; then come pairs.

    \b
    Examples:
      tfl class similar results
      tfl class similar results --exercise exercise3 --least 80
    """
    from grader.classes.similar_page import write

    with opened(results, course) as (book, at):
        found = write(book, at, out or results / "similar", picked(at, exercise), least / 100)
    if json:
        show.print_json(found)
        return
    if not found["pairs"] and not found["groups"]:
        show.line(f"No pair shares {least:g} % or more, and there is no group.")
        return
    for group in found["groups"][:10]:
        names = ", ".join(printable(name, 40) for name in group["names"][:6])
        more = f" and {group['count'] - 6:,} more" if group["count"] > 6 else ""
        show.line(f"{group['exercise']}: {group['count']:,} of {group['of']:,} sent nearly the same: {names}{more}")
    if found["pairs"]:
        show.table(
            ["exercise", "share", "one", "other"],
            [
                [pair["exercise"], f"{pair['share']:.0%}", printable(pair["one"], 40), printable(pair["other"], 40)]
                for pair in found["pairs"][:20]
            ],
            right=["share"],
        )
    show.line(f"\nSide by side: {found['page']}", bold=True)
    show.line("Equal code has honest reasons too: look, and ask, before you judge.")


def release(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    exercise: Exercises = None,
    json: Json = False,
    course: Course = None,
) -> None:
    """Put together what students get: the stubs, the same as notebooks, how to go on.  No solutions, no judges.

    \b
    Examples:
      tfl class release handout
      tfl class release week3 --exercise exercise3
    """
    from grader.classes.release import release

    at = courses.load(course)
    written = release(at, folder, picked(at, exercise))
    if json:
        show.print_json({"folder": str(folder), "files": written})
    else:
        for name in written:
            show.line(f"  {name}")
        show.line(f"{len(written)} files in {folder}.", bold=True)
