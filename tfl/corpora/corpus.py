"""The corpora by name: what is known about one, and its examples.

A corpus is looked for in the data folder (`TFL_DATA`): first as `tfl data import` or `fetch` left it, then as
published (`ag_news/train.csv`, `imdb/aclImdb.tar.gz`, …).  One found as published is imported once
into the cache folder, because the data folder may be read-only.
"""

import hashlib
from pathlib import Path
from typing import Literal

from tfl import paths
from tfl.corpora import ag_news, imdb, importer, sample, store
from tfl.corpora.records import CorpusInfo, Notice, Progress, Split, SplitInfo
from tfl.corpora.sources import Source, in_folder
from tfl.errors import CorpusError, CorpusMissing, UnknownName

__all__ = [
    "NAMES",
    "PAIRS",
    "CorpusInfo",
    "PairName",
    "Split",
    "SplitInfo",
    "default_pair",
    "info",
    "is_present",
    "load",
]

PairName = Literal["real", "sample"]
PAIRS: dict[PairName, tuple[str, str]] = {  # the large corpus and the small one
    "real": (ag_news.NAME, imdb.NAME),
    "sample": (sample.NEWS, sample.REVIEWS),
}
NAMES = [name for pair in PAIRS.values() for name in pair]


def default_pair() -> PairName:
    """ "real" when both real corpora are on this machine, else "sample"."""
    return "real" if all(map(is_present, PAIRS["real"])) else "sample"


def is_present(name: str, data_dir: Path | None = None) -> bool:
    """Whether a corpus can be used, after importing its published files if need be."""
    folder = data_dir or paths.data_dir()
    imported = (folder / name / store.INFO_FILE).exists()
    return name in PAIRS["sample"] or imported or published(name, folder) is not None


def info(
    name: str, data_dir: Path | None = None, notice: Notice | None = None, progress: Progress | None = None
) -> CorpusInfo:
    """What is known about a corpus.  Imports it when it is there only as published, and says so by `notice`.

    Raises UnknownName; CorpusMissing, whose action says how to get it; CorpusError when it is damaged.
    """
    if name not in NAMES:
        raise UnknownName("corpus", name, NAMES)
    if name in PAIRS["sample"]:
        return sample.info(name)
    folder = data_dir or paths.data_dir()
    found, source = find(name, folder)
    if found:
        return found
    if not source:
        raise missing(name, folder)
    if notice:
        notice(f"{source.names} is imported into {cache_folder(source)}, once.")
    return importer.import_source(source, cache_folder(source), progress=progress).corpus


def load(name: str, split: str, data_dir: Path | None = None) -> Split:
    """The examples of one split, in their fixed order.

    Raises what `info` raises, and UnknownName when the corpus has no such split.
    """
    found = info(name, data_dir)
    if split not in found.splits:
        raise UnknownName(f"split of {found.title}", split, found.splits)
    if found.synthetic:
        return sample.load(name, split)
    try:
        return store.read_split(found, split)
    except CorpusError:
        if paths.cache_dir() not in found.folder.parents:
            raise
        (found.folder / store.INFO_FILE).unlink()  # a damaged cache is made again
        return store.read_split(info(name, data_dir), split)


def find(name: str, folder: Path) -> tuple[CorpusInfo | None, Source | None]:
    """A corpus as imported, into the data folder or once into the cache; in the second case its files too."""
    if found := store.read_info(folder / name):
        return found, None
    source = published(name, folder)
    if not source:
        return None, None
    try:
        return store.read_info(cache_folder(source) / name), source
    except CorpusError:
        return None, source  # a damaged cache is made again


def published(name: str, folder: Path) -> Source | None:
    """The files of a corpus that lie in `folder` as they were published."""
    found = in_folder(folder) if folder.is_dir() else []
    return next((source for source in found if source.kind == name), None)


def missing(name: str, folder: Path) -> CorpusMissing:
    """The error that says how to get a corpus."""
    return CorpusMissing(
        f"The corpus {name} is not in {folder}.",
        f"Get it with `tfl data fetch {name}`, or `tfl data import PATH` if you have a copy; "
        "or use the built-in sample with --corpus sample.",
    )


def cache_folder(source: Source) -> Path:
    """Where the import of published files is kept; another place when they change."""
    parts = [part for path in source.files.values() for part in (imdb.folders(path) or [path])]
    stats = [(part.resolve(), part.stat()) for part in parts]
    key = "\n".join(f"{path} {stat.st_size} {stat.st_mtime_ns}" for path, stat in stats)
    return paths.cache_dir() / "corpora" / hashlib.sha256(key.encode()).hexdigest()[:16]
