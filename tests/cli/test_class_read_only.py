"""`tfl class` over results that can be read but not written: what only reads works, the rest says why it does not."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from grader.classes import tables
from grader.classes.gradebook import FILE
from grader.sandbox import landlock
from tests.cli.conftest import Line
from tests.grader.classes.conftest import RIGHT, WRONG, FakeGrader, put, small_course

# Landlock keeps the administrator, too, from writing: tests often run as one.
RUN = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from grader.sandbox import landlock
if landlock.is_there():
    landlock.put_up([Path("/")], [Path(sys.argv[1]), Path("/dev/null")])
from cli.main import main
told = []
for command in json.load(sys.stdin):
    out, err = (io.TextIOWrapper(io.BytesIO(), write_through=True) for _ in range(2))
    sys.argv = ["tfl", "class", *command]
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
    told.append([code, *(stream.buffer.getvalue().decode() for stream in (out, err))])
print(json.dumps(told))
"""


class Told(NamedTuple):
    """What came of a command."""

    code: int
    out: str
    err: str


def run(free: Path, *commands: list[object]) -> list[Told]:
    """Run command lines in a process that may write below `free` alone."""
    if os.geteuid() == 0 and not landlock.is_there():
        pytest.skip("nothing keeps an administrator from writing here")
    ran = subprocess.run(
        [sys.executable, "-c", RUN, str(free)],
        input=json.dumps([list(map(str, command)) for command in commands]),
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"TMPDIR": str(free), "MPLCONFIGDIR": str(free), "COLUMNS": "200"},
    )
    assert ran.returncode == 0, ran.stderr
    return [Told(*told) for told in json.loads(ran.stdout)]


@pytest.fixture
def free(tmp_path: Path) -> Path:
    """Where may be written."""
    (tmp_path / "free").mkdir()
    return tmp_path / "free"


@pytest.fixture
def results(tmp_path: Path, line: Line, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A graded class in a folder that cannot be written."""
    monkeypatch.setattr("grader.classes.pool.warm", lambda at, exercises, weak: FakeGrader(at))
    course = small_course(tmp_path / "course")
    put(tmp_path / "in", {"ada/exercise1.py": RIGHT, "eve/exercise1.py": WRONG})
    folder = tmp_path / "results"
    assert line("class", "grade", tmp_path / "in", "--out", folder, "--course", course.folder).code == 0
    closed(folder)
    return folder


def closed(folder: Path) -> None:
    """Take away the right to write, as far as that has a meaning for this user."""
    for path in folder.iterdir():
        path.chmod(0o555 if path.is_dir() else 0o444)
    folder.chmod(0o555)


def test_what_only_reads_works_and_the_rest_is_one_sentence(results: Path, free: Path) -> None:
    before = {path: path.read_bytes() for path in results.rglob("*") if path.is_file()}
    marks, table, report, pages, alike, points, again, more = run(
        free,
        ["marks", results],
        ["export", results, "--out", free / "marks.csv"],
        ["report", results],
        ["report", results, "--out", free / "report"],
        ["similar", results, "--out", free / "similar"],
        ["adjust", results, "ada", "--exercise", "1", "--points", "1", "--reason", "x"],
        ["regrade", results],
        ["grade", results.parent / "in", "--out", results, "--resume"],
    )
    assert marks.code == 0 and "ada" in marks.out
    assert table.code == 0 and "ada" in (free / "marks.csv").read_text()
    assert pages.code == 0 and "ada" in (free / "report" / "class.html").read_text()
    assert alike.code == 0
    assert report.code == 2 and f"{results / 'report'} cannot be written: Permission denied." in report.err
    assert "--out" in report.err
    for refused in (points, again, more):
        assert refused.code == 1
        assert "can be read here, but not written." in refused.err + refused.out
        assert "Copy its whole folder" in refused.err + refused.out
    assert {path: path.read_bytes() for path in results.rglob("*") if path.is_file()} == before
    assert not list(free.glob("tfl-gradebook-*")), "its copy was left behind"


def test_one_that_an_older_tfl_wrote_and_a_killed_one_left_is_read(results: Path, free: Path) -> None:
    results.chmod(0o755)
    (results / FILE).chmod(0o644)
    older = sqlite3.connect(results / FILE, isolation_level=None)
    older.execute("ALTER TABLE grading DROP COLUMN remarks")
    older.execute(f"PRAGMA user_version = {len(tables.STEPS) - 1}")
    kept = {name: (results / name).read_bytes() for name in (FILE, f"{FILE}-wal")}  # while the journal is not merged
    older.close()
    for name, content in kept.items():
        (results / name).write_bytes(content)
    assert kept[f"{FILE}-wal"]
    closed(results)
    (marks,) = run(free, ["marks", results])
    assert marks.code == 0 and "ada" in marks.out, marks.err


def test_a_damaged_one_is_one_sentence(results: Path, free: Path) -> None:
    (results / FILE).chmod(0o644)
    content = (results / FILE).read_bytes()
    (results / FILE).write_bytes(content[:8192] + bytes(len(content) - 8192))
    closed(results)
    (marks,) = run(free, ["marks", results])
    assert marks.code == 1 and "is damaged" in marks.err and "Restore a copy" in marks.err
