"""A split is a partition with fair shares; batches lose nothing and pad little."""

import warnings
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from solutions.exercise2_batches import length_buckets, pad_and_mask, stratified_split

labels_of_corpora = st.lists(st.integers(0, 3), max_size=80)
fractions = st.floats(0.01, 0.99)
seeds = st.integers(0, 2**31)
lengths_of_corpora = st.lists(st.integers(0, 60), max_size=80)
budgets = st.integers(1, 300)
texts = st.lists(st.lists(st.integers(0, 30_000), max_size=12), min_size=1, max_size=8)


# --- stratified_split


@given(labels_of_corpora, fractions, seeds)
def test_a_split_is_a_partition_in_ascending_order(labels: list[int], fraction: float, seed: int) -> None:
    kept, held_out = stratified_split(labels, fraction, seed)
    assert sorted(kept + held_out) == list(range(len(labels)))
    assert kept == sorted(kept)
    assert held_out == sorted(held_out)


@given(labels_of_corpora, fractions, seeds)
def test_every_class_gives_its_share(labels: list[int], fraction: float, seed: int) -> None:
    given_by = Counter(labels[i] for i in stratified_split(labels, fraction, seed)[1])
    for label, n in Counter(labels).items():
        share = round(fraction * n)
        assert given_by[label] == (max(1, share) if n > 1 else share)


@given(labels_of_corpora, fractions, seeds)
def test_a_seed_repeats_its_split(labels: list[int], fraction: float, seed: int) -> None:
    assert stratified_split(labels, fraction, seed) == stratified_split(labels, fraction, seed)


def test_every_example_is_held_out_by_some_seed() -> None:
    labels = [0] * 6 + [1] * 6
    seen = {i for seed in range(100) for i in stratified_split(labels, 0.2, seed)[1]}
    assert seen == set(range(12))


def test_a_split_leaves_the_global_generator_alone() -> None:
    before = torch.get_rng_state()
    stratified_split([0, 1] * 10, 0.3, 0)
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("fraction", [-0.1, 0.0, 1.0, 1.5, float("nan")])
def test_a_fraction_outside_0_and_1_is_refused(fraction: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        stratified_split([0, 1, 0, 1], fraction, 0)


# --- pad_and_mask


@given(texts, st.integers(0, 5))
def test_the_mask_marks_exactly_the_real_tokens(sequences: list[list[int]], pad_id: int) -> None:
    tokens, mask = pad_and_mask(sequences, pad_id)
    assert [row[real].tolist() for row, real in zip(tokens, mask, strict=True)] == sequences
    assert (tokens[~mask] == pad_id).all()


@given(texts)
def test_padding_stands_behind_the_text_and_the_batch_is_as_wide_as_its_longest(
    sequences: list[list[int]],
) -> None:
    _, mask = pad_and_mask(sequences)
    assert mask.shape == (len(sequences), max(map(len, sequences)))
    assert not (mask[:, 1:] & ~mask[:, :-1]).any()  # nothing real behind padding


def test_a_real_token_with_the_id_of_padding_stays_real() -> None:
    tokens, mask = pad_and_mask([[0, 5, 0], [0]])
    assert tokens.tolist() == [[0, 5, 0], [0, 0, 0]]
    assert mask.tolist() == [[True, True, True], [True, False, False]]


@pytest.mark.parametrize("dtype", [torch.int64, torch.int32, torch.uint8])
def test_tensors_of_any_integer_type_are_taken(dtype: torch.dtype) -> None:
    tokens, mask = pad_and_mask([torch.tensor([5, 6, 7], dtype=dtype), torch.tensor([8], dtype=dtype)])
    assert tokens.tolist() == [[5, 6, 7], [8, 0, 0]]
    assert (tokens.dtype, mask.dtype) == (torch.int64, torch.bool)


def test_read_only_arrays_are_taken_without_a_warning() -> None:
    ids = np.array([5, 6, 7, 8], dtype=np.int32)  # as a memory-mapped cache gives them
    ids.flags.writeable = False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tokens, _ = pad_and_mask([ids[:3], ids[3:]])  # type: ignore[list-item]
    assert tokens.tolist() == [[5, 6, 7], [8, 0, 0]]


# --- length_buckets


@given(lengths_of_corpora, budgets, seeds)
def test_buckets_hold_every_index_once(lengths: list[int], budget: int, seed: int) -> None:
    batches = length_buckets(lengths, budget, seed)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    assert all(batches)


@given(lengths_of_corpora, budgets, seeds)
def test_the_budget_is_kept_unless_a_batch_is_one_example(lengths: list[int], budget: int, seed: int) -> None:
    for batch in length_buckets(lengths, budget, seed):
        assert len(batch) == 1 or max(lengths[i] for i in batch) * len(batch) <= budget


@given(lengths_of_corpora, budgets, seeds)
def test_no_example_lies_between_the_lengths_of_another_batch(lengths: list[int], budget: int, seed: int) -> None:
    ranges = sorted(sorted(lengths[i] for i in batch) for batch in length_buckets(lengths, budget, seed))
    assert all(shorter[-1] <= longer[0] for shorter, longer in pairwise(ranges))


@given(st.lists(st.integers(1, 60), min_size=1, max_size=80), budgets, seeds)
def test_a_batch_is_full_before_the_next_begins(lengths: list[int], budget: int, seed: int) -> None:
    batches = sorted(length_buckets(lengths, budget, seed), key=lambda b: -max(lengths[i] for i in b))
    last = min(batches, key=lambda b: (max(lengths[i] for i in b), len(b)))  # what was left over
    for batch in batches:
        if batch is not last:
            assert max(lengths[i] for i in batch) * (len(batch) + 1) > budget


@given(seeds)
def test_buckets_pad_less_than_random_batches_of_the_same_sizes(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(1, 257, (500,), generator=generator).tolist()
    batches = length_buckets(lengths, 2048, seed)
    at_random = iter(torch.randperm(500, generator=generator).tolist())
    random_batches = [[next(at_random) for _ in batch] for batch in batches]

    def cells(of: list[list[int]]) -> int:
        return sum(len(batch) * max(lengths[i] for i in batch) for batch in of)

    assert cells(batches) < cells(random_batches)


@given(lengths_of_corpora, budgets, seeds)
def test_a_seed_repeats_its_batches(lengths: list[int], budget: int, seed: int) -> None:
    assert length_buckets(lengths, budget, seed) == length_buckets(lengths, budget, seed)


def test_another_seed_brings_the_batches_in_another_order() -> None:
    lengths = list(range(1, 101))  # no ties: the batches themselves are the same
    first, second = length_buckets(lengths, 200, 0), length_buckets(lengths, 200, 1)
    assert first != second
    assert sorted(first) == sorted(second)


def test_batches_do_not_come_by_length() -> None:
    lengths = list(range(1, 101))
    longest = [max(lengths[i] for i in batch) for batch in length_buckets(lengths, 200, 0)]
    assert longest not in (sorted(longest), sorted(longest, reverse=True))


def test_another_seed_lets_other_examples_of_equal_length_meet() -> None:
    first, second = ({frozenset(b) for b in length_buckets([5] * 40, 20, seed)} for seed in (0, 1))
    assert first != second
