"""How pages are made: everything escaped, nothing that a browser would run or fetch."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from grader.marks import GLYPHS
from tfl.course import Course
from tfl.errors import UsageError
from tfl.printable import defused

SIGNS = GLYPHS | {"timeout": "◷"}  # the terminal's sign for it is in few fonts


@contextmanager
def written_to(place: Path) -> Iterator[None]:
    """Turn what the system says against writing into `place` into a UsageError."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{place} cannot be written: {error.strerror}.", "Name another place with --out.") from error


def environment(course: Course) -> Environment:
    """The templates of a course's pages."""
    html = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )
    html.globals.update(course=course, glyphs=SIGNS, now=datetime.now().astimezone(), points=_points)
    html.filters["when"] = _when
    return html


def _harmless(value: Any) -> Any:
    """What is put into a page: nothing that is unseen or turns the direction of writing."""
    return defused(value) if type(value) is str else value


def _points(value: float | None) -> str:
    """3, 3.5; – where there is none."""
    return "–" if value is None else f"{value:g}"


def _when(moment: datetime) -> str:
    return moment.astimezone().strftime("%-d %b %Y, %H:%M %Z")
