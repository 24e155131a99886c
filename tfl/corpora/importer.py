"""Importing what people have into the canonical form, and saying what was found in it."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel

from tfl import files, paths
from tfl.corpora import ag_news, imdb, labelled_csv, store
from tfl.corpora.records import CorpusInfo, Progress, Row, make_splits
from tfl.corpora.sources import Source, recognise
from tfl.corpora.table import Rejected
from tfl.errors import CorpusError, UnknownName, UsageError

NAMES = (ag_news.NAME, imdb.NAME)
HELD_OUT = 0.2  # of a training file that comes without a test file
SHOWN = 10  # rejected rows that a report lists

Rows = dict[str, list[Row]]  # by split


class ImportReport(BaseModel):
    """What an import found and made."""

    corpus: CorpusInfo
    notes: list[str]  # whole sentences
    rejected: int
    rejected_first: list[Rejected]


class Reading(NamedTuple):
    """What was read, before it is checked and written."""

    info: CorpusInfo  # without splits
    rows: Rows
    rejected: list[Rejected]
    notes: list[str]


def import_paths(
    given: Iterable[Path],
    data_dir: Path | None = None,
    name: str | None = None,
    progress: Progress | None = None,
) -> list[ImportReport]:
    """Import every corpus in some files and folders into the data folder.

    `name` says what a corpus of one's own stands in for: "ag-news", the large one, or "imdb", the small one.
    Raises CorpusError, with the reason, for what does not fit; UnknownName and UsageError for a wrong `name`.
    """
    if name is not None and name not in NAMES:
        raise UnknownName("corpus", name, NAMES)
    with _reading():
        sources = recognise(given)
    if name and [source.kind for source in sources] != ["labelled"]:
        raise UsageError(
            f"{sources[0].names} says itself which corpus it is.",
            "Use --as only for a CSV file of two columns (label, text).",
        )
    return [import_source(source, data_dir or paths.data_dir(), name, progress) for source in sources]


def import_source(
    source: Source, data_dir: Path, name: str | None = None, progress: Progress | None = None
) -> ImportReport:
    """Import one recognised corpus into a folder of its name in `data_dir`."""
    with _reading():
        info, rows, rejected, notes = _read(source, name, progress)
    for split in ("train", "test"):
        present = {row.label for row in rows[split]}
        absent = [name for label, name in enumerate(info.classes) if label not in present]
        if absent:
            raise CorpusError(
                f"{source.names} has no usable {split} rows of class {', '.join(absent)}.",
                "Every class needs examples in train and in test.",
            )
    info = store.write(data_dir / info.name, info, make_splits(rows), progress)
    return ImportReport(corpus=info, notes=notes, rejected=len(rejected), rejected_first=rejected[:SHOWN])


@contextmanager
def _reading() -> Iterator[None]:
    """Turn what the operating system says against reading a file into an error for the user."""
    try:
        yield
    except OSError as error:
        raise CorpusError(
            f"{error.filename or 'The file'} cannot be read: {error.strerror or error}.",
            "Check the file and your rights to it.",
        ) from error


def _read(source: Source, name: str | None, progress: Progress | None) -> Reading:
    match source.kind:
        case "imdb":
            return _read_imdb(source, progress)
        case "ag-news":
            return _read_ag_news(source, progress)
        case "labelled":
            return _read_labelled(source, name)


def _read_imdb(source: Source, progress: Progress | None) -> Reading:
    rows, rejected = imdb.read(source.files["all"], progress)
    partial = imdb.missing({split: len(found) for split, found in rows.items()})
    notes = [f"This is a part of IMDB ({partial})." if partial else "This is the whole of IMDB."]
    if not any(row.film for row in rows["test"]):
        notes.append("There are no film ids (test/urls_pos.txt, urls_neg.txt): films cannot be recommended.")
    return Reading(_info(imdb.NAME, imdb.TITLE, imdb.CLASSES, partial, source), rows, rejected, notes)


def _read_ag_news(source: Source, progress: Progress | None) -> Reading:
    rows: Rows = {}
    rejected, partial, notes = [], [], []
    for split, path in source.files.items():
        if progress:
            progress(f"reading {path.name}", 0, 0, "rows")
        rows[split], faults = ag_news.read(path)
        rejected += faults
        if files.digest(path, "md5") == ag_news.MD5[split]:
            notes.append(f"{path.name} is the published file, whole.")
        else:
            partial.append(f"{split}: {len(rows[split]):,} of {ag_news.ROWS[split]:,} rows")
            notes.append(f"{path.name} is not the whole published file ({partial[-1]}).")
    if "test" not in rows:
        rows, note = _hold_out_test(rows["train"])
        partial.append("test: held out of the training rows")
        notes.append(note)
    info = _info(ag_news.NAME, ag_news.TITLE, ag_news.CLASSES, ", ".join(partial), source)
    return Reading(info, rows, rejected, notes)


def _read_labelled(source: Source, name: str | None) -> Reading:
    classes, rows, rejected = labelled_csv.read(source.files)
    if name is None and classes != imdb.CLASSES:
        raise UsageError(
            f"{source.names} could stand for either corpus (its classes: {', '.join(classes[:5])}).",
            f"Say which: --as {ag_news.NAME} (the large corpus) or --as {imdb.NAME} (the small one).",
        )
    name = name or imdb.NAME
    notes = [f"{source.names} is a corpus of your own, used in place of {name}."]
    if "test" not in rows:
        rows, note = _hold_out_test(rows["train"])
        notes.append(note)
    title = f"{source.files['train'].stem} (as {name})"
    return Reading(_info(name, title, classes, "a corpus of your own", source), rows, rejected, notes)


def _info(name: str, title: str, classes: list[str], partial: str, source: Source) -> CorpusInfo:
    return CorpusInfo(
        name=name,
        title=title,
        classes=classes,
        splits={},
        synthetic=False,
        partial=partial,
        source=source.names,
    )


def _hold_out_test(rows: list[Row]) -> tuple[Rows, str]:
    """Train and test split of rows, the same share of every class held out, and a sentence that says so."""
    by_class: dict[int, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        by_class[row.label].append(index)
    shuffle = random.Random(0).shuffle
    held_out: set[int] = set()
    for _, indices in sorted(by_class.items()):
        shuffle(indices)
        held_out.update(indices[: max(1, round(HELD_OUT * len(indices)))])
    split: Rows = {"train": [], "test": []}
    for index, row in enumerate(rows):
        split["test" if index in held_out else "train"].append(row)
    note = f"There is no test file: {len(held_out):,} rows ({HELD_OUT:.0%} of each class) are held out as test."
    return split, note
