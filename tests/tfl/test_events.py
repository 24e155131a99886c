"""Events as lines of JSON, there and back."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfl import events
from tfl.events import Epoch, Failed, Finished, Graded, Notice, Progress, Result, RunFinished, Stage, Started, Step

ONE_OF_EACH = [
    Started(job="train", title="Full fine-tuning", total_steps=900),
    Stage(name="tokenizing", detail="IMDB"),
    Progress(stage="tokenizing", done=3, total=10, unit="texts", seconds_left=1.5, rate=2.0),
    Step(run="r", epoch=1, step=3, steps=9, loss=0.7, examples_per_second=260.0, seconds_left=40.0),
    Epoch(run="r", epoch=1, train_loss=0.4, train_accuracy=0.8, seconds=3.0),
    Notice(text="the cache was damaged and is made again"),
    RunFinished(run="r", record={"id": "r", "confusion": [[1, 2], [3, 4]]}),
    Graded(student="ada", exercise="exercise1", file="ada.py", score=20, max_score=20, seconds=0.1),
    Result(value={"films": [["tt1", 0.5]]}),
    Finished(seconds=2.0),
    Failed(message="It broke.", action="Mend it.", exit_code=1, trace="…"),
]


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=lambda event: event.event)
def test_parsing_gives_back_what_was_encoded(event: events.Event) -> None:
    assert events.parse(events.encode(event)) == event


def test_every_kind_of_event_is_tried_here() -> None:
    assert {type(event) for event in ONE_OF_EACH} == set(events.Event.__args__)


@given(st.text())
def test_an_event_is_one_line_whatever_its_text(text: str) -> None:
    line = events.encode(Notice(text=text.encode(errors="replace").decode()))
    assert "\n" not in line and "\r" not in line


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_not_finite_travels_as_valid_json(loss: float) -> None:
    line = events.encode(Epoch(run="r", epoch=1, train_loss=loss, seconds=1.0))
    json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    travelled = events.parse(line)
    assert isinstance(travelled, Epoch)
    assert str(travelled.train_loss) == str(loss)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "loading…",
        "{}",
        '{"event": "party"}',
        '{"event": "notice"}',
        '{"event": "notice", "text": "x", "y": 1}',
    ],
)
def test_anything_else_is_a_value_error(line: str) -> None:
    with pytest.raises(ValueError):
        events.parse(line)
