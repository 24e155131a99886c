"""Verdicts and marks: the outcome of one check, and of one submission.  The schema of `tfl check --json`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, computed_field

State = Literal["passed", "failed", "error", "timeout", "blocked"]

GLYPHS: dict[State, str] = {"passed": "✓", "failed": "✗", "error": "!", "timeout": "⧖", "blocked": "·"}


class Verdict(BaseModel):
    """What one check found."""

    model_config = ConfigDict(frozen=True)
    id: str
    title: str
    points: int  # earned
    max_points: int
    verdict: State
    message: str = ""
    picture: tuple[str, ...] = ()  # lines of a heat map of the difference
    trace: tuple[str, ...] = ()  # the submission's own lines that an error went through
    output: str = ""  # what it printed, capped
    hidden: bool = False  # message, picture, trace and output are for instructors only
    seconds: float = 0.0


class Mark(BaseModel):
    """What one submission has earned."""

    model_config = ConfigDict(frozen=True)
    exercise: str
    file: str
    checks: tuple[Verdict, ...]
    isolation: str  # the walls that were really in force
    seconds: float
    seed: str  # the inputs were drawn from it: with it the mark can be repeated
    course: str  # version of the course
    notes: tuple[str, ...] = ()  # what the learner should know of how the file was read
    incidents: tuple[str, ...] = ()  # what the sandbox had to contain

    @computed_field  # type: ignore[prop-decorator]
    @property
    def score(self) -> int:
        """The points earned."""
        return sum(check.points for check in self.checks)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def max_score(self) -> int:
        """The points that there are."""
        return sum(check.max_points for check in self.checks)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def passed(self) -> bool:
        """Whether every check has passed."""
        return all(check.verdict == "passed" for check in self.checks)
