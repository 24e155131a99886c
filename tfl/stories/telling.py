"""How a story is told: headings with text, and tables of what was just computed."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """Numbers under their column names; the first column says what a row is."""

    model_config = ConfigDict(frozen=True)
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Part(BaseModel):
    """One of a story's four parts."""

    model_config = ConfigDict(frozen=True)
    heading: str  # symptom, experiment, cause, mend
    text: str
    table: Table | None = None


Story = tuple[Part, ...]
Tell = Callable[[], Story]


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """A table of anything: numbers with three digits, truths as yes and no."""
    return Table(columns=tuple(columns), rows=tuple(tuple(map(_cell, row)) for row in rows))


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3f}".replace("-", "−") if isinstance(value, float) else str(value)


def symptom(text: str, shown: Table | None = None) -> Part:
    """What somebody noticed."""
    return Part(heading="Symptom", text=text, table=shown)


def experiment(text: str, shown: Table | None = None) -> Part:
    """What reveals it."""
    return Part(heading="Experiment", text=text, table=shown)


def cause(text: str, shown: Table | None = None) -> Part:
    """Why it was so."""
    return Part(heading="Cause", text=text, table=shown)


def mend(text: str, shown: Table | None = None) -> Part:
    """What puts it right, and the proof that it does."""
    return Part(heading="Mend", text=text, table=shown)
