"""Zips and tars from strangers, unpacked so that nothing lands outside and nothing fills the disk.

Members are never written under their own names: each gets a numbered folder, and keeps its path only as a word.
Files are written only when they can be a submission or hold one.  Links, devices, encrypted and oversized members
are refused, each with a reason.
"""

import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

SUFFIXES = (".tar.gz", ".tar.bz2", ".tar.xz", ".zip", ".tar", ".tgz", ".tbz2", ".txz")
UNREADABLE = (".rar", ".7z", ".gz", ".xz", ".bz2", ".zst", ".zipx")  # archives that people send all the same

MAX_FILE = 10 * 2**20  # bytes of one submission: notebooks carry pictures
MAX_NESTED = 512 * 2**20  # bytes of an archive in an archive
MAX_DEPTH = 3  # archives in archives
CHUNK = 2**20


DAMAGED = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError,
)  # fmt: skip


class Exhausted(Exception):
    """An archive costs more than it may."""


class _TooLarge(Exception):
    """A member is larger than it may be."""


class Budget:
    """What one archive and all that is nested in it may still cost."""

    def __init__(self, bytes: int = 4 * 2**30, members: int = 200_000) -> None:
        self.bytes = bytes
        self.members = members


@dataclass(frozen=True)
class Member:
    """A file of an archive: written to `real`, or not taken, for a `reason` where there is one to tell."""

    path: PurePosixPath  # inside the archive
    real: Path | None = None
    modified: datetime | None = None
    reason: str = ""


class _Entry(NamedTuple):
    name: str
    size: int
    modified: datetime | None
    refused: str  # why it is not taken
    open: Callable[[], IO[bytes] | None]  # None for what is no file


def is_archive(name: str) -> bool:
    """Whether a file's name says that it is an archive that can be read."""
    return name.lower().endswith(SUFFIXES)


def stem(name: str) -> str:
    """An archive's name without its ending: the folder that its members seem to lie in."""
    return name[: -max(len(suffix) for suffix in SUFFIXES if name.lower().endswith(suffix))]


def unpack(archive: Path, into: Path, wanted: Callable[[PurePosixPath], bool], budget: Budget) -> Iterator[Member]:
    """Write the `wanted` members below `into`, an empty folder, and say of every one what became of it.

    An archive that cannot be read, or costs more than its budget, ends with a Member “.” that says so.
    """
    try:
        for number, entry in enumerate(_entries(archive, budget)):
            path = safe_path(entry.name)
            budget.members -= 1
            if budget.members < 0:
                raise Exhausted("it holds too many files")
            if path is None:
                yield Member(PurePosixPath(entry.name), reason="its path leads out of the archive")
            elif entry.refused or not wanted(path):
                yield Member(path, None, entry.modified, entry.refused)
            else:
                yield _write(entry, path, into / f"{number:06}", budget)
    except (*DAMAGED, Exhausted) as error:
        yield Member(PurePosixPath("."), reason=f"it cannot be read to its end: {error}")


def safe_path(name: str) -> PurePosixPath | None:
    """A member's name as a relative path; None when it is absolute, climbs with “..”, or is no name at all."""
    name = name.replace("\\", "/")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts or not parts or ":" in parts[0] or "\0" in name:
        return None
    return PurePosixPath(*parts)


def _write(entry: _Entry, path: PurePosixPath, folder: Path, budget: Budget) -> Member:
    """Copy a member in pieces: what it says of its size is not believed."""
    limit = MAX_NESTED if is_archive(path.name) else MAX_FILE
    if entry.size > limit:
        return Member(path, None, entry.modified, f"it is larger than {limit // 2**20} MB")
    folder.mkdir(parents=True)
    suffix = next((suffix for suffix in SUFFIXES if path.name.lower().endswith(suffix)), "")
    real = folder / f"member{suffix}"
    try:
        _copy(entry, real, limit, budget)
    except _TooLarge:
        return Member(path, None, entry.modified, f"it is larger than {limit // 2**20} MB")
    except DAMAGED as error:  # of this member: the others may be whole
        return Member(path, None, entry.modified, f"it is damaged: {error}")
    return Member(path, real, entry.modified)


def _copy(entry: _Entry, real: Path, limit: int, budget: Budget) -> None:
    written = 0
    source = entry.open()
    assert source, "links and folders are refused before"
    with source, real.open("xb") as target:
        while piece := source.read(CHUNK):
            written += len(piece)
            budget.bytes -= len(piece)
            if budget.bytes < 0:
                raise Exhausted("it unpacks to too many bytes")
            if written > limit:
                target.truncate(0)
                raise _TooLarge
            target.write(piece)


def _entries(archive: Path, budget: Budget) -> Iterator[_Entry]:
    return _zip(archive) if archive.name.lower().endswith(".zip") else _tar(archive, budget)


def _zip(archive: Path) -> Iterator[_Entry]:
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist():
            if info.is_dir():
                continue
            kind = stat.S_IFMT(info.external_attr >> 16)
            refused = "it is encrypted" if info.flag_bits & 1 else ""
            if kind not in (0, stat.S_IFREG):
                refused = "it is a link or a device"
            opening = partial(opened.open, info)
            yield _Entry(info.filename, info.file_size, _dos_time(info.date_time), refused, opening)


def _tar(archive: Path, budget: Budget) -> Iterator[_Entry]:
    with tarfile.open(archive, "r:*") as opened:
        for info in opened:
            if info.isdir():
                continue
            budget.bytes -= info.size  # passing over a member costs as much as reading it
            if budget.bytes < 0:
                raise Exhausted("it unpacks to too many bytes")
            refused = "" if info.isreg() else "it is a link or a device"
            modified = datetime.fromtimestamp(info.mtime, UTC) if 0 < info.mtime < 2**32 else None
            yield _Entry(info.name, info.size, modified, refused, partial(opened.extractfile, info))


def _dos_time(fields: tuple[int, int, int, int, int, int]) -> datetime | None:
    """A zip's date, which is in the local time of whoever packed it: taken for the local time of here."""
    try:
        return datetime(*fields).astimezone(UTC) if fields[0] > 1980 else None
    except (ValueError, OverflowError):
        return None
