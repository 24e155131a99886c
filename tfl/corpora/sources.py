"""Recognising a corpus in what people have: files and folders, by what they hold."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tfl.corpora import ag_news, imdb
from tfl.corpora.table import first_cells
from tfl.errors import CorpusError, UsageError

# Folders looked into, besides the given one, whatever the case of their letters.
FOLDERS = {"ag_news", "ag-news", "ag_news_csv", "imdb", "aclimdb"}
ARCHIVES = (".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tar", ".zip")
MAGIC = (b"\x1f\x8b", b"\xfd7zXZ\x00", b"BZh", b"PK\x03\x04")  # gzip, xz, bzip2, zip

TEST_FILE = re.compile(r"(?<![a-z])test(?![a-z])", re.IGNORECASE)  # reviews_test, not latest_reviews

WHAT_FITS = "Give the AG News CSV files, the aclImdb folder or archive, or a CSV file of two columns (label, text)."


@dataclass(frozen=True)
class Source:
    """The files of one corpus."""

    kind: Literal["ag-news", "imdb", "labelled"]
    files: dict[str, Path]  # by split; the folder or archive of IMDB has one entry, "all"

    @property
    def names(self) -> str:
        """The names of the files, without their folder."""
        return ", ".join(path.name for path in self.files.values())


def recognise(paths: Iterable[Path]) -> list[Source]:
    """The corpora in some files and folders.  Raises CorpusError or UsageError for what does not fit."""
    sources, tables = [], []
    for path in paths:
        if not path.exists():
            raise CorpusError(f"There is no file or folder {path}.", "Check the path.")
        if path.is_dir():
            found = in_folder(path) or recognise(sorted(path.glob("*.csv")))
            if not found:
                raise CorpusError(f"{path} holds no corpus that is known here.", WHAT_FITS)
            sources += found
        elif _is_archive(path):
            sources.append(Source("imdb", {"all": path}))
        else:
            tables.append(path)
    return sources + ([_tables(tables)] if tables else [])


def in_folder(folder: Path) -> list[Source]:
    """The corpora in a folder and in those of its subfolders that have a known name; one of each kind."""
    found: dict[str, Source] = {}
    for place in _places(folder):
        if imdb.folders(place):
            found.setdefault("imdb", Source("imdb", {"all": place}))
            continue
        tables = [path for name in ("train.csv", "test.csv") if (path := place / name).is_file() and _fits(path)]
        if place / "train.csv" in tables:
            source = _tables(tables)
            found.setdefault(source.kind, source)
        for path in sorted(place.glob("aclImdb*")):
            if path.is_file() and path.name.endswith(ARCHIVES):
                found.setdefault("imdb", Source("imdb", {"all": path}))
    return list(found.values())


def _places(folder: Path, depth: int = 2) -> Iterator[Path]:
    yield folder
    if depth and not imdb.folders(folder):
        for child in sorted(folder.iterdir()):
            if child.name.lower() in FOLDERS and child.is_dir():
                yield from _places(child, depth - 1)


def _tables(paths: list[Path]) -> Source:
    """One corpus from one or two CSV files: the one whose name says so is the test split."""
    shapes = {path: first_cells(path) for path in paths}
    for path, cells in shapes.items():
        if not cells:
            raise CorpusError(f"{path.name} has no rows.", WHAT_FITS)
        if len(cells) == 1 and (mark := next((mark for mark in ";\t|" if mark in cells[0]), "")):
            shown = "tabs" if mark == "\t" else f"“{mark}”"
            raise CorpusError(f"{path.name} has {shown} between its columns.", "Save it with commas between them.")
        if not (ag_news.fits(cells) or len(cells) == 2):
            count = "1 column" if len(cells) == 1 else f"{len(cells)} columns"
            raise CorpusError(f"{path.name} has {count} in its first row.", WHAT_FITS)
    kinds = {"ag-news" if ag_news.fits(cells) else "labelled" for cells in shapes.values()}
    files = {"test" if TEST_FILE.search(path.stem) else "train": path for path in paths}
    if len(kinds) > 1 or len(files) < len(paths):
        raise UsageError(
            f"{', '.join(path.name for path in paths)} are not the train and test file of one corpus.",
            "Import one corpus at a time; the test file's name has “test” in it.",
        )
    if "train" not in files:
        raise CorpusError(
            f"{files['test'].name} is a test file alone; there is nothing to train on.",
            "Give the train file with it: tfl data import train.csv test.csv.",
        )
    return Source(
        "ag-news" if kinds == {"ag-news"} else "labelled",
        {s: files[s] for s in ("train", "test") if s in files},
    )


def _fits(path: Path) -> bool:
    cells = first_cells(path)
    return ag_news.fits(cells) or len(cells) == 2


def _is_archive(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(512)
    return start.startswith(MAGIC) or start[257:262] == b"ustar"
