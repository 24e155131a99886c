import math, random
from collections import defaultdict
from itertools import groupby
from dataclasses import dataclass
import torch
from torch import LongTensor, BoolTensor

Split = tuple[list[int], list[int]]


def stratified_split(labels, fraction: float, seed: int) -> Split:
    if not 0 < fraction < 1:
        raise ValueError("fraction must be in (0, 1)")
    rng = random.Random(f"split-{seed}")
    by = defaultdict(list)
    for i, label in enumerate(labels):
        by[int(label)].append(i)
    held = sorted(
        i
        for _, own in sorted(by.items())
        for i in rng.sample(own, k=min(len(own), max(int(len(own) > 1), math.floor(fraction * len(own) + 0.5))))
    )
    out = frozenset(held)
    return [i for i in range(len(labels)) if i not in out], held


@dataclass
class Batch:
    tokens: torch.Tensor
    mask: torch.Tensor

    def __iter__(self):
        return iter((self.tokens, self.mask))


def pad_and_mask(sequences, pad_id=0):
    longest = max(map(len, sequences))
    pad = lambda s: torch.nn.functional.pad(torch.as_tensor(s).long(), (0, longest - len(s)), value=pad_id)
    tokens = torch.stack([pad(s) for s in sequences])
    mask = torch.zeros_like(tokens, dtype=torch.bool)
    for row, s in zip(mask, sequences):
        row[: len(s)] = True
    return tokens, mask


def length_buckets(lengths, token_budget, seed):
    rng = random.Random(seed)
    todo = list(enumerate(lengths))
    rng.shuffle(todo)
    todo.sort(key=lambda p: p[1], reverse=True)

    def cut():
        while todo:
            size = max(1, token_budget // max(todo[0][1], 1))
            yield [i for i, _ in todo[:size]]
            del todo[:size]

    batches = [*cut()]
    return rng.sample(batches, len(batches))
