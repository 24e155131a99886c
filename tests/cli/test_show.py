"""How events look where no terminal is, and on one."""

import io
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli import show
from tfl.events import (
    Epoch,
    Event,
    Failed,
    Finished,
    Notice,
    Progress,
    Result,
    RunFinished,
    Stage,
    Started,
    Step,
    encode,
)

RUN = "full-sample-s0-1a2b3c"
RECORD: dict[str, Any] = {
    "id": RUN,
    "strategy": "full",
    "pair": "sample",
    "corpus": "sample (synthetic) reviews",
    "seed": 0,
    "state": "finished",
    "best_epoch": 1,
    "epochs_run": 2,
    "seconds": 65.0,
    "test": {"loss": 0.3, "accuracy": 0.875},
    "test_interval": (0.86, 0.89),
}
TRAINING: list[Event] = [
    Started(job="train", title="Full fine-tuning of [bold] words"),
    Stage(name="tokenizing", detail="sample (synthetic) reviews"),
    *[Progress(stage="tokenizing", done=done, total=100, unit="texts") for done in range(0, 101, 5)],
    *[
        Step(run=RUN, epoch=1, step=step, steps=8, loss=0.7, examples_per_second=1234.5, seconds_left=90.0)
        for step in range(9)
    ],
    Epoch(run=RUN, epoch=1, train_loss=0.51, train_accuracy=0.76, seconds=3.0),
    Epoch(run=RUN, epoch=2, train_loss=0.41, validation_loss=0.45, validation_accuracy=0.8, seconds=3.0),
    Notice(text="The cache was damaged and is made again."),
    RunFinished(run=RUN, record=RECORD),
    Result(value={"films": 3}),
    Finished(seconds=70.0),
]
HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
FAILURE: list[Event] = [
    Started(job="train", title="Training"),
    Failed(message="It broke.", action="Mend it."),
]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def on_terminal(events: Iterable[Event], **settings: str) -> str:
    """What `follow` writes to a terminal, escape sequences and all."""
    screen = Terminal()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", screen)
        for name, value in ({"TERM": "xterm-256color"} | settings).items():
            patch.setenv(name, value)
        with suppress(BrokenPipeError):
            show.follow(events)
    return screen.getvalue()


def test_a_job_that_finishes_has_exit_code_0() -> None:
    assert show.follow(TRAINING) == 0


@pytest.mark.parametrize("code", [1, 2, 130])
def test_a_job_that_fails_has_the_exit_code_it_tells(code: int) -> None:
    assert show.follow([Failed(message="It broke.", exit_code=code)]) == code


def test_events_that_just_end_are_a_failure() -> None:
    assert show.follow([Started(job="train", title="Training")]) == 1


def test_a_failure_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    show.follow(FAILURE)
    out, err = capsys.readouterr()
    assert err == "✗ It broke. Mend it.\n"
    assert "broke" not in out


