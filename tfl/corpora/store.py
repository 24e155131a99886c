"""The canonical form of a corpus on disk, whatever it was imported from.

    FOLDER/corpus.json              what is known about it (`CorpusInfo`)
    FOLDER/train-1a2b3c4d.jsonl     one JSON object a row: text, label, film, stars, excluded
    FOLDER/test-5e6f7a8b.jsonl

A split's file name carries the start of its checksum, and corpus.json is replaced last.  So a process killed
while importing leaves either the old corpus or the new one, and files that are not ours are never touched.
"""

import hashlib
import json
import re
from pathlib import Path

from pydantic import ValidationError

from tfl import files
from tfl.corpora.records import CorpusInfo, Progress, Split, SplitInfo
from tfl.errors import CorpusError

INFO_FILE = "corpus.json"
SPLIT_FILE = re.compile(r"[a-z]+-[0-9a-f]{8}\.jsonl")
IMPORT_AGAIN = "Import the corpus again: tfl data import PATH."


def encode(split: Split) -> bytes:
    """The canonical form of a split: one JSON object a line, UTF-8."""
    columns = zip(split.texts, split.labels, split.films, split.stars, split.excluded, strict=True)
    return b"".join(
        json.dumps(
            {"text": text, "label": label, "film": film, "stars": stars, "excluded": excluded},
            ensure_ascii=False,
        ).encode()
        + b"\n"
        for text, label, film, stars, excluded in columns
    )


def decode(data: bytes) -> Split:
    """The split that `encode` wrote."""
    rows = [json.loads(line) for line in data.split(b"\n") if line]
    return Split(
        texts=[row["text"] for row in rows],
        labels=[row["label"] for row in rows],
        films=[row["film"] for row in rows],
        stars=[row["stars"] for row in rows],
        excluded=[row["excluded"] for row in rows],
    )


def describe(splits: dict[str, Split], classes: list[str]) -> dict[str, SplitInfo]:
    """What is known about each split; `file` is left empty, for a corpus in memory."""
    return {name: _describe(name, splits, classes, encode(split)) for name, split in splits.items()}


def _describe(name: str, splits: dict[str, Split], classes: list[str], data: bytes) -> SplitInfo:
    split = splits[name]
    test_texts = set(splits["test"].texts) if name != "test" and "test" in splits else set()
    labelled = any(label >= 0 for label in split.labels)
    return SplitInfo(
        rows=len(split),
        per_class={c: split.labels.count(i) for i, c in enumerate(classes)} if labelled else {},
        duplicates=len(split) - len(set(split.texts)),
        also_in_test=sum(text in test_texts for text in split.texts),
        sha256=hashlib.sha256(data).hexdigest(),
        file="",
    )


def write(folder: Path, info: CorpusInfo, splits: dict[str, Split], progress: Progress | None = None) -> CorpusInfo:
    """Put a corpus into `folder`, replacing the one that is there; returns `info` with its splits filled in.

    Raises CorpusError when the folder cannot be written.
    """
    described = {}
    try:
        for done, (name, split) in enumerate(splits.items()):
            if progress:
                progress(f"writing {info.title}", done, len(splits), "splits")
            data = encode(split)
            found = _describe(name, splits, info.classes, data)
            described[name] = found.model_copy(update={"file": f"{name}-{found.sha256[:8]}.jsonl"})
            with files.atomic(folder / described[name].file, "wb") as file:
                file.write(data)
        info = info.model_copy(update={"splits": described, "folder": folder})
        files.write_json(folder / INFO_FILE, info.model_dump(mode="json"))
        current = {split.file for split in described.values()}
        for path in folder.iterdir():
            if SPLIT_FILE.fullmatch(path.name) and path.name not in current:
                path.unlink()
    except OSError as error:
        raise CorpusError(
            f"The corpus could not be written to {folder}: {error.strerror}.",
            "Free some space or choose another folder with --data-dir or TFL_DATA.",
        ) from error
    return info


def read_info(folder: Path) -> CorpusInfo | None:
    """What `folder/corpus.json` says, or None where there is none.  Raises CorpusError when it is damaged."""
    path = folder / INFO_FILE
    try:
        info = CorpusInfo.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (ValidationError, OSError) as error:
        raise CorpusError(f"{path} is damaged or cannot be read.", IMPORT_AGAIN) from error
    missing = [split.file for split in info.splits.values() if not (folder / split.file).is_file()]
    if missing:
        raise CorpusError(f"{folder} is damaged: {', '.join(missing)} is missing.", IMPORT_AGAIN)
    return info.model_copy(update={"folder": folder})


def read_split(info: CorpusInfo, name: str) -> Split:
    """The rows of one split.  Raises CorpusError when they are not the ones that were written."""
    path = info.folder / info.splits[name].file
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror}.", IMPORT_AGAIN) from error
    if hashlib.sha256(data).hexdigest() != info.splits[name].sha256:
        raise CorpusError(f"{path} is damaged: its checksum is not the recorded one.", IMPORT_AGAIN)
    return decode(data)
