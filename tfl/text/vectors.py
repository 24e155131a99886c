"""Word vectors from a local file (GloVe, word2vec's text format), with rows aligned to a vocabulary."""

import gzip
import zlib
from pathlib import Path

import torch
from torch import Tensor

from tfl.errors import UsageError
from tfl.text.vocabulary import Vocabulary


def read_vectors(path: Path, vocabulary: Vocabulary, width: int) -> tuple[Tensor, Tensor]:
    """Vectors for the words of `vocabulary`: (v, d) float32, and which rows were found, (v,) bool.

    The file has one word a line followed by d numbers; a first line "count width" is skipped.  Row i of the result
    belongs to word i of the vocabulary, whatever the order of the file: the lab read every vector two rows off.
    Raises UsageError when the file cannot be read as vectors of `width` numbers.
    """
    table = torch.zeros(len(vocabulary), width)
    found = torch.zeros(len(vocabulary), dtype=torch.bool)
    action = f"Give a text file with one word and {width} numbers a line, as GloVe's."
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8", errors="strict") as file:
            for number, line in enumerate(file, start=1):
                word, *numbers = line.rstrip().split(" ")
                if number == 1 and len(numbers) == 1:
                    continue
                if len(numbers) != width:
                    raise UsageError(f"Line {number} of {path} has {len(numbers)} numbers, not {width}.", action)
                row = vocabulary.ids.get(word)
                if row is not None:
                    table[row] = torch.tensor([float(value) for value in numbers])
                    found[row] = True
    except (OSError, ValueError, EOFError, zlib.error) as error:  # missing, not text, not numbers, cut off
        raise UsageError(f"{path} cannot be read as word vectors: {error}.", action) from error
    if not found.any():
        raise UsageError(f"No word of the vocabulary is in {path}.", action)
    return table, found
