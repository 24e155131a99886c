"""Exercise 2: what right answers earn however they are written, and what plausible wrong ones are told."""

import pytest

from tests.grader.checks.bench import COURSE, Bench, Wrong, wrong

BENCH = Bench(COURSE.exercise("exercise2"))

PLAIN_PYTHON = """
import random
import torch

def stratified_split(y, share, seed):
    if share <= 0 or share >= 1:
        raise ValueError("no")
    chooser, out = random.Random(seed), set()
    for c in set(y):
        of = [i for i, label in enumerate(y) if label == c]
        n = max(round(share * len(of)), min(1, len(of) - 1))
        out |= set(chooser.sample(of, n))
    return [i for i in range(len(y)) if i not in out], sorted(out)

def pad_and_mask(texts, fill=0):
    texts = [[int(token) for token in text] for text in texts]
    width = max(len(text) for text in texts)
    tokens = torch.tensor([text + [fill] * (width - len(text)) for text in texts], dtype=torch.long)
    mask = torch.tensor([[i < len(text) for i in range(width)] for text in texts], dtype=torch.bool)
    return tokens.reshape(len(texts), width), mask.reshape(len(texts), width)

def length_buckets(n, budget, seed):
    chooser = random.Random(seed)
    order = list(range(len(n)))
    chooser.shuffle(order)
    order.sort(key=lambda i: n[i])
    batches, batch = [], []
    for i in order:  # from the shortest up
        if batch and n[i] * (len(batch) + 1) > budget:
            batches.append(batch)
            batch = []
        batch.append(i)
    if batch:
        batches.append(batch)
    chooser.shuffle(batches)
    return batches
"""
TENSORS = '''
import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence

def stratified_split(labels, fraction, seed):
    """Gives tensors instead of lists, and seeds the global generator."""
    assert_inside(fraction)
    torch.manual_seed(seed)
    labels = torch.tensor(labels, dtype=torch.long)
    chosen = torch.zeros(len(labels), dtype=torch.bool)
    for c in labels.unique():
        own = torch.where(labels == c)[0]
        n = int(np.round(fraction * len(own)))
        n = max(n, 1) if len(own) > 1 else n
        chosen[own[torch.randperm(len(own))[:n]]] = True
    return torch.where(~chosen)[0], torch.where(chosen)[0]

def assert_inside(fraction):
    class NotAShare(ValueError):
        pass
    if not 0 < fraction < 1:
        raise NotAShare(fraction)

def pad_and_mask(sequences, pad_id=0):
    rows = [torch.as_tensor(np.asarray(s, dtype=np.int64)) for s in sequences]
    mask = pad_sequence([torch.ones(len(r), dtype=torch.bool) for r in rows], batch_first=True)
    return [pad_sequence(rows, batch_first=True, padding_value=pad_id), mask]

def length_buckets(lengths, token_budget, seed):
    rng = np.random.default_rng(seed)
    lengths = np.asarray(lengths, dtype=int)
    order = rng.permutation(len(lengths))
    order = order[np.argsort(-lengths[order], kind="stable")]
    batches = []
    while len(order):
        room = max(1, token_budget // lengths[order[0]])
        batches.append(order[:room])
        order = order[room:]
    return [batches[i] for i in rng.permutation(len(batches))]
'''

