"""`tfl init`."""

from pathlib import Path
from typing import Annotated

import typer

from cli import show
from cli.learner import CourseDir
from tfl import course as courses
from tfl import workspace as workspaces
from tfl.workspace import Done, beside

NEW_FOLDER = "tfl-course"

TOLD: dict[Done, str] = {  # what is said of a file
    "new": "✓ {name}",
    "renewed": "✓ {name} was untouched and is the newer one now",
    "kept, newer beside": "! {name} is yours and was kept; the newer one is beside it: {beside}",
}

app = typer.Typer(add_completion=False)


@app.command()
def init(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help=f"Where (default: the workspace around, or a new folder {NEW_FOLDER})."),
    ] = None,
    course: CourseDir = None,
) -> None:
    """Make a workspace: the exercises to fill in, a README, and a file that keeps your progress.

    In a workspace from an older version it brings what is new.  What you have written is never overwritten: where the
    newer stub differs it is put beside your file, as exercise1_….new.py.

    \b
    Examples:
      tfl init
      tfl init ~/transfer-learning
      tfl init                        after an upgrade, inside the workspace
    """
    around = workspaces.search() if folder is None else None
    where = around.folder if around else folder or Path(NEW_FOLDER)
    made, done = workspaces.create(where, courses.load(course) if course else None)
    show.line(f"{made.course.title}: the workspace is {made.folder}", bold=True)
    for name, what in done.items():
        if what in TOLD:
            show.line(f"  {TOLD[what].format(name=name, beside=beside(made.folder / name).name)}")
    if set(done.values()) <= {"unchanged", "kept"}:
        show.line("  Everything is up to date.")
    go = "" if Path.cwd() == made.folder else f"cd {where} && "
    show.line(f"Next: {go}tfl watch (or tfl-tui, with the lessons)")
