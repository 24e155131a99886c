"""The front ends start fast because they import nothing heavy."""

import subprocess
import sys

import pytest

HEAVY = {"torch", "torchtext", "numpy", "scipy", "sklearn", "matplotlib", "safetensors"}


def loaded_by(code: str) -> set[str]:
    """The heavy packages that a fresh process has loaded after running `code`."""
    program = f"import sys\n{code}\nprint(*sys.modules, sep='\\n', file=sys.stderr)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return HEAVY & {name.partition(".")[0] for name in ended.stderr.split()}


@pytest.mark.parametrize("module", ["cli", "cli.main", "cli.show", "cli.runs", "cli.doctor", "tui", "tui.main"])
def test_importing_a_front_end_loads_nothing_heavy(module: str) -> None:
    assert loaded_by(f"import {module}") == set()


@pytest.mark.parametrize("module", ["tfl.events", "tfl.jobs", "tfl.runs", "tfl.corpora", "tfl.doctor"])
def test_what_the_front_ends_use_of_the_engine_loads_nothing_heavy(module: str) -> None:
    assert loaded_by(f"import {module}") == set()


@pytest.mark.parametrize(
    "line", ["--help", "--version", "runs list", "runs --help", "data --help", "train --help", "doctor"]
)
def test_a_light_command_loads_nothing_heavy(line: str) -> None:
    code = f"sys.argv = ['tfl', *{line.split()!r}]\nfrom cli.main import main\ntry: main()\nexcept SystemExit: pass"
    assert loaded_by(code) == set()
