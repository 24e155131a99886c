"""Exercise 2: from a heap of reviews to batches.

Three steps between a corpus and a model:

1. `stratified_split` holds examples out for validation, the same share of every class.
2. `length_buckets` puts reviews of about the same length together, so that little padding is needed.
3. `pad_and_mask` makes one rectangle of each batch and says which of its cells are real.

A batch of b texts costs b · (its longest text) tokens, padding included.  With lengths 3, 9, 4, 10, 3 one
batch of all five costs 5 · 10 = 50 tokens for 29 real ones; the buckets [10, 9] and [4, 3, 3] cost
2 · 10 + 3 · 4 = 32.

Source: Vaswani et al., "Attention Is All You Need" (2017), section 5.1 ("batched together by approximate
sequence length"), https://arxiv.org/abs/1706.03762
Shapes: b batch, s sequence.
"""

from collections.abc import Sequence

import torch
from torch import Tensor


def stratified_split(labels: Sequence[int], fraction: float, seed: int) -> tuple[list[int], list[int]]:
    """Holds out the same share of every class, chosen at random.

    A class with n examples gives round(fraction · n) of them, and at least one when n > 1.
    Of 10 negative and 20 positive reviews, fraction 0.2 holds out 2 and 4.

    Args:
        labels: the class of each example.
        fraction: the share to hold out, between 0 and 1 (both exclusive).
        seed: the same seed gives the same split.

    Returns:
        The indices kept and the indices held out, each in ascending order.

    Raises:
        ValueError: the fraction is not between 0 and 1.
    """
    if not 0 < fraction < 1:
        raise ValueError(f"The fraction to hold out must lie between 0 and 1, not {fraction}.")
    classes = torch.as_tensor(labels)  # (n,)
    generator = torch.Generator().manual_seed(seed)
    held_out = torch.zeros(len(classes), dtype=torch.bool)
    for label in sorted(set(classes.tolist())):
        members = (classes == label).nonzero().squeeze(1)
        share = round(fraction * len(members))
        if len(members) > 1:
            share = max(1, share)
        held_out[members[torch.randperm(len(members), generator=generator)[:share]]] = True
    return (~held_out).nonzero().squeeze(1).tolist(), held_out.nonzero().squeeze(1).tolist()


def pad_and_mask(sequences: Sequence[Sequence[int] | Tensor], pad_id: int = 0) -> tuple[Tensor, Tensor]:
    """Makes one rectangle of a batch of token ids, as wide as its longest sequence.

    [[5, 6, 7], [8]] → [[5, 6, 7], [8, 0, 0]] and [[True, True, True], [True, False, False]].

    Args:
        sequences: the token ids of each text, at least one: lists, tensors or integer arrays.
        pad_id: what fills the cells behind the end of a text.

    Returns:
        tokens (b, s), int64, and mask (b, s), bool: True where a token is real.
    """
    rows = [s if isinstance(s, Tensor) else torch.tensor(s, dtype=torch.int64) for s in sequences]
    lengths = torch.tensor([len(row) for row in rows])  # (b,)
    # From the lengths, not from `tokens != pad_id`: a text may hold that id as a real token.
    mask = torch.arange(int(lengths.max())) < lengths.unsqueeze(1)  # (b, s)
    tokens = torch.full(mask.shape, pad_id)  # (b, s)
    tokens[mask] = torch.cat(rows).long()
    return tokens, mask


def length_buckets(lengths: Sequence[int], token_budget: int, seed: int) -> list[list[int]]:
    """Batches of about equal length, each of at most `token_budget` tokens with its padding.

    The examples are taken from the longest down: the first of a batch is its longest, so the batch has room
    for token_budget // longest examples.  With a budget of 20, lengths 3, 9, 4, 10, 3 give batches of
    lengths [10, 9] and [4, 3, 3].

    Args:
        lengths: tokens of each example.
        token_budget: the most cells (examples · longest) of a batch; a longer example is a batch of its own.
        seed: decides the order of the batches and which examples of equal length meet: one for each epoch.

    Returns:
        Batches of indices, in shuffled order; every index stands in exactly one.
    """
    sizes = torch.as_tensor(lengths)  # (n,)
    generator = torch.Generator().manual_seed(seed)
    shuffled = torch.randperm(len(sizes), generator=generator)
    order = shuffled[sizes[shuffled].argsort(descending=True, stable=True)]  # (n,), ties in shuffled order
    indices, longest = order.tolist(), sizes[order].tolist()

    batches, start = [], 0
    while start < len(indices):
        room = max(1, token_budget // max(1, longest[start]))
        batches.append(indices[start : start + room])
        start += room
    return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]
