"""Tokenized splits, cached: each text is tokenized once on a machine, whatever is trained on it later.

The cache keeps a split's own lexicon (its distinct words in order of first appearance) and one number per token that
points into it.  A vocabulary is then one array look-up away, so changing the vocabulary never tokenizes again.

    CACHE/tokens/<key>/   ids.npy  offsets.npy  labels.npy  excluded.npy  lexicon.txt  manifest.json

The key is made from the split's content and the tokenizer.  The manifest holds a checksum of every file: a cache that
does not match is made again.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tfl import corpora, paths
from tfl.errors import CacheError
from tfl.files import digest, write_json
from tfl.text import tokenizer
from tfl.text.vocabulary import UNK, Vocabulary

ARRAYS = ("ids", "offsets", "labels", "excluded")
FORMAT = 1

Report = Callable[[int, int], None]  # texts done, texts in all


@dataclass(frozen=True)
class TokenizedSplit:
    """The texts of a split as numbers: text i is `ids[offsets[i]:offsets[i + 1]]`, pointing into `lexicon`."""

    ids: np.ndarray  # (tokens,) int32, memory-mapped
    offsets: np.ndarray  # (texts + 1,) int64
    labels: np.ndarray  # (texts,) int16, -1 unlabelled
    excluded: np.ndarray  # (texts,) bool: never trained or validated on
    lexicon: list[str]

    def __len__(self) -> int:
        return len(self.labels)

    def counts(self, texts: np.ndarray | None = None) -> np.ndarray:
        """How often each word of the lexicon occurs, in all texts or in the chosen ones."""
        if texts is None:
            return np.bincount(self.ids, minlength=len(self.lexicon))
        chosen = np.zeros(len(self), dtype=bool)
        chosen[texts] = True
        return np.bincount(self.ids[np.repeat(chosen, np.diff(self.offsets))], minlength=len(self.lexicon))

    def encode(self, vocabulary: Vocabulary) -> np.ndarray:
        """The tokens as ids of `vocabulary`, (tokens,) int32."""
        rows = np.array([vocabulary.ids.get(word, UNK) for word in self.lexicon], dtype=np.int32)
        return rows[self.ids]


def tokenized(corpus: str, split: str, data_dir: Path | None = None, report: Report | None = None) -> TokenizedSplit:
    """A split of a corpus, tokenized, from the cache where it is whole.  `report` hears of the progress.

    Raises what `corpora.info` raises, and CacheError when the cache cannot be written.
    """
    folder = _folder(corpus, split, data_dir)
    if is_whole(folder):
        return read(folder)
    texts = corpora.load(corpus, split, data_dir)
    try:
        write(folder, texts, report)
    except OSError as error:
        raise CacheError(
            f"The token cache {folder.parent} cannot be written: {error.strerror or error}.",
            "Free some space, or set TFL_CACHE to another folder.",
        ) from error
    return read(folder)


def is_cached(corpus: str, split: str, data_dir: Path | None = None) -> bool:
    """Whether a split has been tokenized on this machine before."""
    return corpora.is_present(corpus, data_dir) and is_whole(_folder(corpus, split, data_dir))


def _folder(corpus: str, split: str, data_dir: Path | None) -> Path:
    info = corpora.info(corpus, data_dir)
    content = f"{FORMAT} {tokenizer.NAME} {corpus} {split} {info.splits[split].sha256}"
    return paths.cache_dir() / "tokens" / hashlib.sha256(content.encode()).hexdigest()[:24]


def is_whole(folder: Path) -> bool:
    """Whether every file of a cache is there, with the checksum that was written down for it."""
    try:
        checksums = json.loads((folder / "manifest.json").read_text("utf-8"))
        return bool(checksums) and all(digest(folder / name) == value for name, value in checksums.items())
    except (OSError, ValueError, AttributeError):
        return False


def read(folder: Path) -> TokenizedSplit:
    """The cache in `folder`; its large array stays on disk until it is read."""
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in ARRAYS}
    lexicon = (folder / "lexicon.txt").read_text("utf-8").split("\n")[:-1]
    return TokenizedSplit(**arrays, lexicon=lexicon)


def write(folder: Path, split: corpora.Split, report: Report | None = None) -> None:
    """Tokenize a split and place its cache in `folder`, whole or not at all."""
    rows: dict[str, int] = {}
    pieces: list[np.ndarray] = []
    for done, text in enumerate(split.texts, start=1):
        words = tokenizer.tokenize(text)
        pieces.append(np.array([rows.setdefault(word, len(rows)) for word in words], dtype=np.int32))
        if report and done % 500 == 0:
            report(done, len(split.texts))
    arrays = {
        "ids": np.concatenate(pieces) if pieces else np.zeros(0, np.int32),
        "offsets": np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])]).astype(np.int64),
        "labels": np.array(split.labels, dtype=np.int16),
        "excluded": np.array(split.excluded, dtype=bool),
    }
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".part-") as name:
        part = Path(name) / "cache"
        part.mkdir()
        for key, array in arrays.items():
            np.save(part / f"{key}.npy", array, allow_pickle=False)
        (part / "lexicon.txt").write_text("".join(f"{word}\n" for word in rows), "utf-8")
        write_json(part / "manifest.json", {file.name: digest(file) for file in sorted(part.iterdir())})
        if is_whole(folder):  # another process has made it meanwhile and may be reading it
            return
        if folder.exists():
            shutil.rmtree(folder)
        part.rename(folder)
