"""Reading what a learner hands in: everything readable is accepted, everything else is one clear sentence."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import submission
from grader.submission import Submission, read
from tfl import course as courses
from tfl.course import Exercise
from tfl.errors import EXIT_USAGE, SubmissionError

GOOD = "x = 'ä'\n"


@pytest.fixture(scope="module")
def exercise1() -> Exercise:
    return courses.load().exercise("exercise1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "exercise1.py"


def refused(path: Path, exercise: Exercise) -> str:
    """Why a file cannot be read."""
    with pytest.raises(SubmissionError) as caught:
        read(path, exercise)
    assert caught.value.exit_code == EXIT_USAGE
    assert caught.value.action
    return str(caught.value)


# ---------------------------------------------------------------------------------------------------- accepted


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode(),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.encode("utf-16"),
        GOOD.encode("utf-32"),
        b"\xfe\xff" + GOOD.encode("utf-16-be"),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r").encode(),
    ],
)
def test_common_encodings_and_line_ends_are_read(content: bytes, path: Path, exercise1: Exercise) -> None:
    path.write_bytes(content)
    assert read(path, exercise1) == Submission("exercise1.py", GOOD)


def test_a_declared_encoding_is_followed(path: Path, exercise1: Exercise) -> None:
    path.write_bytes(b"#!/usr/bin/python\n# -*- coding: latin-1 -*-\n" + GOOD.encode("latin-1"))
    assert read(path, exercise1).source.endswith(GOOD)


@pytest.mark.parametrize("name", ["exercise1.txt", "exercise1.py.txt", "exercise1", "exercise1.py~", "exercise1.PY2"])
def test_python_under_another_name_is_read_with_a_note(name: str, tmp_path: Path, exercise1: Exercise) -> None:
    (tmp_path / name).write_text(GOOD)
    found = read(tmp_path / name, exercise1)
    assert found.source == GOOD
    assert found.notes == (f"{name} was read as Python although its name does not end in .py.",)


def test_a_notebook_under_another_name_is_read_with_a_note(tmp_path: Path, exercise1: Exercise) -> None:
    cell = '{"cell_type": "code", "source": "class PositionalEncoding: pass"}'
    (tmp_path / "lab.json").write_text(f'{{ "cells": [{cell}], "nbformat": 4}}')
    found = read(tmp_path / "lab.json", exercise1)
    assert "PositionalEncoding" in found.source
    assert found.notes[0] == "lab.json holds a notebook; it was read as one."


def test_tabs_odd_escapes_and_form_feeds_are_python(path: Path, exercise1: Exercise) -> None:
    path.write_text('def f():\n\treturn "\\d" is 1\n\x0cx = 1\n')
    assert read(path, exercise1).notes == ()


def test_a_file_of_just_the_largest_size_is_read(path: Path, exercise1: Exercise) -> None:
    path.write_text("#" * (submission.LARGEST - 7) + "\nx = 1\n")
    assert read(path, exercise1)


# ----------------------------------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"x = 1\0", "null bytes"),
        (GOOD.encode("utf-16-le"), "null bytes"),
        (b"\x00\x01\x02", "null bytes"),
        (b"x = 1\ny = '\xe9'", r"not written in UTF-8: line 2 has the byte 0xe9"),
        (b"# coding: ascii\n\nx = '\xe9'", r"not written in ASCII: line 3"),
        (b"# coding: nonsense\nx = 1", "unknown encoding: nonsense"),
        (b"# coding: rot13\nx = 1", "not a text encoding"),
        (b"# coding: unicode_escape\nx = '\\ud800'", "surrogates"),
        (b"PK\x03\x04....", "a ZIP archive or an office document"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x89PNG\r\n", "a picture"),
        (b"\n<!doctype html><p>", "a web page"),
        (b"#" * 1_000_001, "larger than 1 MB"),
        (b"-" * 300_000 + b"1", "nested too deeply"),
        (b"a" + b".b" * 300_000, "nested too deeply"),
        (b"(" * 1000, "too many nested parentheses"),
        (b"if 1:\n\tx = 1\n        y = 2\n", "tabs and spaces"),
        (b"return 1", "'return' outside function"),
        (b"x = \x1b[31m", "U\\+001B"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(content: bytes, reason: str, path: Path, exercise1: Exercise) -> None:
    path.write_bytes(content)
    told = refused(path, exercise1)
    assert re.search(reason, told), told
    assert told.startswith("exercise1.py")
    assert "\x1b" not in told and "\0" not in told


def test_a_file_that_is_missing(tmp_path: Path, exercise1: Exercise) -> None:
    assert "does not exist" in refused(tmp_path / "nowhere.py", exercise1)


def test_a_folder(tmp_path: Path, exercise1: Exercise) -> None:
    assert "is a folder" in refused(tmp_path, exercise1)


def test_a_pipe_is_not_waited_for(tmp_path: Path, exercise1: Exercise) -> None:
    os.mkfifo(tmp_path / "exercise1.py")
    assert "no ordinary file" in refused(tmp_path / "exercise1.py", exercise1)


def test_a_file_that_never_ends(exercise1: Exercise) -> None:
    assert "no ordinary file" in refused(Path("/dev/zero"), exercise1)


def test_a_name_cannot_steer_the_terminal(tmp_path: Path, exercise1: Exercise) -> None:
    (tmp_path / "a\x1b[2Jb\n.py").write_text("x = ")
    assert refused(tmp_path / "a\x1b[2Jb\n.py", exercise1).startswith("a␛[2Jb .py, line 1")
    assert "␛" in refused(tmp_path / "\x1b.py", exercise1)


def test_the_faulty_line_is_shown_with_a_caret(path: Path, exercise1: Exercise) -> None:
    path.write_text("x = 1\ndef f(a b):\n    pass\n")
    lines = refused(path, exercise1).split("\n")
    assert lines[0].startswith("exercise1.py, line 2: invalid syntax.")
    assert lines[1] == "  2 │ def f(a b):"
    assert lines[2].index("^") == lines[1].index("b)")  # where Python points


def test_the_caret_stands_right_behind_tabs_and_in_long_lines(path: Path, exercise1: Exercise) -> None:
    path.write_text("def f():\n\tx = = 1\n")
    shown, caret = refused(path, exercise1).split("\n")[1:]
    assert shown[caret.index("^")] == "=" and shown[caret.index("^") - 2] == "="
    path.write_text(f"x = [{'1, ' * 200}] ]")
    shown, caret = refused(path, exercise1).split("\n")[1:]
    assert len(shown) < 120
    assert shown[caret.index("^")] == "]"


def test_reading_executes_nothing(path: Path, tmp_path: Path, exercise1: Exercise) -> None:
    path.write_text(f"open({str(tmp_path / 'trace')!r}, 'w')\n")
    read(path, exercise1)
    assert not (tmp_path / "trace").exists()


@given(content=st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(
    content: bytes, exercise1: Exercise, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("any") / "exercise1.py"
    path.write_bytes(content)
    try:
        found = read(path, exercise1)
    except SubmissionError as error:
        assert error.message and error.action
    else:
        compile(found.source, "x", "exec")


# ------------------------------------------------------------------------- Python that was written out of a notebook

CLASS = "import math\n\n\nclass PositionalEncoding:\n    base = math.e\n"
COLAB = (
    '"""Lab.ipynb\n\nAutomatically generated by Colab.\n"""\n!pip install torchtext\nfrom google.colab import drive\n'
)
SCRIPT = "# In[1]:\n\nget_ipython().run_line_magic('matplotlib', 'inline')\nimport torchtext\n"


@pytest.mark.parametrize("before", [COLAB, SCRIPT, "%matplotlib inline\n", "!pip install torch\n"])
def test_what_is_asked_for_is_taken_from_a_script_and_keeps_its_lines(
    before: str, path: Path, exercise1: Exercise
) -> None:
    path.write_text(f"{before}{CLASS}train(PositionalEncoding)\n")
    found = read(path, exercise1)
    assert found.source.strip("\n") == CLASS.strip("\n")
    assert found.source.index("class") == len("\n" * before.count("\n") + CLASS[: CLASS.index("class")])
    assert found.notes == (
        "exercise1.py was written out of a notebook: what exercise1 asks for was taken from it, with what that needs.",
    )


def test_plain_python_is_taken_whole(path: Path, exercise1: Exercise) -> None:
    path.write_text(f"{CLASS}# %% a cell for an editor\nx = 10 % 3\n")
    assert read(path, exercise1).source == path.read_text() and read(path, exercise1).notes == ()


def test_python_under_a_notebooks_name_is_read_as_python(tmp_path: Path, exercise1: Exercise) -> None:
    (tmp_path / "lab.ipynb").write_text(CLASS)
    assert read(tmp_path / "lab.ipynb", exercise1).source == CLASS


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("<<<<<<< HEAD", "the mark of a merge conflict"),
        (">>> x = 1", "copied from a console"),
        ("```python", "a fence of Markdown"),
    ],
)
def test_a_line_from_elsewhere_is_named(line: str, kind: str, path: Path, exercise1: Exercise) -> None:
    path.write_text(f"x = 1\n{line}\n")
    assert kind in refused(path, exercise1)
