"""`tfl list`."""

from typing import Any

import typer

from cli import show
from cli.learner import CourseDir, Desk, at_desk
from cli.options import Json
from cli.verdicts import wrapped
from tfl.course import Exercise
from tfl.progress import Progress

GLYPHS = {"passed": "✓", "in progress": "◐", "not started": "○"}

app = typer.Typer(add_completion=False)


@app.command("list")
def list_(json: Json = False, course: CourseDir = None) -> None:
    """List the exercises: their state, your points, the hints you have seen, and what is next.

    \b
    Examples:
      tfl list
      tfl list --json | jq '.exercises[] | select(.state != "passed").id'
    """
    desk = at_desk(course)
    progress = desk.progress() or Progress()
    following = desk.next()
    rows = [_row(desk, exercise, progress) for exercise in desk.course.exercises]
    points, most = sum(row["points"] for row in rows), sum(row["max_points"] for row in rows)
    if json:
        workspace = str(desk.workspace.folder) if desk.workspace else None
        told = {"course": desk.course.title, "version": desk.course.version, "workspace": workspace}
        next_ = following.id if following else None
        show.print_json(told | {"points": points, "max_points": most, "exercises": rows, "next": next_})
        return
    show.line(f"{desk.course.title}: {points} of {most} points", bold=True)
    show.line("")
    show.table(
        ["", "exercise", "title", "state", "points", "hints seen"],
        [
            (
                GLYPHS[row["state"]],
                row["id"],
                row["title"],
                row["state"] + (", solution seen" if row["given_up"] else ""),
                f"{row['points']}/{row['max_points']}",
                f"{row['hints']} of {row['max_hints']}" if row["hints"] else "",
            )
            for row in rows
        ],
        right=["points"],
    )
    show.line("")
    if desk.workspace is None:
        wrapped("There is no workspace around: `tfl init` makes one, and your progress is kept in it.")
    elif following:
        wrapped(f"Next: {following.id} in {following.file}.  tfl watch {following.id} checks it on every save.")
    else:
        wrapped("All exercises are passed.")


def _row(desk: Desk, exercise: Exercise, progress: Progress) -> dict[str, Any]:
    done = progress.exercise(exercise.id)
    return {
        "id": exercise.id,
        "title": exercise.title,
        "file": exercise.file,
        "state": desk.workspace.state(exercise, progress) if desk.workspace else "not started",
        "points": done.best.score if done.best else 0,
        "max_points": exercise.points,
        "hints": done.hints,
        "max_hints": len(exercise.hints),
        "given_up": done.given_up is not None,
    }
