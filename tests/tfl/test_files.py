"""Files that are whole or not there."""

import hashlib
import json
import os
import stat
from pathlib import Path

import pytest

from tfl import files


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    files.write_text(tmp_path / "a.txt", "naïve ✓\n")
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "naïve ✓\n"


def test_bytes_are_written_as_they_are(tmp_path: Path) -> None:
    with files.atomic(tmp_path / "a.bin", "wb") as file:
        file.write(b"\x00\xff\r\n")
    assert (tmp_path / "a.bin").read_bytes() == b"\x00\xff\r\n"


def test_json_is_indented_and_keeps_its_letters(tmp_path: Path) -> None:
    files.write_json(tmp_path / "a.json", {"wörd": [1, None]})
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert json.loads(text) == {"wörd": [1, None]}
    assert text.startswith('{\n  "wörd"') and text.endswith("}\n")


def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    files.write_text(tmp_path / "a" / "b" / "c.txt", "")
    assert (tmp_path / "a" / "b" / "c.txt").exists()


@pytest.mark.parametrize("stop", [ValueError, KeyboardInterrupt, OSError])
def test_a_write_that_stops_halfway_leaves_the_old_content_and_no_litter(
    tmp_path: Path, stop: type[BaseException]
) -> None:
    files.write_text(tmp_path / "a.txt", "old")
    with pytest.raises(stop), files.atomic(tmp_path / "a.txt") as file:
        file.write("half of the n")
        raise stop
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_the_new_content_is_not_seen_before_it_is_whole(tmp_path: Path) -> None:
    files.write_text(tmp_path / "a.txt", "old")
    with files.atomic(tmp_path / "a.txt") as file:
        file.write("new")
        file.flush()
        assert (tmp_path / "a.txt").read_text() == "old"
    assert (tmp_path / "a.txt").read_text() == "new"


def test_content_is_on_the_disk_before_it_takes_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    happened = []
    synchronise, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda file: (happened.append("fsync"), synchronise(file)))
    monkeypatch.setattr(os, "replace", lambda *paths: (happened.append("replace"), replace(*paths)))
    files.write_text(tmp_path / "a.txt", "new")
    assert happened == ["fsync", "replace"]


def test_others_may_read_the_file(tmp_path: Path) -> None:
    files.write_text(tmp_path / "a.txt", "")
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o644


def test_a_digest_is_the_checksum_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert files.digest(tmp_path / "a") == hashlib.sha256(b"abc").hexdigest()
    assert files.digest(tmp_path / "a", "md5") == hashlib.md5(b"abc").hexdigest()
