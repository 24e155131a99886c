"""Reading the Large Movie Review Dataset (Maas et al. 2011), as a folder or straight from its archive.

    aclImdb/train/pos/123_9.txt     review 123, 9 stars; likewise neg, unsup (unlabelled), and test/
    aclImdb/train/urls_pos.txt      line i (from 0) is the address of the film that review i is about

An archive is read as a stream and never unpacked, to its very end, where its checksum is.  Only members with such
names are read, and only when they are ordinary files: links, devices and paths that lead elsewhere are passed over.
"""

import bz2
import gzip
import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from io import BufferedIOBase, BufferedReader
from pathlib import Path
from typing import Self

from tfl.corpora.records import UNLABELLED, Progress, Row
from tfl.corpora.table import Rejected
from tfl.errors import CorpusError

NAME = "imdb"
TITLE = "IMDB"
CLASSES = ["neg", "pos"]
REVIEWS = {"train": 25_000, "test": 25_000, "unsup": 50_000}  # of the published corpus

REVIEW = re.compile(r"(?:^|/)(train|test)/(pos|neg|unsup)/(\d{1,9})_(\d{1,2})\.txt$")
URLS = re.compile(r"(?:^|/)(train|test)/urls_(pos|neg|unsup)\.txt$")
FILM = re.compile(r"/title/(tt\d+)")
LONGEST = 1 << 20  # bytes in one review; the longest real one has 14 KB
LONGEST_URLS = 1 << 26
DAMAGED = (  # what archives raise when they are cut short, corrupt, encrypted or of an unknown kind
    tarfile.TarError,
    zipfile.BadZipFile,
    lzma.LZMAError,
    zlib.error,
    EOFError,
    RuntimeError,
    OSError,  # of gzip and bz2; one of the operating system has an errno
)
PIECE = 1 << 20  # bytes

Kind = tuple[str, str]  # ("train", "pos")
Member = tuple[str, int, Callable[[], bytes]]  # path, size in bytes, its content


def folders(path: Path) -> list[Path]:
    """The folders of reviews in `path`; none when it is not an unpacked aclImdb folder."""
    places = [path / split / kind for split in ("train", "test") for kind in ("pos", "neg", "unsup")]
    return [place for place in places if place.is_dir()]


def read(path: Path, progress: Progress | None = None) -> tuple[dict[str, list[Row]], list[Rejected]]:
    """The rows of train, test and unsup, each in the order of review ids, and the files that were left out.

    Raises CorpusError when the archive is damaged or there are no labelled reviews in train or test.
    """
    found = _Found(path.name)
    try:
        for name, size, content in _members(path, progress):
            found.take(name, size, content)
    except DAMAGED as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise CorpusError(
            f"{path.name} is damaged, cut short, or no archive that can be read here ({error}).",
            "Download it again (tfl data fetch imdb), or give another copy.",
        ) from error
    absent = [f"{s}/{k}" for s in ("train", "test") for k in CLASSES if not found.reviews[s, k]]
    if absent:
        raise CorpusError(
            f"{path.name} holds no reviews in {', '.join(absent)}.",
            "Unpack it and import the CSV files in it."
            if found.tables
            else "Give the whole aclImdb folder (train and test, each with pos and neg) or its archive.",
        )
    rows = {"train": found.rows("train", *CLASSES), "test": found.rows("test", *CLASSES)}
    unlabelled = found.rows("train", "unsup")
    return rows | ({"unsup": unlabelled} if unlabelled else {}), found.rejected


def missing(rows: dict[str, int]) -> str:
    """What the published corpus has and `rows` (number by split) has not; "" when it is whole."""
    short = [(split, rows.get(split, 0), whole) for split, whole in REVIEWS.items()]
    return ", ".join(f"{split}: {n:,} of {whole:,} reviews" for split, n, whole in short if n != whole)


