"""Examples become padded batches of about the same length."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tfl.batches import Examples, collate, head_and_tail, make_batches, make_examples, padded
from tfl.parts import REFERENCE

IDS = np.array([5, 6, 7, 8, 9, 10, 11], dtype=np.int32)
OFFSETS = np.array([0, 3, 3, 4, 7])  # texts [5, 6, 7], [], [8], [9, 10, 11]
LABELS = np.array([1, 0, 0, 1], dtype=np.int16)
CPU = torch.device("cpu")


def examples(*rows: int, max_tokens: int = 10) -> Examples:
    return make_examples(IDS, OFFSETS, LABELS, rows, max_tokens)


# --- head and tail


@given(st.lists(st.integers(0, 99), max_size=30), st.integers(1, 20))
def test_a_long_text_keeps_its_beginning_and_its_end(text: list[int], longest: int) -> None:
    cut = head_and_tail(torch.tensor(text), longest).tolist()
    assert len(cut) == min(len(text), longest)
    head = (len(cut) + 1) // 2
    assert cut[:head] == text[:head]
    assert cut[head:] == text[len(text) - (len(cut) - head) :]


def test_a_text_of_the_longest_length_is_whole() -> None:
    assert head_and_tail(torch.tensor([1, 2, 3, 4]), 4).tolist() == [1, 2, 3, 4]
    assert head_and_tail(torch.tensor([1, 2, 3, 4, 5]), 4).tolist() == [1, 2, 4, 5]


# --- examples


def test_an_example_has_the_tokens_and_the_label_of_its_row() -> None:
    chosen = examples(3, 0, 2)
    assert [sequence.tolist() for sequence in chosen.sequences] == [[9, 10, 11], [5, 6, 7], [8]]
    assert chosen.labels.tolist() == [1, 1, 0]
    assert chosen.labels.dtype == torch.int64
    assert chosen.rows == [3, 0, 2]
    assert chosen.lengths == [3, 3, 1]
    assert len(chosen) == 3


def test_a_text_without_words_is_an_example() -> None:
    assert examples(1).lengths == [0]


def test_examples_are_cut_to_the_longest_length() -> None:
    assert [sequence.tolist() for sequence in examples(0, 2, max_tokens=2).sequences] == [[5, 7], [8]]


def test_a_selection_keeps_tokens_labels_and_rows_together() -> None:
    chosen = examples(0, 1, 2, 3).select([3, 1])
    assert [sequence.tolist() for sequence in chosen.sequences] == [[9, 10, 11], []]
    assert chosen.labels.tolist() == [1, 0]
    assert chosen.rows == [3, 1]


# --- batches


def test_a_batch_is_padded_with_0_and_its_mask_says_where() -> None:
    tokens, mask, labels = collate(examples(0, 2, 3), [1, 2], CPU)
    assert tokens.tolist() == [[8, *[0] * 15], [9, 10, 11, *[0] * 13]]
    assert mask.tolist() == [[True] + [False] * 15, [True] * 3 + [False] * 13]
    assert labels.tolist() == [0, 1]
    assert (tokens.dtype, mask.dtype, labels.dtype) == (torch.int64, torch.bool, torch.int64)


@given(st.integers(0, 600))
def test_batches_have_few_widths_and_none_cuts_a_text(length: int) -> None:
    assert length <= padded(length) < length + 16
    assert padded(length) % 16 == 0


@given(st.lists(st.integers(0, 60), min_size=1, max_size=40), st.integers(1, 500))
def test_a_batch_holds_its_budget_of_tokens_as_it_is_padded(lengths: list[int], budget: int) -> None:
    sequences = [torch.full((length,), 5, dtype=torch.int32) for length in lengths]
    found = Examples(sequences, torch.zeros(len(lengths), dtype=torch.int64), list(range(len(lengths))))
    for batch in make_batches(found, budget, 0):
        tokens, mask, _ = collate(found, batch, CPU)
        assert len(batch) == 1 or tokens.numel() <= budget
        assert mask.sum(1).tolist() == [lengths[i] for i in batch]


@given(st.integers(1, 20), st.integers(0, 100))
def test_every_example_is_in_one_batch(budget: int, seed: int) -> None:
    batches = make_batches(examples(0, 1, 2, 3, 0), budget, seed)
    assert sorted(i for batch in batches for i in batch) == [0, 1, 2, 3, 4]


def test_a_learners_buckets_and_padding_take_the_place_of_ours() -> None:
    theirs = replace(
        REFERENCE,
        length_buckets=lambda lengths, budget, seed: [[len(lengths), budget, seed]],
        pad_and_mask=lambda sequences: (torch.full((1, 1), 42), torch.ones(1, 1, dtype=torch.bool)),
    )
    assert make_batches(examples(0, 1), 30, 7, theirs) == [[2, 30, 7]]
    assert collate(examples(0), [0], CPU, theirs)[0][0, 0] == 42


@pytest.mark.parametrize("rows", [(), (0, 1, 2)])
def test_any_number_of_rows_makes_examples(rows: tuple[int, ...]) -> None:
    assert examples(*rows).labels.shape == (len(rows),)
