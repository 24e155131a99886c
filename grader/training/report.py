"""What came out of training with a learner's code: the table, and what it says about the lesson's claim.

This is the value of the job's Result, and the field `training` of `tfl grade --json`.  Nothing heavy is imported here.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from tfl.runs import wilson_interval

YOURS = "yours: "


class Share(BaseModel):
    """A share of n things, such as an accuracy, with its 95 % interval (Wilson)."""

    model_config = ConfigDict(frozen=True)
    value: float
    count: int
    low: float
    high: float

    @classmethod
    def of(cls, right: int, count: int) -> "Share":
        """`right` of `count`."""
        low, high = wilson_interval(right, count)
        return cls(value=right / count, count=count, low=low, high=high)

    def above(self, other: "Share") -> bool:
        """Whether it lies above the other by more than chance explains: the intervals do not overlap."""
        return self.low > other.high

    def apart(self, other: "Share") -> bool:
        """Whether the intervals do not overlap."""
        return self.above(other) or other.above(self)


class Row(BaseModel):
    """One line of the table: one training, or one reading of the same thing."""

    model_config = ConfigDict(frozen=True)
    name: str
    whose: Literal["yours", "reference"]
    corpus: str = ""
    run: str = ""  # the id of a run, or the folder of a graded one below the folder of the runs
    reused: bool = False  # whether that run had been trained earlier
    epochs: int | None = None
    best_epoch: int | None = None
    seconds: float | None = None  # of training; yours as the process with your code told it
    parameters_trainable: int | None = None
    parameters_total: int | None = None
    train: float | None = None  # accuracy at the best epoch
    validation: Share | None = None
    test: Share | None = None
    told_validation: float | None = None  # yours: what the process with your code said its validation accuracy is
    shares: dict[str, Share] = {}  # what else was measured as a share, by the heading of its column
    figures: dict[str, float | int | str | None] = {}  # and what else at all

    @property
    def label(self) -> str:
        """Its name among others, in charts and figures."""
        return f"{YOURS}{self.name}" if self.whose == "yours" else self.name

    @property
    def gap(self) -> float | None:
        """How far train accuracy lies above validation accuracy."""
        return None if self.train is None or self.validation is None else self.train - self.validation.value


class Finding(BaseModel):
    """What the measured numbers say about the claim."""

    model_config = ConfigDict(frozen=True)
    shown: bool
    text: str  # one or two sentences


class Report(BaseModel):
    """Everything that came out of one training with a learner's code."""

    model_config = ConfigDict(frozen=True)
    exercise: str
    title: str  # what was compared
    corpus: str  # "IMDB", or "sample (synthetic)"
    size: str  # how much of it
    claim: str  # of the lesson
    shown: bool
    finding: str
    rows: list[Row]
    plots: list[str] = []  # paths of figures: each as PNG, then as SVG
    chart: list[str] = []  # the same as lines of text, at most 80 columns wide
    seconds: float  # of everything
    device: str
    isolation: str  # the walls around the process that ran the learner's code: "landlock+seccomp", "process only"
    folder: str  # where the learner's runs and the figures are
    notes: list[str] = []
