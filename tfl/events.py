"""What a job says while it works: typed events, one JSON object a line.

    Started → (Stage | Progress | Step | Epoch | Notice | RunFinished)* → Result? → Finished | Failed

Jobs write them, the CLI prints them, the TUI draws them, `history.jsonl` keeps the epochs.
Numbers that are not finite travel as the strings "NaN", "Infinity" and "-Infinity": every line is valid JSON.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from tfl.errors import EXIT_FAILED


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


class Started(_Event):
    """The job has read its request and begins."""

    event: Literal["started"] = "started"
    job: str
    title: str
    total_steps: int | None = None  # optimiser steps of the whole job, where they can be known


class Stage(_Event):
    """The job turns to its next piece of work: tokenizing, pre-training, a strategy …"""

    event: Literal["stage"] = "stage"
    name: str
    detail: str = ""


class Progress(_Event):
    """How far a stage has come, for work that is not training steps."""

    event: Literal["progress"] = "progress"
    stage: str
    done: int
    total: int  # 0: unknown
    unit: str = ""
    seconds_left: float | None = None
    rate: float | None = None  # units a second


class Step(_Event):
    """Training goes on.  Sent a few times a second at most, not for every optimiser step."""

    event: Literal["step"] = "step"
    run: str
    epoch: int  # counted from 1
    step: int  # steps done in this epoch
    steps: int  # steps this epoch has
    loss: float  # mean over the last steps
    examples_per_second: float
    seconds_left: float  # until the run ends if it uses all its epochs


class Epoch(_Event):
    """An epoch is over.  Numbers an objective does not have are None."""

    event: Literal["epoch"] = "epoch"
    run: str
    epoch: int  # counted from 1, over all phases
    phase: int = 1  # counted from 1; a strategy that trains different layers in turn has several
    train_loss: float
    train_accuracy: float | None = None
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    seconds: float


class Notice(_Event):
    """Something the user should know that stops nothing."""

    event: Literal["notice"] = "notice"
    text: str


class RunFinished(_Event):
    """A run is complete and saved; `record` is its `run.json`."""

    event: Literal["run-finished"] = "run-finished"
    run: str
    record: dict[str, Any]


class Graded(_Event):
    """One submission of a class has its mark, and the mark is in the gradebook."""

    event: Literal["graded"] = "graded"
    student: str
    exercise: str
    file: str
    score: int | None  # None: the grader itself failed
    max_score: int | None
    seconds: float
    flags: tuple[str, ...] = ()  # what an instructor should look at


class Result(_Event):
    """What the job was asked for, as plain data."""

    event: Literal["result"] = "result"
    value: dict[str, Any]


class Finished(_Event):
    """The job did what was asked.  Always the last event."""

    event: Literal["finished"] = "finished"
    seconds: float


class Failed(_Event):
    """The job ended without doing what was asked.  Always the last event."""

    event: Literal["failed"] = "failed"
    message: str
    action: str = ""
    exit_code: int = EXIT_FAILED
    trace: str = ""  # for --debug


Event = Started | Stage | Progress | Step | Epoch | Notice | RunFinished | Graded | Result | Finished | Failed

_PARSER: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="event")])


def encode(event: Event) -> str:
    """One line of JSON, without its newline."""
    return event.model_dump_json()


def parse(line: str | bytes) -> Event:
    """The event that `encode` wrote.  Raises pydantic's ValidationError (a ValueError) for anything else."""
    return _PARSER.validate_json(line)
