"""Examples as tensors, and the batches that a training loop walks through.

Shapes: n examples, b batch, s sequence.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from tfl.parts import REFERENCE, Parts
from tfl.text.vocabulary import PAD

WIDTHS = 16


@dataclass(frozen=True)
class Examples:
    """Texts as token ids with their labels."""

    sequences: list[Tensor]  # n × (s,) int32, cut to the longest length that the model reads
    labels: Tensor  # (n,) int64
    rows: list[int]  # where each one stands in its split

    @property
    def lengths(self) -> list[int]:
        """Tokens of each example."""
        return [len(sequence) for sequence in self.sequences]

    def __len__(self) -> int:
        return len(self.sequences)

    def select(self, indices: Sequence[int]) -> "Examples":
        """Some of the examples, in the order of `indices`."""
        return Examples(
            [self.sequences[i] for i in indices],
            self.labels[torch.as_tensor(indices, dtype=torch.long)],
            [self.rows[i] for i in indices],
        )


def make_examples(
    ids: np.ndarray, offsets: np.ndarray, labels: np.ndarray, rows: Sequence[int], max_tokens: int
) -> Examples:
    """The chosen rows of a tokenized split: `ids` (tokens,) int32 of the vocabulary, `offsets` (texts + 1,)."""
    flat = torch.from_numpy(ids)
    sequences = [head_and_tail(flat[offsets[row] : offsets[row + 1]], max_tokens) for row in rows]
    return Examples(sequences, torch.from_numpy(labels[list(rows)].astype(np.int64)), list(rows))


def head_and_tail(sequence: Tensor, max_tokens: int) -> Tensor:
    """The beginning and the end of a long text, (≤ max_tokens,): reviewers give their verdict in these places."""
    if len(sequence) <= max_tokens:
        return sequence
    tail = max_tokens // 2
    return torch.cat([sequence[: max_tokens - tail], sequence[len(sequence) - tail :]])


def make_batches(examples: Examples, token_budget: int, seed: int, parts: Parts = REFERENCE) -> list[list[int]]:
    """Indices of the examples, grouped so that a padded batch holds about `token_budget` tokens."""
    return parts.length_buckets([padded(length) for length in examples.lengths], token_budget, seed)


def padded(length: int) -> int:
    """The width of a batch whose longest example has so many tokens: a multiple of `WIDTHS`.

    For every new shape PyTorch's CPU library (oneDNN) first compiles its kernels, 20 to 30 ms a training step, and it
    keeps a thousand of them.  With a few widths nearly every batch has a shape that it knows.
    """
    return -(-length // WIDTHS) * WIDTHS


def collate(
    examples: Examples, indices: Sequence[int], device: torch.device, parts: Parts = REFERENCE
) -> tuple[Tensor, Tensor, Tensor]:
    """Tokens (b, s) int64, mask (b, s) bool, labels (b,) int64 of one batch, on `device`."""
    tokens, mask = parts.pad_and_mask([examples.sequences[i] for i in indices])
    more = padded(tokens.shape[1]) - tokens.shape[1]
    tokens, mask = F.pad(tokens, (0, more), value=PAD), F.pad(mask, (0, more), value=False)
    labels = examples.labels[torch.as_tensor(indices, dtype=torch.long)]
    return tokens.to(device), mask.to(device), labels.to(device)
