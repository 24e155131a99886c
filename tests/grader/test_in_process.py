"""Checks without walls, for a learner's own debugger."""

import os
import pty
from pathlib import Path

import pytest

from grader import in_process
from grader.marks import Mark, Verdict
from grader.submission import read
from tfl.course import Course
from tfl.errors import TflError

pytestmark = pytest.mark.slow  # each starts a process that loads torch


def checked(course: Course, path: Path, source: str) -> tuple[list[Verdict], Mark]:
    path.write_text(source)
    exercise = course.exercises[0]
    *verdicts, mark = in_process.check(course, exercise, read(path, exercise), path, "s1")
    assert isinstance(mark, Mark)
    return [verdict for verdict in verdicts if isinstance(verdict, Verdict)], mark


def test_verdicts_come_as_from_the_sandbox(tiny_course: Course, tmp_path: Path) -> None:
    source = "import sys\ndef double(x):\n    return 2 * x if x else sys.exit(3)\n"
    verdicts, mark = checked(tiny_course, tmp_path / "my.py", source)
    assert [verdict.verdict for verdict in verdicts] == ["passed", "error", "passed"]
    assert verdicts[1].message.startswith("SystemExit: 3.  It ended the program")
    assert mark.checks == tuple(verdicts)
    assert (mark.seed, mark.isolation, mark.file) == ("s1", in_process.ISOLATION, "my.py")


@pytest.mark.parametrize("ending", ["os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_code_that_ends_the_process_gets_no_mark(ending: str, tiny_course: Course, tmp_path: Path) -> None:
    with pytest.raises(TflError, match="ended by itself"):
        checked(tiny_course, tmp_path / "my.py", f"import os, sys\n{ending}\n")


def test_a_breakpoint_has_the_terminal_and_knows_the_file(
    tiny_course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = pty.openpty()
    before = [os.dup(0), os.dup(1)]
    try:
        os.dup2(theirs, 0)
        os.dup2(theirs, 1)
        os.write(ours, b"p 'x is ' + str(x)\nc\n")
        _, mark = checked(
            tiny_course, tmp_path / "my.py", "def double(x):\n    if not x:\n        breakpoint()\n    return 2 * x\n"
        )
    finally:
        os.dup2(before[0], 0)
        os.dup2(before[1], 1)
    shown = os.read(ours, 65536).decode()
    assert mark.passed
    assert f"{tmp_path / 'my.py'}(4)double()" in shown.replace("\r\n", "") and "'x is 0'" in shown
