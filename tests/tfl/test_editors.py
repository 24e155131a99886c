"""Which command opens a file, and at which line."""

from pathlib import Path

import pytest

from tfl import editors
from tfl.errors import UsageError

FILE = Path("exercise1.py")


@pytest.fixture(autouse=True)
def everything_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{Path(name).name}")
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ("vim", ["vim", "+7", "exercise1.py"]),
        ("/opt/bin/nano -w", ["/opt/bin/nano", "-w", "+7", "exercise1.py"]),
        ("code --wait", ["code", "--wait", "-r", "-g", "exercise1.py:7"]),
        ("hx", ["hx", "exercise1.py:7"]),
        ("'my editor'", ["my editor", "exercise1.py"]),
    ],
)
def test_known_editors_open_at_the_line(chosen: str, words: list[str]) -> None:
    assert editors.command(FILE, 7, chosen) == words


def test_without_a_line_there_is_just_the_file() -> None:
    assert editors.command(FILE, None, "vim") == ["vim", "exercise1.py"]
    assert editors.command(FILE, None, "code") == ["code", "-r", "-g", "exercise1.py"]


def test_visual_goes_before_editor_and_both_before_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert editors.command(FILE)[0] == "code"
    monkeypatch.setenv("EDITOR", "nano")
    assert editors.command(FILE)[0] == "nano"
    monkeypatch.setenv("VISUAL", "vim")
    assert editors.command(FILE)[0] == "vim"
    assert editors.command(FILE, chosen="emacs")[0] == "emacs"


def test_no_editor_at_all_is_wrong_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(UsageError, match="VISUAL"):
        editors.command(FILE)
    with pytest.raises(UsageError, match="not installed"):
        editors.command(FILE, chosen="vim")


def test_whether_an_editor_draws_in_the_terminal() -> None:
    assert editors.takes_the_terminal(["vim", "x"])
    assert not editors.takes_the_terminal(["/usr/bin/code", "-r", "-g", "x"])
    assert editors.takes_the_terminal(["code", "--wait", "x"])


def test_where_a_failure_arose() -> None:
    assert editors.failed_at(("line 3, in f: g()", "line 9, in g: 1 / 0")) == 9
    assert editors.failed_at(()) is None


def test_where_something_is_to_be_written() -> None:
    stub = 'x = "raise NotImplementedError"\n\ndef f():\n    raise NotImplementedError("Write f.")\n'
    stub += "\ndef g():\n    raise NotImplementedError\n"
    assert editors.to_write(stub) == 4
    assert editors.to_write("x = 1\n") is None
    assert editors.to_write("x = 1\ny = (\n") == 2
    assert editors.to_write("\0") is None
