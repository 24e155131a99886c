"""Which words have a row of their own in the embedding table."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from tfl.errors import CacheError
from tfl.files import write_text

PAD, UNK, MASK = 0, 1, 2
SPECIALS = ("<pad>", "<unk>", "<mask>")


class Vocabulary:
    """Words with their ids: 0 `<pad>`, 1 `<unk>`, 2 `<mask>`, then the words, most frequent first."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = [*SPECIALS, *words]

    @classmethod
    def from_counts(cls, counted: Iterable[tuple[Sequence[str], np.ndarray]], size: int) -> "Vocabulary":
        """The `size - 3` most frequent words.

        `counted` holds pairs of a lexicon and how often each of its words occurs, one pair per split; only training
        text belongs here.  Words of equal count are in alphabetical order, so that the result never depends on the
        order of the texts.
        """
        totals: dict[str, int] = {}
        for lexicon, counts in counted:
            for word, count in zip(lexicon, counts.tolist(), strict=True):
                if count:
                    totals[word] = totals.get(word, 0) + count
        ranked = sorted(totals, key=lambda word: (-totals[word], word))
        return cls([word for word in ranked if word not in SPECIALS][: size - len(SPECIALS)])

    @classmethod
    def read(cls, path: Path) -> "Vocabulary":
        """The vocabulary that `write` wrote: one word a line, line number = id."""
        words = path.read_text("utf-8").split("\n")[:-1]
        if tuple(words[: len(SPECIALS)]) != SPECIALS:
            raise CacheError(f"{path} is not a vocabulary of tfl.", "Remove the run it belongs to and train it again.")
        return cls(words[len(SPECIALS) :])

    def write(self, path: Path) -> None:
        """Write one word a line, atomically."""
        write_text(path, "\n".join(self.words) + "\n")

    @cached_property
    def ids(self) -> dict[str, int]:
        """Word → id.  A text that spells out `<pad>` or `<mask>` does not get their ids."""
        return {word: row for row, word in enumerate(self.words) if row >= len(SPECIALS)}

    def __len__(self) -> int:
        return len(self.words)

    def encode(self, words: Iterable[str]) -> np.ndarray:
        """Ids of the words (int32), 1 for a word without a row of its own."""
        return np.fromiter((self.ids.get(word, UNK) for word in words), dtype=np.int32)
