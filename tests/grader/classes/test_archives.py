"""Archives from strangers: what is taken, and that nothing lands outside or fills the disk."""

import io
import os
import stat
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classes import archives
from grader.classes.archives import Budget, Member, safe_path, unpack

OUTSIDE = (
    "/etc/passwd",
    "../x.py",
    "a/../../x.py",
    "..\\x.py",
    "C:\\x.py",
    "c:x.py",
    "\\\\host\\x.py",
    "a\0b.py",
    "",
    ".",
)


def zipped(path: Path, files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, members: list[tuple[tarfile.TarInfo, bytes]], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for info, content in members:
            info.size = len(content) if info.isreg() else 0
            archive.addfile(info, io.BytesIO(content))
    return path


def unpacked(archive: Path, budget: Budget | None = None) -> list[Member]:
    into = archive.parent / "into"
    into.mkdir()
    return list(unpack(archive, into, lambda path: path.suffix in (".py", ".zip"), budget or Budget()))


def taken(members: list[Member]) -> dict[str, bytes]:
    return {str(member.path): member.real.read_bytes() for member in members if member.real}


def reasons(members: list[Member]) -> dict[str, str]:
    return {str(member.path): member.reason for member in members if not member.real}


def test_a_zip_gives_the_wanted_files_and_names_the_others(tmp_path: Path) -> None:
    found = unpacked(zipped(tmp_path / "a.zip", {"ada/x.py": b"1", "ada/y.pdf": b"2", "ada/": b""}))
    assert taken(found) == {"ada/x.py": b"1"}
    assert reasons(found) == {"ada/y.pdf": ""}


@pytest.mark.parametrize("ending,mode", [(".tar", "w"), (".tar.gz", "w:gz"), (".tgz", "w:gz"), (".tar.xz", "w:xz")])
def test_a_tar_of_each_kind_gives_its_files_with_their_dates(tmp_path: Path, ending: str, mode: str) -> None:
    info = tarfile.TarInfo("ada/x.py")
    info.mtime = 1_700_000_000
    (found,) = unpacked(tarred(tmp_path / f"a{ending}", [(info, b"1")], mode))
    assert found.real and found.real.read_bytes() == b"1"
    assert found.modified and found.modified.timestamp() == 1_700_000_000


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_path_that_leads_outside_is_no_path(name: str) -> None:
    assert safe_path(name) is None


@given(st.text())
def test_a_safe_path_never_leaves_its_folder(name: str) -> None:
    if path := safe_path(name):
        assert not path.is_absolute() and ".." not in path.parts
        assert os.path.normpath(Path("/base") / path).startswith("/base/")


def test_a_member_that_leads_outside_is_refused_and_the_others_are_taken(tmp_path: Path) -> None:
    found = unpacked(zipped(tmp_path / "a.zip", {"../evil.py": b"1", "/evil.py": b"2", "good.py": b"3"}))
    assert taken(found) == {"good.py": b"3"}
    assert len([reason for reason in reasons(found).values() if "out of the archive" in reason]) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "into"]


def test_links_and_devices_in_a_tar_are_refused(tmp_path: Path) -> None:
    members = []
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
        info = tarfile.TarInfo(f"{kind.decode()}.py")
        info.type, info.linkname = kind, "/etc/passwd"
        members.append((info, b""))
    found = unpacked(tarred(tmp_path / "a.tar.gz", members))
    assert taken(found) == {}
    assert set(reasons(found).values()) == {"it is a link or a device"}


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        info = zipfile.ZipInfo("link.py")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert reasons(unpacked(tmp_path / "a.zip")) == {"link.py": "it is a link or a device"}


def test_an_encrypted_member_is_named(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"x.py": b"1", "y.py": b"2"}, zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag in the central directory, of the first member
    path.write_bytes(content)
    found = unpacked(path)
    assert reasons(found) == {"x.py": "it is encrypted"}
    assert taken(found) == {"y.py": b"2"}


def test_a_large_member_is_refused_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_FILE", 2**20)
    found = unpacked(zipped(tmp_path / "a.zip", {"bomb.py": b"0" * (2**20 + 1), "x.py": b"1"}))
    assert "larger than 1 MB" in reasons(found)["bomb.py"]
    assert taken(found) == {"x.py": b"1"}


def test_a_member_that_lies_about_its_size_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_FILE", 1000)
    path = zipped(tmp_path / "a.zip", {"bomb.py": b"0" * 5000})
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(content)
    found = unpacked(path)
    assert taken(found) == {} or len(taken(found)["bomb.py"]) <= 1000


def test_an_archive_that_unpacks_to_too_much_is_stopped(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {f"{number}.py": b"0" * 1000 for number in range(10)})
    found = unpacked(path, Budget(bytes=3500))
    assert len(taken(found)) == 3
    assert "too many bytes" in reasons(found)["."]


def test_an_archive_with_too_many_files_is_stopped(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {f"{number}.py": b"0" for number in range(10)})
    found = unpacked(path, Budget(members=4))
    assert len(taken(found)) == 4
    assert "too many files" in reasons(found)["."]


def test_a_tar_of_unwanted_bulk_is_stopped_too(tmp_path: Path) -> None:
    path = tarred(tmp_path / "a.tar.gz", [(tarfile.TarInfo("bulk.bin"), b"0" * 5000)])
    assert "too many bytes" in reasons(unpacked(path, Budget(bytes=1000)))["."]


def test_a_damaged_member_costs_only_itself(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"x.py": b"first file", "y.py": b"second file"}, zipfile.ZIP_STORED)
    content = path.read_bytes().replace(b"first file", b"f1rst file")
    path.write_bytes(content)
    found = unpacked(path)
    assert "damaged" in reasons(found)["x.py"]
    assert taken(found) == {"y.py": b"second file"}


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.tar"])
def test_a_file_that_is_no_archive_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"this is no archive" * 100)
    assert "cannot be read" in reasons(unpacked(tmp_path / name))["."]


def test_an_archive_that_is_cut_off_gives_what_is_there(tmp_path: Path) -> None:
    members = [(tarfile.TarInfo(f"{number}.py"), os.urandom(20_000)) for number in range(5)]
    path = tarred(tmp_path / "a.tar.gz", members)
    path.write_bytes(path.read_bytes()[:60_000])
    found = unpacked(path)
    assert 1 <= len(taken(found)) < 5
    assert any("cannot be read" in reason or "damaged" in reason for reason in reasons(found).values())


def test_equal_names_are_both_there(tmp_path: Path) -> None:
    path = tarred(tmp_path / "a.tar", [(tarfile.TarInfo("x.py"), b"1"), (tarfile.TarInfo("x.py"), b"2")], "w")
    contents = [member.real.read_bytes() for member in unpacked(path) if member.real]
    assert contents == [b"1", b"2"]


def test_the_name_of_an_archive_without_its_ending() -> None:
    assert archives.stem("ada.tar.gz") == "ada"
    assert archives.stem("Ada Work.ZIP") == "Ada Work"
    assert not archives.is_archive("x.py")
    assert PurePosixPath(archives.stem("a/b.zip")).name == "b"
