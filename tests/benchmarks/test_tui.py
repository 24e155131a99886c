"""The benchmark of the app: in a real terminal, a few keys long."""

import json
import sys
from pathlib import Path

import pytest

from benchmarks import tui
from benchmarks.terminal import Terminal


def test_the_app_is_started_pressed_and_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, few in {"PAINTS": 1, "KEYS": 4, "SAVES": 2, "IDLE": 0.1, "PAUSE": 0.1}.items():
        monkeypatch.setattr(tui, name, few)
    monkeypatch.setattr(sys, "argv", ["tui", "--json"])
    assert tui.main() == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    assert figures.keys() >= tui.WANTED.keys()
    assert all(figure >= 0 for figure in figures.values())
    assert figures["first paint"] <= figures["map filled in"]


def test_a_figure_that_is_not_reached_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    assert not tui.report({"first paint": 0.6, "lesson step, median": 0.1, "hello world, first paint": 0.2})
    slow, quick, other = capsys.readouterr().out.splitlines()
    assert slow.endswith("✗") and quick.endswith("✓") and other.endswith("s")


def test_what_never_comes_is_told_with_what_came(tmp_path: Path) -> None:
    with Terminal([sys.executable, "-c", "print('\x1b[1mhel\x1b[0mlo')"], tmp_path, {}) as terminal:
        assert terminal.shows("hello") > 0
        with pytest.raises(RuntimeError, match="“good-bye” never came; drawn was:\nhello"):
            terminal.shows("good-bye")
