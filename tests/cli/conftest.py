"""What the commands' tests share: a command line run in this process, and a workspace of the tiny course."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from cli import main as cli
from tfl import workspace
from tfl.course import Course, Exercise
from tfl.events import Event, Finished
from tfl.workspace import Workspace

Tfl = Callable[..., tuple[str, str]]


class Line:
    """Runs command lines in this process: `code`, `out` and `err` of the last one."""

    command: tuple[str, ...] = ()  # with which each of them begins

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys

    def __call__(self, *arguments: object) -> Self:
        self.monkeypatch.setattr(sys, "argv", ["tfl", *self.command, *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        self.code = int(ended.value.code or 0)
        self.out, self.err = self.capsys.readouterr()
        return self


class JobLine(Line):
    """Runs command lines whose job answers as a test tells it; keeps what it was asked for.

    A subclass says what it answers, and patches the `run_job` of the modules that it is about.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *modules: Any) -> None:
        super().__init__(monkeypatch, capsys)
        self.job = ""
        self.request: dict[str, Any] = {}
        self.ending: Event = Finished(seconds=1)
        for module in modules:
            monkeypatch.setattr(module, "run_job", self.run_job)

    def run_job(self, name: str, request: dict[str, Any]) -> Iterator[Event]:
        """In place of `tfl.jobs.run_job`."""
        self.job, self.request = name, request
        yield from self.answer()
        yield self.ending

    def answer(self) -> Iterator[Event]:
        """What the job says before it ends."""
        raise NotImplementedError


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Line:
    """Command lines whose exit code a test looks at by itself."""
    return Line(monkeypatch, capsys)


@pytest.fixture
def tfl(line: Line) -> Tfl:
    """Runs a command line that must end with `code`; its output and errors."""

    def run(*arguments: object, code: int = 0) -> tuple[str, str]:
        line(*arguments)
        assert line.code == code, (line.out, line.err)
        return line.out, line.err

    return run


@pytest.fixture
def mine(tmp_path: Path, tiny_course: Course, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace of the tiny course, and the current folder."""
    made, _ = workspace.create(tmp_path / "mine", tiny_course)
    monkeypatch.chdir(made.folder)
    return made


@pytest.fixture
def first(tiny_course: Course) -> Exercise:
    return tiny_course.exercises[0]
