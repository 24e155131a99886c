"""`tfl watch`: on every save, one exercise after the other."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

import pytest

from cli import keys, watch
from cli.learner import Desk
from grader.marks import Mark, Verdict
from tfl.course import Course
from tfl.errors import GraderError
from tfl.workspace import Workspace

GOOD = "def double(x):\n    return 2 * x\n"
ALSO_GOOD = "def square(x):\n    return x * x\n"
TIMEOUT = 120.0
AGAIN = 0.5  # seconds after which a save that was not noticed is done again


class FakeGrader:
    """Marks by what stands in the source, and remembers what it was asked."""

    asked: list[str] = []  # noqa: RUF012 - made anew for each test
    started = 0

    def __init__(self, course: Course) -> None:
        self.course = course
        type(self).started += 1

    def close(self) -> None:
        pass

    def check(self, exercise: Any, submission: Any) -> Iterator[Verdict | Mark]:
        self.asked.append(submission.source)
        if "break" in submission.source:
            raise GraderError("The grader failed.", "Run it again.")
        right = "NotImplementedError" not in submission.source and "wrong" not in submission.source
        points = exercise.points if right else 0
        verdict = Verdict(
            id="right",
            title="Right",
            points=points,
            max_points=exercise.points,
            verdict="passed" if right else "failed",
        )
        yield verdict
        yield Mark(
            exercise=exercise.id,
            file=submission.file,
            checks=(verdict,),
            isolation="x",
            seconds=0,
            seed="s",
            course="1",
        )


class Script:
    """Keys as a test presses them: a key, or a function that saves a file, and is called until that is noticed."""

    there = True

    def __init__(self, steps: list[str | Callable[[], object]]) -> None:
        self.steps = steps

    def wait(self, other: int) -> str:
        step = self.steps.pop(0)
        if isinstance(step, str):
            return step
        for _ in range(int(TIMEOUT / AGAIN)):  # the watcher may just be starting, and then misses a save
            step()
            if select.select([other], [], [], AGAIN)[0]:
                return ""
        raise AssertionError("no save was noticed")


@pytest.fixture
def mine(mine: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace of the tiny course, the current folder, and a grader that needs no torch."""
    monkeypatch.setattr(watch, "Grader", FakeGrader)
    monkeypatch.setattr(FakeGrader, "asked", [])
    monkeypatch.setattr(FakeGrader, "started", 0)
    return mine


Watched = Callable[..., str]


@pytest.fixture
def watched(mine: Workspace, capsys: pytest.CaptureFixture[str]) -> Watched:
    """What is printed while these keys are pressed."""

    def run(*steps: str | Callable[[], object], exercise: int = 0) -> str:
        script = Script(list(steps))
        with watch.Watch(Desk(mine.course, mine), script, poll=False) as watching:  # type: ignore[arg-type]
            watching.run(mine.course.exercises[exercise])
        assert not script.steps
        return capsys.readouterr().out

    return run


def saves(path: Path, text: str) -> Callable[[], object]:
    """Saves it, each time a line longer, as a file that has not changed is not checked again."""
    longer = (text + "\n" * lines for lines in count())
    return lambda: path.write_text(next(longer))


def test_an_untouched_stub_is_introduced_and_not_checked(watched: Watched) -> None:
    out = watched("q")
    assert "exercise1: Doubling\n  Write double, which gives twice a number." in out
    assert "waiting for a save of exercise1_doubling.py\nc check now · n next" in out
    assert FakeGrader.asked == []


def test_what_has_been_begun_is_checked_at_once(mine: Workspace, watched: Watched) -> None:
    mine.path(mine.course.exercises[0]).write_text("wrong = 1\n")
    assert "✗ Right" in watched("q")
    assert mine.progress().exercise("exercise1").attempts == 1


def test_a_save_is_checked_and_a_pass_moves_on(mine: Workspace, watched: Watched) -> None:
    out = watched(saves(mine.path(mine.course.exercises[0]), GOOD), "q")
    assert "✓ Right" in out and "On to exercise2." in out
    assert "exercise2: Squaring" in out
    assert mine.progress().exercise("exercise1").passed


