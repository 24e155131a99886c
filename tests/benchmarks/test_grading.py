"""The benchmark of grading runs; its peers are not installed for tests."""

import json

import pytest

from benchmarks import grading


def test_marks_walls_start_and_memory_are_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(grading, "COLD_ROUNDS", 1)
    monkeypatch.setattr(
        grading, "LEVELS", {name: grading.LEVELS[name] for name in (next(iter(grading.LEVELS)), grading.ALL)}
    )
    grading.main(["--rounds", "2", "--many", "2", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["seconds"]["warm"].keys() == grading.LEVELS.keys()
    assert found["seconds"]["cold"].keys() == {"import torch", "tfl check exercise1"}
    assert found["memory"] > 0 and found["many"]["processes"] == [3, 3]


def test_a_figure_that_is_not_reached_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    slow = {name: [1.0, 1.0] for name in grading.LEVELS}
    cold = {"import torch": [1.0], "tfl check exercise1": [1.5]}
    peers = {"tfl": [0.1], "nbgrader": [4.0], "otter": [4.0]}
    seconds = {"warm": slow, "cold": cold, "peers": peers}
    grown = {"server MiB": [100.0, 120.0], "open files": [10.0, 10.0]}
    assert not grading._print(seconds, 12.0, grown, 15, 1000)
    lines = capsys.readouterr().out.splitlines()
    marks = {line.split("  ")[0]: line[-1] for line in lines if line.endswith(("✓", "✗"))}
    assert marks == {
        "+ seccomp (all)": "✗",
        "ratio": "✓",
        "nbgrader": "✓",
        "otter": "✗",
        "Memory of a submission beyond the warm process: 12 MiB": "✓",
        "server MiB": "✗",
        "open files": "✓",
    }
