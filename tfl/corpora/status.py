"""What corpora are on this machine."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from tfl import paths
from tfl.corpora import corpus, sample
from tfl.corpora.records import CorpusInfo
from tfl.errors import CorpusError


class CorpusStatus(BaseModel):
    """The state of one corpus.

    imported   ready
    published  its published files are there; they are imported when the corpus is first used
    built in   made in memory
    missing, damaged   `problem` says so, and what to do
    """

    name: str
    state: Literal["imported", "published", "built in", "missing", "damaged"]
    info: CorpusInfo | None = None
    where: str = ""
    bytes: int = 0
    problem: str = ""


def status(data_dir: Path | None = None) -> list[CorpusStatus]:
    """The state of every corpus, without importing any and without reading its texts."""
    folder = data_dir or paths.data_dir()
    return [_status(name, folder) for name in corpus.NAMES]


def _status(name: str, folder: Path) -> CorpusStatus:
    if name in corpus.PAIRS["sample"]:
        return CorpusStatus(name=name, state="built in", info=sample.info(name))
    try:
        info, source = corpus.find(name, folder)
    except CorpusError as error:
        return CorpusStatus(name=name, state="damaged", problem=str(error))
    if info:
        size = sum((info.folder / split.file).stat().st_size for split in info.splits.values())
        return CorpusStatus(name=name, state="imported", info=info, where=str(info.folder), bytes=size)
    if source:
        files = [path for path in source.files.values() if path.is_file()]
        size = sum(path.stat().st_size for path in files)
        where = ", ".join(map(str, source.files.values()))
        return CorpusStatus(name=name, state="published", where=where, bytes=size)
    return CorpusStatus(name=name, state="missing", problem=str(corpus.missing(name, folder)))
