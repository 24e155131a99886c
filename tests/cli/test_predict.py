"""`tfl predict`: where texts come from, and how the answer is shown."""

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from cli import predict
from tests.cli.conftest import JobLine
from tfl.events import Event, Failed, Result
from tfl.printable import printable

RUN = "full-sample-s0-1a2b3c"


def word(text: str, effect: float, known: bool = True) -> dict[str, Any]:
    return {"word": text, "known": known, "effect": effect}


def judged(text: str, **facts: Any) -> dict[str, Any]:
    """What the job says of a text."""
    defaults = {"label": "positive", "probability": 0.9, "log_odds": 2.2, "tokens": 3, "read": 3, "words": []}
    return {"text": text, **defaults, **facts}


class Predict(JobLine):
    """Runs `tfl predict` with a job that answers as it is told, and with what stands on standard input."""

    command = ("predict",)

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        super().__init__(monkeypatch, capsys, predict)
        self.answers: list[dict[str, Any]] = [judged("Good.")]

    def answer(self) -> Iterator[Event]:
        assert self.job == "predict"
        yield Result(value={"run": RUN, "corpus": "sample (synthetic)", "texts": self.answers})

    def __call__(self, *arguments: object, stdin: bytes | None = None) -> Self:
        given = io.TextIOWrapper(io.BytesIO(stdin or b""))
        self.monkeypatch.setattr(given, "isatty", lambda: stdin is None, raising=False)
        self.monkeypatch.setattr(sys, "stdin", given)
        return super().__call__(*arguments)


@pytest.fixture
def tfl(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Predict:
    return Predict(monkeypatch, capsys)


# --- where texts come from


def test_the_argument_is_one_text(tfl: Predict) -> None:
    assert tfl("Good.\nVery good.").code == 0
    assert tfl.request == {"texts": ["Good.\nVery good."], "run": None, "runs_dir": ""}


def test_a_file_holds_one_text_a_line(tfl: Predict, tmp_path: Path) -> None:
    file = tmp_path / "reviews.txt"
    file.write_bytes("\ufeffGut.\r\n\n  \nSchön\u2028hier.\n".encode())
    assert tfl("--file", str(file), "--run", "full", "--runs-dir", "elsewhere").code == 0
    assert tfl.request == {"texts": ["Gut.", "Schön\u2028hier."], "run": "full", "runs_dir": "elsewhere"}


@pytest.mark.parametrize("arguments", [(), ("-",), ("--file", "-")])
def test_standard_input_too_holds_one_text_a_line(tfl: Predict, arguments: tuple[str, ...]) -> None:
    assert tfl(*arguments, stdin=b"Good.\nDull.\n").code == 0
    assert tfl.request["texts"] == ["Good.", "Dull."]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"\x89PNG\x00\x01", "is not text"),
        ("Gut.".encode("utf-16"), "is not text"),
        (b"Good.\nCaf\xe9.", "is not UTF-8 in line 2"),
    ],
)
def test_a_file_that_holds_no_text_is_refused(tfl: Predict, tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "reviews.txt"
    file.write_bytes(content)
    assert tfl("--file", str(file)).code == 2
    assert f"reviews.txt {said}" in tfl.err
    assert tfl.err.count("\n") == 1
    assert tfl("--file", "-", stdin=content).code == 2
    assert f"Standard input {said}" in tfl.err


@pytest.mark.parametrize("name", ["absent.txt", "."])
def test_a_file_that_cannot_be_read_is_refused(tfl: Predict, name: str) -> None:
    assert tfl("--file", name).code == 2
    assert "cannot be read" in tfl.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "There is no text."),
        (("",), "is empty"),
        (("Caf\udce9",), "not UTF-8"),
        (("Good.", "--file", "reviews.txt"), "Give one of them."),
    ],
)
def test_a_request_without_one_clear_text_is_wrong_use(tfl: Predict, arguments: tuple[str, ...], said: str) -> None:
    assert tfl(*arguments).code == 2
    assert said in tfl.err
    assert tfl.request == {}


# --- how the answer is shown


def test_an_answer_shows_verdict_probability_and_the_words_for_and_against(tfl: Predict) -> None:
    words = [word("dull", -1.5), word("good", 0.25), word("fine", 2), word("zorblax", 0, known=False)]
    tfl.answers = [judged("dull good fine zorblax", words=[*words, word("the", -0.001)])]
    assert tfl("…").code == 0
    assert tfl.out.splitlines() == [
        f"{RUN}, trained on sample (synthetic)",
        "",
        "positive, probability of positive 0.900:",
        "  dull good fine zorblax",
        "  for      fine +2.00  good +0.25",
        "  against  dull -1.50",
        "  unknown  zorblax",
    ]


def test_only_the_strongest_words_are_shown(tfl: Predict) -> None:
    tfl.answers = [judged("…", words=[word(f"w{i}", i) for i in range(-20, 20)])]
    tfl("…")
    assert "for      w19 +19.00" in tfl.out and "against  w-20 -20.00" in tfl.out
    assert "w5 " not in tfl.out


def test_a_text_that_was_cut_says_so(tfl: Predict) -> None:
    tfl.answers = [judged("word " * 300, tokens=300, read=256)]
    tfl("…")
    assert "256 of 300" in tfl.out
    assert max(map(len, tfl.out.splitlines())) < 110


def test_every_text_of_a_file_is_answered(tfl: Predict) -> None:
    tfl.answers = [judged("Good."), judged("Dull.", label="negative", probability=0.1)]
    assert tfl(stdin=b"Good.\nDull.").code == 0
    assert "positive 0.900:\n  Good." in tfl.out and "negative, probability of positive 0.100:\n  Dull." in tfl.out


def test_json_is_one_document(tfl: Predict) -> None:
    assert tfl("Good.", "--json").code == 0
    assert json.loads(tfl.out) == {"run": RUN, "corpus": "sample (synthetic)", "texts": [judged("Good.")]}


def test_what_a_terminal_would_obey_is_shown_as_symbols(tfl: Predict) -> None:
    evil = "\x1b[31mred\x07 \u202eback\x9b2J"
    tfl.answers = [judged(evil, words=[word(evil, 1.0), word("\x1b]0;x", 0, known=False)])]
    tfl(evil)
    assert not set("\x1b\x07\u202e\x9b") & set(tfl.out)
    assert "␛[31mred␇ �back�2J" in tfl.out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\tb\n c", "a b c"),
        ("naïve – “日本” 👩\u200d🚀", "naïve – “日本” 👩\u200d🚀"),
        ("[bold]x[/]", "[bold]x[/]"),
    ],
)
def test_harmless_text_stays_as_it_is_on_one_line(text: str, expected: str) -> None:
    assert printable(text) == expected


def test_a_failure_has_its_own_exit_code(tfl: Predict) -> None:
    tfl.ending = Failed(message="There is no finished run.", action="Train one.", exit_code=1)
    assert tfl("Good.").code == 1
    assert tfl.err == "✗ There is no finished run. Train one.\n"
    assert tfl.out == ""
