"""What the commands of `tfl class` share."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfl import course as courses
from tfl.errors import UsageError

if TYPE_CHECKING:
    from grader.classes.gradebook import Gradebook

Results = Annotated[Path, typer.Argument(metavar="RESULTS", help="The folder that `tfl class grade --out` has made.")]
Course = Annotated[
    Path | None, typer.Option("--course", metavar="DIR", help="The folder of another course than tfl's own.")
]
Exercises = Annotated[
    list[str] | None,
    typer.Option("--exercise", metavar="EXERCISE", help="Only this one; repeatable (default: all)."),
]
Exercise = Annotated[str, typer.Option("--exercise", metavar="EXERCISE", help="Which one.")]


@contextmanager
def opened(results: Path, course: Path | None) -> Iterator[tuple["Gradebook", courses.Course]]:
    """A gradebook, and the course that it was made with unless another is named.  Raises GradebookError."""
    from grader.classes.gradebook import Gradebook

    book = Gradebook(results)
    try:
        with book.told_plainly():  # a damaged page is met only when it is read
            known = Path(book.setting("course"))
            at = courses.load(course or (known if (known / courses.FILE).exists() else None))
            yield book, at
    finally:
        book.close()


def picked(course: courses.Course, names: Sequence[str] | None) -> list[courses.Exercise]:
    """The exercises that were named.  Raises UnknownName."""
    return [course.exercise(name) for name in names or ()]


def moment(text: str) -> datetime:
    """A time as people write it: 2026-03-01, 2026-03-01 18:00, with a time zone or in that of this machine.

    A date alone means its end.  Raises UsageError.
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"“{text}” is no time.", "Write it as 2026-03-01, or 2026-03-01 18:00.") from error
    if len(text.strip()) == len("2026-03-01"):
        found = found.replace(hour=23, minute=59, second=59)
    return found if found.tzinfo else found.astimezone()
