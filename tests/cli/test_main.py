"""The frame of `tfl`: help, exit codes, and how errors are told."""

import json
import os
import re
import subprocess
import sys

import pytest
import typer

from cli import main as cli
from tests.cli.conftest import Line
from tfl import __version__
from tfl.errors import TflError, UsageError

TFL = [sys.executable, "-c", "from cli.main import main; main()"]
SHOWS_A_TRACE = re.compile("Traceback|^  File", re.MULTILINE)


@pytest.fixture
def tfl(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> "Tfl":
    return Tfl(monkeypatch, capsys)


class Tfl(Line):
    """Also with a command of a test's own."""

    def with_command(self, body: object) -> "Tfl":
        """`tfl try` runs `body`."""
        app = typer.Typer(add_completion=False)

        @app.command()
        def attempt() -> None:
            assert callable(body)
            body()

        module = type(sys)("cli.attempt")
        module.app = app  # type: ignore[attr-defined]
        self.monkeypatch.setitem(sys.modules, "cli.attempt", module)
        self.monkeypatch.setitem(cli.COMMANDS, "try", ("cli.attempt", "Try it."))
        return self


def raises(error: BaseException) -> object:
    def body() -> None:
        raise error

    return body


def test_the_help_lists_every_command_and_the_exit_codes(tfl: Tfl) -> None:
    shown = tfl("--help").out
    assert tfl.code == 0
    assert all(re.search(rf"^  {name}  ", shown, re.MULTILINE) for name in cli.COMMANDS)
    assert all(re.search(rf"^    {code}  ", shown, re.MULTILINE) for code in (0, 1, 2, 3, 130))


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_listed_command_is_there_and_has_examples(tfl: Tfl, name: str) -> None:
    if name in ("class", "course", "data", "notebook", "runs"):  # their own commands have them
        assert "Commands:" in tfl(name, "--help").out
    else:
        assert "Examples:" in tfl(name, "--help").out
    assert tfl.code == 0
    assert "--install-completion" not in tfl.out


@pytest.mark.parametrize("group", [(), ("class",), ("course",), ("data",), ("notebook",), ("runs",)])
def test_what_a_command_does_is_told_in_one_whole_line(tfl: Tfl, group: tuple[str, ...]) -> None:
    _, _, listed = tfl(*group, "--help").out.partition("Commands:\n")
    assert listed and "..." not in listed.partition("\n\n")[0]


def test_the_version(tfl: Tfl) -> None:
    assert tfl("--version").out == f"tfl {__version__}\n"


def test_a_command_that_ends_well_has_exit_code_0(tfl: Tfl) -> None:
    assert tfl.with_command(lambda: None)("try").code == 0


def test_a_failure_is_told_in_one_line_on_standard_error(tfl: Tfl) -> None:
    tfl.with_command(raises(TflError("The corpus [imdb] is missing.", "Fetch it with `tfl data fetch`.")))("try")
    assert (tfl.code, tfl.out) == (1, "")
    assert tfl.err == "✗ The corpus [imdb] is missing. Fetch it with `tfl data fetch`.\n"


def test_wrong_use_has_exit_code_2(tfl: Tfl) -> None:
    assert tfl.with_command(raises(UsageError("There is no such layer.")))("try").code == 2
    assert tfl("--colour").code == 2
    assert tfl().code == 2


def test_a_misspelt_command_names_the_nearest(tfl: Tfl) -> None:
    tfl("rums")
    assert tfl.code == 2
    assert "runs" in tfl.err


def test_ctrl_c_has_exit_code_130(tfl: Tfl) -> None:
    tfl.with_command(raises(KeyboardInterrupt()))("try")
    assert tfl.code == 130
    assert not SHOWS_A_TRACE.search(tfl.err)


def test_an_unexpected_error_is_one_line_that_points_to_debug(tfl: Tfl) -> None:
    tfl.with_command(raises(ZeroDivisionError("division by zero")))("try")
    assert tfl.code == 1
    assert tfl.err.count("\n") == 1
    assert "ZeroDivisionError" in tfl.err and "--debug" in tfl.err


@pytest.mark.parametrize("line", [("--debug", "try"), ("try", "--debug")])
def test_debug_shows_where_an_error_arose_wherever_it_stands(tfl: Tfl, line: tuple[str, ...]) -> None:
    tfl.with_command(raises(ZeroDivisionError("division by zero")))(*line)
    assert tfl.code == 1
    assert SHOWS_A_TRACE.search(tfl.err) and "division by zero" in tfl.err


# --- as a process


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*TFL, *arguments],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | settings,
        check=False,
    )


def test_a_reader_that_goes_away_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as nowhere:
        ended = subprocess.run([*TFL, "--help"], stdout=nowhere, stderr=subprocess.PIPE, check=False)
    assert ended.stderr == b""


def test_output_that_no_terminal_reads_has_no_escape_sequences() -> None:
    assert "\x1b" not in run("doctor").stdout


def test_a_terminal_without_unicode_gets_an_answer_too() -> None:
    ended = run("doctor", PYTHONIOENCODING="ascii")
    assert "? Python" in ended.stdout
    assert "UnicodeEncodeError" not in ended.stderr


def test_the_doctor_speaks_json() -> None:
    findings = json.loads(run("doctor", "--json").stdout)
    assert {"name", "state", "detail", "action"} == set(findings[0])


def test_the_shell_completes_commands() -> None:
    ended = run(_TFL_COMPLETE="complete_bash", COMP_WORDS="tfl do", COMP_CWORD="1")
    assert "doctor" in ended.stdout


def test_the_shell_completes_exercises() -> None:
    ended = run(_TFL_COMPLETE="complete_bash", COMP_WORDS="tfl check exercise", COMP_CWORD="2")
    assert ended.stdout.split() == [f"exercise{number}" for number in range(1, 8)]
