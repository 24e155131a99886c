"""Progress is one file that survives crashes, other processes, damage and new versions."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfl import progress
from tfl.errors import WorkspaceError

COUNTING = """
import sys
from pathlib import Path
from tfl import progress
for _ in range(int(sys.argv[2])):
    with progress.changed(Path(sys.argv[1])) as kept:
        kept.exercise("exercise1").attempts += 1
        kept.settings[sys.argv[3]] = kept.settings.get(sys.argv[3], 0) + 1
"""


def test_a_new_folder_has_an_empty_progress_and_no_file(tmp_path: Path) -> None:
    assert progress.read(tmp_path) == progress.Progress()
    assert list(tmp_path.iterdir()) == []


def test_what_was_changed_is_read_again(tmp_path: Path) -> None:
    with progress.changed(tmp_path) as kept:
        kept.exercise("exercise1").hints = 2
    assert progress.read(tmp_path).exercises["exercise1"].hints == 2


def test_the_file_is_small_and_readable(tmp_path: Path) -> None:
    with progress.changed(tmp_path) as kept:
        kept.exercise("exercise1").hints = 2
    text = (tmp_path / progress.FILE).read_text()
    assert text.startswith("{\n") and text.endswith("}\n")
    assert json.loads(text)["exercises"] == {"exercise1": {"attempts": 0, "hints": 2}}


def test_an_error_inside_the_change_changes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), progress.changed(tmp_path) as kept:
        kept.exercise("exercise1").hints = 2
        _ = 1 / 0
    assert progress.read(tmp_path).exercises == {}


def test_two_processes_lose_nothing_of_each_other(tmp_path: Path) -> None:
    workers = [
        subprocess.Popen([sys.executable, "-c", COUNTING, str(tmp_path), "40", name]) for name in ("left", "right")
    ]
    assert [worker.wait(60) for worker in workers] == [0, 0]
    kept = progress.read(tmp_path)
    assert kept.exercises["exercise1"].attempts == 80
    assert kept.settings == {"left": 40, "right": 40}
    assert not list(tmp_path.glob("*.part"))


DAMAGED = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'{"version": "1"}',
    b'{"version": 0}',
    b'{"version": true}',
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"version": 1, "exercises": []}',
    b'{"version": 1, "exercises": {"exercise1": {"hints": "many"}}}',
]


@pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_file_is_set_aside_and_said_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / progress.FILE).write_bytes(content)
    found = progress.read(tmp_path)
    assert "damaged" in found.notice and "progress.damaged-1.json" in found.notice
    assert "\n" not in found.notice
    assert (tmp_path / "progress.damaged-1.json").read_bytes() == content
    assert progress.read(tmp_path).notice == ""


@given(content=st.binary(max_size=200))
def test_whatever_the_file_holds_it_is_read_or_set_aside(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / progress.FILE).write_bytes(content)
    assert progress.read(folder).notice


def test_a_second_damaged_file_does_not_replace_the_first(tmp_path: Path) -> None:
    for content in (b"first", b"second"):
        (tmp_path / progress.FILE).write_bytes(content)
        progress.read(tmp_path)
    assert (tmp_path / "progress.damaged-1.json").read_bytes() == b"first"
    assert (tmp_path / "progress.damaged-2.json").read_bytes() == b"second"


def test_a_change_to_a_damaged_file_says_so_too(tmp_path: Path) -> None:
    (tmp_path / progress.FILE).write_bytes(b"broken")
    with progress.changed(tmp_path) as kept:
        kept.exercise("exercise1").hints = 1
    assert kept.notice
    assert progress.read(tmp_path).exercises["exercise1"].hints == 1


def test_what_a_newer_tfl_has_added_stays_in_the_file(tmp_path: Path) -> None:
    added: dict[str, Any] = {
        "version": 1,
        "streak": 7,
        "exercises": {"exercise1": {"hints": 1, "mood": "good"}},
    }
    (tmp_path / progress.FILE).write_text(json.dumps(added))
    with progress.changed(tmp_path) as kept:
        kept.exercise("exercise1").hints = 2
    text = json.loads((tmp_path / progress.FILE).read_text())
    assert text["streak"] == 7 and text["exercises"]["exercise1"]["mood"] == "good"


def test_an_older_file_is_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Version 1 is the first; so a version 2 is invented whose hints have another name."""

    def renamed(data: dict[str, Any]) -> dict[str, Any]:
        for exercise in data["exercises"].values():
            exercise["hints"] = exercise.pop("tips")
        return data

    (tmp_path / progress.FILE).write_text('{"version": 1, "exercises": {"exercise1": {"tips": 2}}}')
    monkeypatch.setattr(progress, "VERSION", 2)
    monkeypatch.setitem(progress.MIGRATIONS, 1, renamed)
    assert progress.read(tmp_path).exercises["exercise1"].hints == 2
    with progress.changed(tmp_path):
        pass
    assert json.loads((tmp_path / progress.FILE).read_text())["version"] == 2


def test_a_file_of_the_first_days_is_read_whole(tmp_path: Path) -> None:
    """Written by tfl as it was in commit 9c2e30d, before attempts had the line of their first failure."""
    shutil.copy(Path(__file__).with_name("progress_of_the_first_days.json"), tmp_path / progress.FILE)
    found = progress.read(tmp_path)
    assert not found.notice and found.exercise("exercise1").passed
    last = found.exercise("exercise1").last
    assert last and (last.score, last.line) == (2, None)
    assert found.exercise("exercise2").given_up and found.answers["why-places"].answer == [1, 2]
    before = json.loads((tmp_path / progress.FILE).read_text())
    with progress.changed(tmp_path):
        pass
    assert json.loads((tmp_path / progress.FILE).read_text()) == before


def test_there_is_a_migration_for_every_older_version() -> None:
    assert sorted(progress.MIGRATIONS) == list(range(1, progress.VERSION))


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / progress.FILE).write_text('{"version": 99}')
    with pytest.raises(WorkspaceError, match=r"newer tfl.*upgrade"):
        progress.read(tmp_path)
    with pytest.raises(WorkspaceError), progress.changed(tmp_path):
        pass
    assert (tmp_path / progress.FILE).read_text() == '{"version": 99}'


def test_a_folder_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="cannot be written"), progress.changed(tmp_path / "gone"):
        pass
