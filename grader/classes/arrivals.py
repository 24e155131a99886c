"""What has arrived: every file below a folder or in an archive, archives in it opened.

Nothing is dropped silently: a file is an arrival, or it is among the `oddities` with the reason, or it is counted
in `passed_over` with others of its kind (caches, `.git`, …).
"""

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from grader.classes import archives
from tfl.errors import UsageError

SOURCES = (".py", ".ipynb", ".py.txt", ".ipynb.txt", ".ipynb.json")  # browsers add the second endings
TIMESTAMP = "timestamp.txt"  # nbgrader notes the time of submission in it

NOISE = {  # folders and files that machines leave behind
    ".git", ".github", ".hg", ".svn", ".idea", ".vscode", ".ipynb_checkpoints", ".mypy_cache", ".pytest_cache",
    ".ruff_cache", ".venv", "__MACOSX", "__pycache__", "node_modules", "site-packages", "venv",
    ".DS_Store", "Thumbs.db", "desktop.ini", ".gitignore", ".gitattributes", ".gitkeep",
}  # fmt: skip


@dataclass(frozen=True)
class Arrival:
    """A file that may be a submission."""

    path: PurePosixPath  # where it lies in what was handed in; archives count as folders
    real: Path
    modified: datetime | None
    archived: bool  # its date stands in an archive; else it is the file's own, which copying changes


@dataclass(frozen=True)
class Oddity:
    """A file that nothing could be made of, and why."""

    path: str
    reason: str


@dataclass
class Arrivals:
    """Everything that lay in the folder or the archive."""

    files: list[Arrival] = field(default_factory=list)
    stamps: dict[PurePosixPath, str] = field(default_factory=dict)  # folder → content of its timestamp.txt
    clones: set[PurePosixPath] = field(default_factory=set)  # folders with a `.git` in them
    oddities: list[Oddity] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)


def collect(submissions: Path, scratch: Path) -> Arrivals:
    """Everything in `submissions`, a folder or an archive; archives are unpacked below `scratch`.

    Raises UsageError when `submissions` is neither.
    """
    arrivals = Arrivals()
    if submissions.is_dir():
        root = PurePosixPath("submitted") if submissions.resolve().name == "submitted" else PurePosixPath()
        for path, real in _walk(submissions, root, arrivals):
            if real.is_symlink() or not real.is_file():
                arrivals.oddities.append(Oddity(str(path), "it is a link or a device, and not followed"))
            else:
                modified = datetime.fromtimestamp(real.stat().st_mtime, UTC)
                _take(Arrival(path, real, modified, archived=False), arrivals, scratch, archives.Budget(), 0)
    elif submissions.is_file() and archives.is_archive(submissions.name):
        _open(submissions, PurePosixPath(), submissions.name, arrivals, scratch, archives.Budget(), 0)
    elif submissions.exists():
        kinds = ", ".join(archives.SUFFIXES)
        raise UsageError(f"{submissions} is neither a folder nor an archive.", f"Archives end in {kinds}.")
    else:
        raise UsageError(f"There is no {submissions}.", "Name the folder or the archive with the submissions.")
    return arrivals


def _walk(folder: Path, path: PurePosixPath, arrivals: Arrivals) -> Iterator[tuple[PurePosixPath, Path]]:
    """The files below a folder, in order; links are not followed, and what machines leave behind is counted."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            inner = path / entry.name.encode(errors="surrogateescape").decode(errors="replace")
            if entry.name == ".git":
                arrivals.clones.add(path)
            if entry.name in NOISE:
                arrivals.passed_over[entry.name] += 1
            elif entry.is_dir(follow_symlinks=False):
                yield from _walk(Path(entry.path), inner, arrivals)
            else:
                yield inner, Path(entry.path)


def _take(arrival: Arrival, arrivals: Arrivals, scratch: Path, budget: archives.Budget, depth: int) -> None:
    """Put a file where it belongs: a source, a time stamp, an archive to be opened, or something odd."""
    name = arrival.path.name.lower()
    if name.endswith(SOURCES):
        if arrival.real.stat().st_size > archives.MAX_FILE:
            size = archives.MAX_FILE // 2**20
            arrivals.oddities.append(Oddity(str(arrival.path), f"it is larger than {size} MB"))
        else:
            arrivals.files.append(arrival)
    elif name == TIMESTAMP:
        with arrival.real.open("rb") as file:
            arrivals.stamps[arrival.path.parent] = file.read(200).decode(errors="replace").strip()
    elif archives.is_archive(name):
        inside = arrival.path.parent / archives.stem(arrival.path.name)
        if depth >= archives.MAX_DEPTH:
            arrivals.oddities.append(Oddity(str(arrival.path), "archives are nested too deeply in it"))
        else:
            _open(arrival.real, inside, str(arrival.path), arrivals, scratch, budget, depth)
    else:
        arrivals.oddities.append(Oddity(str(arrival.path), _no_source(arrival.path)))


def _open(
    archive: Path, at: PurePosixPath, shown: str, arrivals: Arrivals, scratch: Path, budget: archives.Budget, depth: int
) -> None:
    """The files of an archive, as if it were the folder `at`."""
    into = Path(tempfile.mkdtemp(dir=scratch))
    for member in archives.unpack(archive, into, _may_matter, budget):
        noise = next((part for part in member.path.parts if part in NOISE), None)
        if noise == ".git":
            arrivals.clones.add(at.joinpath(*member.path.parts[: member.path.parts.index(noise)]))
        if noise and not member.reason.startswith("its path"):
            arrivals.passed_over[noise] += 1
        elif member.real:
            _take(Arrival(at / member.path, member.real, member.modified, True), arrivals, scratch, budget, depth + 1)
        elif str(member.path) == ".":
            arrivals.oddities.append(Oddity(shown, member.reason))
        else:
            arrivals.oddities.append(Oddity(f"{shown}: {member.path}", member.reason or _no_source(member.path)))


def _no_source(path: PurePosixPath) -> str:
    if path.name.lower().endswith(archives.UNREADABLE):
        return "this kind of archive cannot be read: ask for a zip"
    return "it is neither a .py nor an .ipynb file"


def _may_matter(path: PurePosixPath) -> bool:
    name = path.name.lower()
    noisy = any(part in NOISE for part in path.parts)
    return not noisy and (name.endswith(SOURCES) or name == TIMESTAMP or archives.is_archive(name))
