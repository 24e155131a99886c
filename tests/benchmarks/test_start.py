"""The benchmark of the start runs."""

import json

import pytest

from benchmarks import start


def test_both_waits_are_measured_on_the_sample(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start, "HELP_ROUNDS", 1)
    monkeypatch.setattr(start, "CACHE_ROUNDS", 1)
    assert start.main(["--corpus", "sample", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["about"]["corpus"] == "sample (synthetic) reviews"
    assert set(report["ratios"]) == {"tfl --help / import typer", "tokenizing anew / second start"}
    assert all(ratio > 0 for ratio in report["ratios"].values())


def test_a_corpus_that_is_not_here_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert start.main(["--corpus", "real"]) == 1
    assert "is not in" in capsys.readouterr().err
