"""Word vectors from unlabelled text: count which words stand near each other, take logarithms, compress.

    counts (v, v)  →  log(1 + count)  →  its strongest d directions (v, d), each row cut to unit length

Two words get near vectors when they keep the same company.  GloVe (Pennington, Socher & Manning, 2014) factorises the
same logarithms by gradient descent; doing it by linear algebra takes seconds on a CPU, needs no learning rate, and
repeats exactly.  Of the weightings that we compared, plain logarithms served the reviews best (docs/decisions.md).
"""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sparse
import torch
from torch import Tensor

from tfl.text.vocabulary import SPECIALS

WINDOW = 10  # how far apart two words may stand to keep company: wide, as subject matters here more than grammar
ROUNDS = 2  # of power iteration: how sharply the strongest directions are separated


def word_vectors(
    texts: Sequence[tuple[np.ndarray, np.ndarray]],
    vocabulary: int,
    width: int,
    seed: int,
    window: int = WINDOW,
) -> tuple[Tensor, Tensor]:
    """Unit-length vectors of the words, (v, d) float32, and which words occur in the texts, (v,) bool.

    `texts` holds pairs of token ids, (tokens,), and offsets, (texts + 1,).  Words that never occur get a zero row.
    """
    counts = cooccurrences(texts, vocabulary, window)
    counts.data = np.log1p(counts.data)
    vectors = strongest_directions(counts, width, seed)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    found = lengths[:, 0] > 1e-6
    table = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 1e-6)
    return torch.from_numpy(table.astype(np.float32)), torch.from_numpy(found)


def cooccurrences(texts: Sequence[tuple[np.ndarray, np.ndarray]], vocabulary: int, window: int) -> sparse.csr_matrix:
    """How often word j stands at most `window` tokens from word i in the same text: (v, v), symmetric.

    `<pad>`, `<unk>` and `<mask>` keep no company.
    """
    total = sparse.csr_matrix((vocabulary, vocabulary), dtype=np.float32)
    for distance in range(1, window + 1):
        pairs = []
        for ids, offsets in texts:
            text_of = np.repeat(np.arange(len(offsets) - 1, dtype=np.int32), np.diff(offsets))
            left, right = ids[:-distance], ids[distance:]
            keep = (text_of[:-distance] == text_of[distance:]) & (left >= len(SPECIALS)) & (right >= len(SPECIALS))
            pairs.append(left[keep].astype(np.int64) * vocabulary + right[keep])
        pair, count = np.unique(np.concatenate(pairs), return_counts=True)
        rows, columns = np.divmod(pair, vocabulary)
        total += sparse.csr_matrix((count.astype(np.float32), (rows, columns)), shape=total.shape)
    return (total + total.T).tocsr()


def strongest_directions(matrix: sparse.csr_matrix, width: int, seed: int) -> np.ndarray:
    """The `width` strongest eigenvectors, each scaled by the root of its eigenvalue: (v, d).

    The matrix is symmetric.  Randomised subspace iteration (Halko, Martinsson & Tropp, 2011): a random block of
    vectors is multiplied by the matrix a few times, which turns it towards the strongest directions; a small dense
    problem then sorts them out.
    """
    size = min(width + 16, matrix.shape[0])
    block = np.random.default_rng(seed).standard_normal((matrix.shape[0], size)).astype(np.float32)
    for _ in range(ROUNDS + 1):
        block, _ = np.linalg.qr(matrix @ block)
    values, inner = np.linalg.eigh(block.T @ (matrix @ block))
    order = np.argsort(-np.abs(values))[:width]
    directions = np.zeros((matrix.shape[0], width), dtype=np.float32)
    directions[:, : len(order)] = (block @ inner[:, order]) * np.sqrt(np.abs(values[order]))
    return directions