def test_c_checks_now_although_nothing_was_saved(watched: Watched) -> None:
    assert "✗ Right" in watched("c", "q")


def test_n_goes_to_the_next_and_round(mine: Workspace, watched: Watched) -> None:
    out = watched("n", "n", "q")
    assert [line for line in out.split("\n") if line.startswith("exercise")] == [
        "exercise1: Doubling", "exercise2: Squaring", "exercise1: Doubling",
    ]  # fmt: skip


def test_h_shows_one_more_hint(mine: Workspace, watched: Watched) -> None:
    out = watched("h", "h", "q")
    assert "Hint 1 of 2" in out and "Hint 2 of 2" in out


def test_finished_work_is_not_checked_again(mine: Workspace, watched: Watched) -> None:
    first = mine.course.exercises[0]
    mine.path(first).write_text(GOOD)
    watched("q")
    assert len(FakeGrader.asked) == 1
    out = watched("q")
    assert "✓ exercise1 has passed, and has not changed since." in out and "On to exercise2" in out
    assert len(FakeGrader.asked) == 1


def test_the_end_is_reached_when_all_have_passed(mine: Workspace, watched: Watched) -> None:
    for exercise, source in zip(mine.course.exercises, (GOOD, ALSO_GOOD), strict=True):
        mine.path(exercise).write_text(source)
    assert "All exercises are passed." in watched()


def test_a_file_that_cannot_be_read_is_told_and_waited_for(mine: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    mine.path(mine.course.exercises[0]).write_text("def double(:\n")
    with watch.Watch(Desk(mine.course, mine), Script(["q"]), poll=False) as watching:  # type: ignore[arg-type]
        watching.run(mine.course.exercises[0])
    out, err = capsys.readouterr()
    assert "exercise1_doubling.py, line 1" in err and "waiting for a save" in out


def test_a_grader_that_broke_is_replaced(mine: Workspace, watched: Watched) -> None:
    mine.path(mine.course.exercises[0]).write_text("# break\n")
    watched("q")
    assert FakeGrader.started == 2


def test_keys_are_single_and_arrows_mean_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    import pty

    reading, _ = os.pipe()
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "r+b", buffering=0) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        monkeypatch.setattr(sys, "stdout", terminal)
        with keys.Keys() as found:
            assert found.there
            os.write(ours, b"\x1b[AH\x1bOPq")
            assert [found.wait(reading), found.wait(reading)] == ["h", "q"]
    os.close(ours)


def test_without_a_terminal_there_are_no_keys() -> None:
    assert not keys.Keys().there


# ------------------------------------------------------------------------------------------------ the real grader


@pytest.mark.slow
def test_without_a_terminal_saves_are_checked_and_plain_lines_printed(mine: Workspace) -> None:
    code = "import sys; sys.argv = ['tfl', 'watch']; from cli.main import main; main()"
    lines: Queue[str] = Queue()
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        Thread(target=lambda: [lines.put(line) for line in process.stdout or ()], daemon=True).start()
        try:
            _until(lines, "waiting for a save of exercise1")
            new = mine.folder / ".exercise1.swp"
            new.write_text(GOOD)
            os.replace(new, mine.path(mine.course.exercises[0]))  # as vim saves
            _until(lines, "5 of 5 points")
            _until(lines, "waiting for a save of exercise2")
            mine.path(mine.course.exercises[1]).write_text(ALSO_GOOD)
            _until(lines, "All exercises are passed.")
            assert process.wait(TIMEOUT) == 0
        finally:
            process.kill()  # or a test that fails would wait for it
    assert json.loads((mine.folder / "progress.json").read_text())["exercises"]["exercise2"]["best"]["passed"]


def _until(lines: "Queue[str]", wanted: str) -> None:
    seen = []
    try:
        while wanted not in (line := lines.get(timeout=TIMEOUT)):
            seen.append(line)
            assert "\x1b" not in line
    except Empty:
        raise AssertionError(f"“{wanted}” did not come; there was: {''.join(seen)}") from None
