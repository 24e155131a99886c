"""The front ends start fast because they import nothing heavy."""

import subprocess
import sys
from pathlib import Path

import pytest

from tfl.course import Course

HEAVY = {"torch", "torchtext", "numpy", "scipy", "sklearn", "matplotlib", "safetensors"}


def loaded_by(code: str) -> set[str]:
    """The heavy packages that a fresh process has loaded after running `code`."""
    program = f"import sys\n{code}\nprint(*sys.modules, sep='\\n', file=sys.stderr)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return HEAVY & {name.partition(".")[0] for name in ended.stderr.split()}


@pytest.mark.parametrize(
    "module", ["cli", "cli.main", "cli.show", "cli.runs", "cli.doctor", "cli.class_", "tui", "tui.main"]
)
def test_importing_a_front_end_loads_nothing_heavy(module: str) -> None:
    assert loaded_by(f"import {module}") == set()


@pytest.mark.parametrize(
    "module",
    [
        "cli.check",
        "cli.watch",
        "cli.grade",
        "cli.list",
        "cli.hint",
        "cli.notebook",
        "cli.init",
        "cli.edit",
        "cli.diff",
        "cli.lesson",
    ],
)
def test_importing_a_learners_command_loads_nothing_heavy(module: str) -> None:
    assert loaded_by(f"import {module}") == set()


@pytest.mark.parametrize("module", ["tfl.events", "tfl.jobs", "tfl.runs", "tfl.corpora", "tfl.doctor", "tfl.lessons"])
def test_what_the_front_ends_use_of_the_engine_loads_nothing_heavy(module: str) -> None:
    assert loaded_by(f"import {module}") == set()


@pytest.mark.parametrize(
    "line",
    [
        "--help",
        "--version",
        "runs list",
        "runs --help",
        "class --help",
        "data --help",
        "train --help",
        "doctor",
        "story",
    ],
)
def test_a_light_command_loads_nothing_heavy(line: str) -> None:
    assert command_loads(line) == set()


def test_the_learners_commands_load_nothing_heavy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for line in ("init", "list", "hint 1", "solution 1 --give-up", "diff 1", "reset 1", "notebook export 1"):
        assert command_loads(line) == set()
        if line == "init":
            monkeypatch.chdir("tfl-course")


def test_a_whole_check_loads_nothing_heavy_in_the_callers_process(
    tiny_course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny_course.solutions)
    assert command_loads(f"check 1 --course {tiny_course.folder}") == set()


def command_loads(line: str) -> set[str]:
    """The heavy packages that a process has loaded after a command line."""
    code = f"sys.argv = ['tfl', *{line.split()!r}]\nfrom cli.main import main\ntry: main()\nexcept SystemExit: pass"
    return loaded_by(code)