@pytest.mark.parametrize(("debug", "shown"), [("", False), ("1", True)])
def test_a_trace_is_shown_under_debug_only(
    debug: str, shown: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TFL_DEBUG", debug)
    show.follow([Failed(message="It broke.", trace='  File "x.py", line 3')])
    assert ("line 3" in capsys.readouterr().err) is shown


def test_as_json_every_event_is_a_line_and_nothing_else_is_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert show.follow([*TRAINING, *FAILURE], json=True) == 1
    out, err = capsys.readouterr()
    assert out.splitlines() == [encode(event) for event in [*TRAINING, *FAILURE]]
    assert all(json.loads(line)["event"] for line in out.splitlines())
    assert err == ""


def test_quietly_only_notices_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    show.follow(TRAINING, quiet=True)
    assert capsys.readouterr().out == "! The cache was damaged and is made again.\n"


def test_under_torchrun_only_the_first_process_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RANK", "1")
    assert show.follow([Finished(seconds=0)]) == 0
    assert show.follow([Finished(seconds=0)], json=True) == 0
    assert capsys.readouterr().out == ""


def test_the_result_is_handed_over_once_the_job_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    results: list[dict[str, Any]] = []
    show.follow(TRAINING, show_result=results.append)
    assert results == [{"films": 3}]


def test_a_result_of_a_job_that_then_failed_is_not_shown() -> None:
    results: list[dict[str, Any]] = []
    show.follow([Result(value={"films": 3}), *FAILURE], show_result=results.append)
    assert results == []


def test_without_a_terminal_there_are_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    show.follow(TRAINING)
    assert capsys.readouterr().out.splitlines() == [
        "Full fine-tuning of [bold] words",
        "▸ tokenizing: sample (synthetic) reviews",
        "  tokenizing: 25 %  25/100 texts",
        "  tokenizing: 50 %  50/100 texts",
        "  tokenizing: 75 %  75/100 texts",
        "  tokenizing: 100 %  100/100 texts",
        *[f"  {RUN} epoch 1: {percent} %  loss 0.7000 · 1,234 ex/s · 1 min 30 s left" for percent in (25, 50, 75, 100)],
        RUN,
        "epoch   train loss  accuracy   validation loss  accuracy   seconds",
        "    1       0.5100     0.760                 –         –       3.0",
        "    2       0.4100         –            0.4500     0.800       3.0",
        "! The cache was damaged and is made again.",
        f"✓ {RUN} on sample (synthetic) reviews: test accuracy 0.875 (95 %: 0.860 to 0.890), "
        "best epoch 1 of 2, 1 min 05 s",
        "Done in 1 min 10 s.",
    ]


def test_on_a_terminal_a_bar_shows_how_far_the_work_has_come() -> None:
    assert "━" in on_terminal(TRAINING)


def test_on_a_terminal_the_bar_is_wiped_away_at_the_end() -> None:
    assert "\x1b[2K" in on_terminal(TRAINING).rpartition("━")[2]


def test_no_color_is_respected() -> None:
    colour = re.compile(r"\x1b\[[\d;]*\b(3\d|9\d)\b[\d;]*m")
    assert colour.search(on_terminal(TRAINING))
    assert not colour.search(on_terminal(TRAINING, NO_COLOR="1"))


def test_a_terminal_that_cannot_redraw_gets_plain_lines() -> None:
    shown = on_terminal(TRAINING, TERM="dumb")
    assert "tokenizing: 50 %" in shown and "━" not in shown


def test_the_cursor_comes_back_when_the_events_break_off() -> None:
    def breaking() -> Iterator[Event]:
        yield from TRAINING[:5]
        raise BrokenPipeError

    shown = on_terminal(breaking())
    assert shown.rfind(SHOW_CURSOR) > shown.rfind(HIDE_CURSOR) >= 0


def test_a_table_cuts_nothing_off_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show.table(["run", "accuracy"], [("x" * 90, 0.5), ("[bold]", None)], right=["accuracy"])
    out = capsys.readouterr().out
    assert "x" * 90 in out and "[bold]" in out and "–" in out


def test_without_a_terminal_a_row_is_one_line_without_blanks_at_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    show.table(["run", "note"], [("a", "word " * 100 + "end"), ("b", "")])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[1].endswith("end") and lines[2] == "b"


COLUMNS = ["run", "corpus", *(f"figure {number}" for number in range(6))]
CELLS = [["full-sample-s0-1a2b3c", "sample (synthetic)", *"123456"], ["b", "IMDB", *"123456"]]


@given(width=st.integers(40, 140), keys=st.integers(1, 2))
def test_a_table_wider_than_the_terminal_comes_in_pieces_that_fit(width: int, keys: int) -> None:
    parts = list(show.pieces(COLUMNS, CELLS, width, keys))
    widths = [max(map(len, column)) for column in zip(COLUMNS, *CELLS, strict=True)]
    assert [place for part in parts for place in part[keys:]] == list(range(keys, len(COLUMNS)))
    assert all(list(part[:keys]) == list(range(keys)) for part in parts)
    assert all(
        sum(widths[place] + show.GAP for place in part) - show.GAP <= width for part in parts if len(part) > keys + 1
    )


def test_a_table_that_fits_or_has_no_keys_comes_in_one_piece() -> None:
    whole = [range(len(COLUMNS))]
    assert list(show.pieces(COLUMNS, CELLS, 200, 1)) == whole
    assert list(show.pieces(COLUMNS, CELLS, 20, 0)) == whole


@pytest.mark.parametrize(("rate", "shown"), [(1234.0, "1,234 texts/s"), (1.0, "1 texts/s"), (0.05, "3.0 texts/min")])
def test_a_slow_rate_is_told_by_the_minute(rate: float, shown: str) -> None:
    event = Progress(stage="x", done=1, total=2, unit="texts", rate=rate)
    assert show._figures(event).endswith(shown)
