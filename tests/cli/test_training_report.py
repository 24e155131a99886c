"""The printed result of a training with a learner's code."""

import pytest

from cli import training_report
from grader.training.report import Report, Row, Share


def report(**changes: object) -> Report:
    rows = [
        Row(name="at once", whose="reference", seconds=2.0, test=Share.of(700, 1000), figures={"padding": 0.25}),
        Row(name="mine", whose="yours", seconds=3.5, test=Share.of(800, 1000), parameters_trainable=1234),
    ]
    fields = {
        "exercise": "exercise4",
        "title": "one and the other",
        "corpus": "sample (synthetic)",
        "size": "100 reviews",
        "claim": "The one is better.",
        "shown": True,
        "finding": "The one reaches 0.800.",
        "rows": rows,
        "plots": ["runs/graded/comparison.png"],
        "chart": ["   a   chart"],
        "seconds": 12.3,
        "device": "CPU",
        "isolation": "landlock+seccomp",
        "folder": "runs/graded",
        "notes": ["a note \x1b[31m"],
    }
    return Report.model_validate({**fields, **changes})


def printed(capsys: pytest.CaptureFixture[str], found: Report) -> str:
    training_report.print_report(found.model_dump(mode="json"))
    return capsys.readouterr().out


def test_the_table_names_yours_and_gives_each_number_with_its_interval(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, report())
    assert "yours: mine" in text and "0.800 ± 0.025" in text and "1,234" in text and "0.250" in text
    assert "sample (synthetic)" in text and "12.3 s" in text and "landlock+seccomp" in text


def test_columns_that_say_nothing_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, report())
    assert "validation" not in text and "epochs" not in text


def test_a_claim_that_was_not_shown_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert "✓ Shown: The one" in printed(capsys, report())
    assert "Not shown: The one" in printed(capsys, report(shown=False))


def test_charts_keep_their_columns_and_notes_lose_their_escapes(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, report())
    assert "   a   chart" in text and "\x1b[31m" not in text