class _Found:
    """What has been read so far.  Members come in any order, so reviews and films meet at the end."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.reviews: dict[Kind, dict[int, tuple[str, int]]] = defaultdict(dict)  # id → text, stars
        self.films: dict[Kind, list[str]] = defaultdict(list)
        self.rejected: list[Rejected] = []
        self.tables = False  # whether there are CSV files, as in archives of other corpora

    def take(self, name: str, size: int, content: Callable[[], bytes]) -> None:
        """Keep a member that is a review or a list of films; pass over any other."""
        self.tables |= name.endswith(".csv")
        if name.startswith("/") or ".." in name.split("/"):
            return
        if match := REVIEW.search(name):
            split, kind, number, stars = match.groups()
            known = self.reviews[split, kind]
            try:
                if fault := _fault(int(number), int(stars), size, known):
                    raise ValueError(fault)
                if not (text := content().decode("utf-8").strip()):
                    raise ValueError("no text")
                known[int(number)] = text, int(stars)
            except UnicodeDecodeError as error:
                self.rejected.append(Rejected(self.file, name, f"not text in UTF-8 (byte {error.start + 1})"))
            except ValueError as error:
                self.rejected.append(Rejected(self.file, name, str(error)))
        elif (match := URLS.search(name)) and size < LONGEST_URLS:
            split, kind = match.groups()
            lines = content().decode("utf-8", "replace").splitlines()
            self.films[split, kind] = [m[1] if (m := FILM.search(line)) else "" for line in lines]

    def rows(self, split: str, *kinds: str) -> list[Row]:
        """The rows of some kinds in the order of their ids; a kind's label is its place in `kinds`."""
        numbered = []
        for label, kind in enumerate(kinds):
            films = self.films[split, kind]
            for number, (text, stars) in self.reviews[split, kind].items():
                film = films[number] if number < len(films) else ""
                numbered.append((number, Row(text, UNLABELLED if kind == "unsup" else label, film, stars)))
        return [row for _, row in sorted(numbered, key=lambda item: (item[0], item[1].label))]


def _fault(number: int, stars: int, size: int, known: dict[int, tuple[str, int]]) -> str:
    if size > LONGEST:
        return f"{size:,} bytes is too long for a review"
    if stars > 10:
        return f"{stars} stars; a review has at most 10"
    return f"review {number} stands here twice" if number in known else ""


def _members(path: Path, progress: Progress | None) -> Iterator[Member]:
    """Every ordinary file; its content can be read until the next one is asked for."""
    if path.is_dir():
        return _folder_members(path, progress)
    if zipfile.is_zipfile(path):
        return _zip_members(path, progress)
    return _tar_members(path, progress)


def _folder_members(path: Path, progress: Progress | None) -> Iterator[Member]:
    places = [path / "train", path / "test", *folders(path)]
    files = [file for place in places for file in place.glob("*.txt")]
    for done, file in enumerate(files):
        if progress and done % 500 == 0:
            progress(f"reading {path.name}", done, len(files), "files")
        yield file.relative_to(path).as_posix(), file.stat().st_size, file.read_bytes


def _zip_members(path: Path, progress: Progress | None) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        for done, member in enumerate(members):
            if progress and done % 500 == 0:
                progress(f"reading {path.name}", done, len(members), "files")
            if stat.S_IFMT(member.external_attr >> 16) in (
                0,
                stat.S_IFREG,
            ):  # 0: made where there are no modes
                yield member.filename, member.file_size, partial(archive.read, member)


class _Header(tarfile.TarInfo):
    """A member.  `tarfile` takes an archive that is cut off in a header for complete; this does not."""

    @classmethod
    def frombuf(cls, buf: bytes, encoding: str, errors: str) -> Self:  # type: ignore[override]
        if len(buf) < tarfile.BLOCKSIZE:
            raise tarfile.ReadError("unexpected end of data")
        return super().frombuf(buf, encoding, errors)


def _tar_members(path: Path, progress: Progress | None) -> Iterator[Member]:
    total = path.stat().st_size
    with path.open("rb") as file, _decompressed(file) as data:
        with tarfile.open(fileobj=data, mode="r|", tarinfo=_Header) as archive:
            for done, member in enumerate(archive):
                archive.members = []  # type: ignore[attr-defined]  # it would keep all 100,000 of them
                if progress and done % 500 == 0:
                    progress(f"reading {path.name}", file.tell(), total, "bytes")
                if member.isreg() and (content := archive.extractfile(member)):
                    yield member.name, member.size, content.read
        while data.read(PIECE):  # the checksum is behind the last member; `tarfile` by itself looks at none
            pass


def _decompressed(file: BufferedReader) -> BufferedIOBase:
    """What a compressed file holds, verified while it is read; any other file as it is."""
    start = file.read(6)
    file.seek(0)
    if start.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=file)
    if start == b"\xfd7zXZ\x00":
        return lzma.LZMAFile(file)
    return bz2.BZ2File(file) if start.startswith(b"BZh") else file