WRONG = [
    wrong(
        "not stratified",
        ("sorted(set(classes.tolist()))", "[None]"),
        ("(classes == label).nonzero().squeeze(1)", "torch.arange(len(classes))"),
        fails={"shares": "must be held out"},
    ),
    wrong("rounded down", ("share = round(fraction", "share = int(fraction"), fails={"shares": "must be held out"}),
    wrong(
        "always the first",
        ("members[torch.randperm(len(members), generator=generator)[:share]]", "members[:share]"),
        fails={"split-seed": "the same split"},
    ),
    wrong(
        "the seed is ignored",
        ("torch.randperm(len(members), generator=generator)", "torch.randperm(len(members))"),
        fails={"split-seed": "the same seed must give the same split"},
    ),
    wrong(
        "rare classes forgotten",
        ("        if len(members) > 1:\n            share = max(1, share)\n", ""),
        fails={"rare-classes": "must be held out"},
    ),
    wrong(
        "any fraction will do",
        ("if not 0 < fraction < 1:", "if fraction != fraction:"),
        fails={"fraction-refused": "ValueError is expected; no error came"},
    ),
    wrong(
        "halves turned round",
        (
            "return (~held_out).nonzero().squeeze(1).tolist(), held_out",
            "return held_out.nonzero().squeeze(1).tolist(), (~held_out)",
        ),
        fails={"shares": "must be held out", "epoch": "were kept"},
    ),
    wrong(
        "mask from the ids",
        (
            "mask = torch.arange(int(lengths.max())) < lengths.unsqueeze(1)  # (b, s)",
            "mask = torch.arange(int(lengths.max())) < lengths.unsqueeze(1)",
        ),
        ("return tokens, mask", "return tokens, tokens != pad_id"),
        fails={"real-pad": "mask (1 where a token is real)", "epoch": "texts were lost"},
    ),
    wrong("mask turned round", ("return tokens, mask", "return tokens, ~mask"), fails={"pad": "turned round"}),
    wrong(
        "padded on the left",
        (
            "mask = torch.arange(int(lengths.max())) < lengths.unsqueeze(1)",
            "mask = torch.arange(int(lengths.max())).flip(0) < lengths.unsqueeze(1)",
        ),
        fails={"pad": "1 where a token is real"},
    ),
    wrong(
        "always padded with 0",
        ("torch.full(mask.shape, pad_id)", "torch.full(mask.shape, 0)"),
        fails={"pad-id": "tokens", "real-pad": "tokens"},
    ),
    wrong(
        "the texts grow",
        (
            "    rows = [",
            "    for s in sequences:\n        if isinstance(s, list):\n            s += [pad_id] * "
            "(max(map(len, sequences)) - len(s))\n    rows = [",
        ),
        fails={"pad": "mask"},
    ),
    wrong(
        "a mask of numbers",
        ("return tokens, mask", "return tokens, mask.float()"),
        fails={"pad-kinds": "type of the mask: 'torch.bool' is expected"},
    ),
    wrong(
        "lists alone are taken",
        (
            "s if isinstance(s, Tensor) else torch.tensor(s, dtype=torch.int64)",
            "torch.tensor([] + s, dtype=torch.int64)",
        ),
        fails={"pad-kinds": "TypeError"},
    ),
    wrong(
        "the rest is dropped",
        ("generator=generator).tolist()]", "generator=generator).tolist()[1:]]"),
        fails={"once": "is expected once; it came 0 times"},
    ),
    wrong(
        "the budget counts examples",
        ("room = max(1, token_budget // max(1, longest[start]))", "room = 20"),
        fails={
            "budget": "at most",
            "bucket-extremes": "at most",
            "bucket-order": "more are needed to keep it",
            "epoch": "larger than the budget",
        },
    ),
    wrong(
        "not sorted",
        ("shuffled[sizes[shuffled].argsort(descending=True, stable=True)]", "shuffled"),
        fails={"budget": "", "equal-lengths-meet": "sort by length first", "epoch": ""},
    ),
    wrong(
        "one example a batch",
        ("start += room", "start += 1"),
        ("start : start + room", "start : start + 1"),
        fails={"full": "would fit into one", "bucket-extremes": "number of batches", "ties": ""},
    ),
    wrong(
        "all batches as long as the longest",
        ("longest[start])", "longest[0])"),
        fails={"full": "would fit into one"},
    ),
    wrong(
        "batches in order of length",
        ("[batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]", "batches"),
        fails={"bucket-order": "in order of length"},
    ),
    wrong(
        "the order is not the seed's",
        ("torch.randperm(len(batches), generator=generator)", "torch.randperm(len(batches))"),
        fails={"bucket-order": "the same seed must give the same batches"},
    ),
    wrong(
        "the same examples meet",
        ("torch.randperm(len(sizes), generator=generator)", "torch.arange(len(sizes))"),
        fails={"ties": "shuffle before sorting"},
    ),
]


@pytest.mark.parametrize("seed", ["0", "1", "2"])
@pytest.mark.parametrize("source", [BENCH.solution, PLAIN_PYTHON, TENSORS], ids=["ours", "plain", "tensors"])
def test_right_answers_earn_everything(source: str, seed: str) -> None:
    assert BENCH.failures(source, seed) == {}


@pytest.mark.parametrize("answer", WRONG, ids=lambda answer: answer.name)
def test_wrong_answers_are_told_what_is_wrong(answer: Wrong) -> None:
    answer.confirm(BENCH)
