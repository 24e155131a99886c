"""How `tfl-tui` starts."""

import subprocess
import sys

import pytest

START = [sys.executable, "-c", "from tui.main import main; main()"]
HEAVY = {"torch", "torchtext", "numpy", "scipy", "sklearn", "matplotlib", "safetensors"}


@pytest.mark.parametrize("module", ["tui.main", "tui.app", "tui.screens.train"])
def test_nothing_heavy_is_imported_before_there_is_something_to_draw(module: str) -> None:
    program = f"import sys, {module}; print(*sys.modules, sep='\\n')"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert HEAVY & {name.partition(".")[0] for name in ended.stdout.split()} == set()


def test_the_first_picture_does_without_a_reader_of_markdown() -> None:
    program = "import sys, tui.app; print(*sys.modules, sep='\\n')"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert {"markdown_it", "tui.prose"} & set(ended.stdout.split()) == set()


def test_without_a_terminal_one_sentence_points_to_the_commands() -> None:
    ended = subprocess.run(START, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    assert "needs a terminal" in ended.stderr and "`tfl train`" in ended.stderr


def test_help_needs_no_terminal() -> None:
    ended = subprocess.run([*START, "--help"], capture_output=True, text=True)
    assert ended.returncode == 0
    assert "--runs-dir" in ended.stdout
