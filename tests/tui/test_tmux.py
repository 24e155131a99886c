"""The real commands in a real terminal: a learner's first exercise, from `tfl init` to the next day."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tfl import course as courses
from tfl import lessons
from tfl.lessons import Question

TMUX = shutil.which("tmux")
COMMANDS = Path(sys.executable).parent  # where `tfl` and `tfl-tui` are installed
PATIENCE = 60.0  # seconds until waiting for something is given up
EXERCISE = "exercise1"
SHELL = "env -u COLUMNS -u LINES PS1='$ ' sh"  # the size is the terminal's, not what some program has set

with_tmux = pytest.mark.skipif(not TMUX, reason="tmux is not installed; .ci/run installs it")


class Terminal:
    """A shell in a detached tmux."""

    def __init__(self, socket: Path, folder: Path, columns: int, lines: int) -> None:
        self.socket = socket
        self.tmux("new-session", "-d", "-x", f"{columns}", "-y", f"{lines}", "-c", str(folder), SHELL)

    def tmux(self, *arguments: str) -> str:
        assert TMUX
        # -f: whatever settings the person who runs this has made for tmux
        command = [TMUX, "-u", "-S", str(self.socket), "-f", "/dev/null", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def keys(self, *keys: str) -> None:
        self.tmux("send-keys", *keys)

    def line(self, text: str) -> None:
        """Type a command and run it."""
        self.tmux("send-keys", "-l", text)
        self.keys("Enter")

    def screen(self) -> str:
        return self.tmux("capture-pane", "-p")

    def until(self, condition: Callable[[str], object]) -> str:
        """Wait until the screen shows it."""
        end = time.monotonic() + PATIENCE
        while not condition(shown := self.screen()):
            assert time.monotonic() < end, f"it never came to that; the terminal shows:\n{shown}"
            time.sleep(0.1)
        return shown

    def shows(self, text: str) -> str:
        return self.until(lambda screen: text in screen)

    def modes(self) -> str:
        """Whether the alternate screen is on, the cursor is seen, and the mouse is listened to."""
        return self.tmux("display-message", "-p", "#{alternate_on} #{cursor_flag} #{mouse_any_flag}").strip()


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What `tfl init` makes."""
    monkeypatch.setenv("TFL_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("PATH", f"{COMMANDS}{os.pathsep}{os.environ['PATH']}")
    subprocess.run([COMMANDS / "tfl", "init", "course"], check=True, capture_output=True, cwd=tmp_path)
    return tmp_path / "course"


@pytest.fixture
def terminal(request: pytest.FixtureRequest, tmp_path: Path, workspace: Path) -> Iterator[Terminal]:
    """A shell in the workspace, 80×24 unless asked for another size."""
    started = Terminal(tmp_path / "tmux", workspace, *getattr(request, "param", (80, 24)))
    yield started
    started.tmux("kill-server")


def progress(workspace: Path) -> dict[str, Any]:
    file = workspace / "progress.json"
    return json.loads(file.read_text()) if file.exists() else {}


def a_question() -> tuple[int, int, Question]:
    """Stage and step, counted from 1, of the first question of the exercise's lesson that asks for one answer."""
    course = courses.load()
    stage = course.stage_of(course.exercise(EXERCISE))
    for number, step in enumerate(lessons.load(course)[stage.number - 1].steps, start=1):
        if step.questions and step.questions[0].kind == "single":
            return stage.number, number, step.questions[0]
    raise AssertionError("the lesson asks nothing")


def plain(text: str) -> str:
    """Letters and digits alone, since a terminal breaks lines."""
    return re.sub(r"\W+", "", text)


@with_tmux
def test_a_learner_passes_an_exercise_answers_a_question_and_finds_both_the_next_day(
    terminal: Terminal, workspace: Path
) -> None:
    course = courses.load()
    exercise = course.exercise(EXERCISE)
    stage, step, question = a_question()

    terminal.line("echo before the app; tfl-tui; echo left with $?")
    terminal.shows("goes on with")  # the map
    terminal.until(lambda screen: terminal.modes().startswith("1 "))
    for _ in range(stage - 1):
        terminal.keys("Down")
    terminal.shows(f"Stage {stage}")
    terminal.keys("x")
    terminal.shows("Save the file to have it checked")
    shutil.copy(course.solution(exercise), workspace / exercise.file)  # as an editor would
    terminal.shows(f"All {len(exercise.checks)} checks passed")
    assert f"✓ {exercise.points} of {exercise.points} points" in terminal.screen()

    terminal.keys("l")
    for number in range(1, step + 1):
        terminal.shows(f"{number} of ")
        terminal.keys(*["Right"] * (number < step))
    terminal.shows(f"{step} of ")
    right = next(place for place, answer in enumerate(question.answers) if answer.right)
    terminal.keys("Tab", "Home", *["Down"] * right, "Enter")
    explained = plain(question.answers[right].why)[:30]
    terminal.until(lambda screen: explained in plain(screen))

    terminal.keys("q")
    terminal.until(lambda screen: "left with 0" in screen and "before the app" in screen)
    assert terminal.modes() == "0 1 0", "the terminal is not as it was"
    kept = progress(workspace)
    assert kept["exercises"][EXERCISE]["best"]["passed"]
    assert [answer["right"] for answer in kept["answers"].values()] == [True]

    terminal.line("clear; tfl-tui")
    terminal.shows(f"{exercise.points} of {sum(one.points for one in course.exercises)} points")
    terminal.keys("q")
    terminal.until(lambda screen: "goes on with" not in screen)


@with_tmux
@pytest.mark.parametrize("terminal", [(70, 20)], indirect=True)
def test_a_terminal_that_is_too_small_is_told_so(terminal: Terminal) -> None:
    terminal.line("tfl-tui")
    terminal.shows("tfl-tui needs 80×24 or more")
    terminal.tmux("resize-window", "-x", "80", "-y", "24")
    terminal.shows("goes on with")
    terminal.keys("q")
    terminal.until(lambda screen: terminal.modes() == "0 1 0")


def test_without_a_terminal_the_command_says_one_sentence_and_ends_as_a_wrong_use(workspace: Path) -> None:
    ended = subprocess.run(
        [COMMANDS / "tfl-tui"], cwd=workspace, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert "needs a terminal" in ended.stderr
