"""Words that keep the same company get near vectors: counted, taken logarithms of, compressed."""

from collections.abc import Sequence

import numpy as np
import pytest
import scipy.sparse as sparse
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tfl.pretraining.words import cooccurrences, strongest_directions, word_vectors

VOCABULARY = 9
Texts = list[list[int]]
texts = st.lists(st.lists(st.integers(0, VOCABULARY - 1), max_size=8), max_size=6)


def flat(texts: Texts) -> tuple[np.ndarray, np.ndarray]:
    """Texts as token ids and offsets."""
    ids = np.array([word for text in texts for word in text], dtype=np.int32)
    return ids, np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)


def counted_by_hand(texts: Texts, window: int) -> np.ndarray:
    counts = np.zeros((VOCABULARY, VOCABULARY))
    for text in texts:
        for i, word in enumerate(text):
            for j, companion in enumerate(text):
                if i != j and abs(i - j) <= window and word >= 3 and companion >= 3:
                    counts[word, companion] += 1
    return counts


def symmetric(size: int, seed: int) -> np.ndarray:
    half = np.random.default_rng(seed).standard_normal((size, size)).astype(np.float32)
    return half + half.T


# --- counting


@given(texts, texts, st.integers(1, 5))
@settings(max_examples=60)
def test_company_is_counted_as_by_hand(first: Texts, second: Texts, window: int) -> None:
    counts = cooccurrences([flat(first), flat(second)], VOCABULARY, window)
    assert counts.toarray().tolist() == counted_by_hand(first + second, window).tolist()


def test_words_of_different_texts_keep_no_company() -> None:
    assert cooccurrences([flat([[3, 4], [5, 6]])], VOCABULARY, 10)[4, 5] == 0


def test_words_further_apart_than_the_window_keep_no_company() -> None:
    counts = cooccurrences([flat([[3, 4, 5, 6]])], VOCABULARY, 2)
    assert (counts[3, 5], counts[3, 6]) == (1, 0)


def test_special_tokens_keep_no_company_and_take_up_their_place() -> None:
    counts = cooccurrences([flat([[3, 1, 4, 0, 2, 5]])], VOCABULARY, 2).toarray()
    assert not counts[:3].any()
    assert not counts[:, :3].any()
    assert (counts[3, 4], counts[4, 5]) == (1, 0)


# --- compressing


@pytest.mark.parametrize("seed", [0, 1])
def test_the_strongest_directions_are_those_of_a_dense_solver(seed: int) -> None:
    matrix, width = symmetric(20, seed=7), 5
    values, vectors = np.linalg.eigh(matrix)
    strongest = np.argsort(-np.abs(values))[:width]
    expected = vectors[:, strongest] * np.sqrt(np.abs(values[strongest]))

    found = strongest_directions(sparse.csr_matrix(matrix), width, seed)

    assert found.shape == (20, width)
    # An eigenvector's sign is free, so the products of rows are compared.
    np.testing.assert_allclose(found @ found.T, expected @ expected.T, atol=1e-3)


def test_the_strongest_directions_of_a_large_matrix_are_found_among_many() -> None:
    rng = np.random.default_rng(0)
    axes, _ = np.linalg.qr(rng.standard_normal((200, 200)))
    values = np.concatenate([[90.0, -70.0, 50.0, 40.0], np.full(196, 0.1)])
    matrix = ((axes * values) @ axes.T).astype(np.float32)
    expected = axes[:, :4] * np.sqrt(np.abs(values[:4]))

    found = strongest_directions(sparse.csr_matrix(matrix), 4, seed=0)

    np.testing.assert_allclose(found @ found.T, expected @ expected.T, atol=0.05)


def test_a_vocabulary_smaller_than_the_width_leaves_the_other_directions_empty() -> None:
    found = strongest_directions(sparse.csr_matrix(symmetric(4, seed=0)), 10, seed=0)
    assert found.shape == (4, 10)
    assert not found[:, 4:].any()


# --- vectors


def speech(topics: Sequence[Sequence[int]], count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Texts of 12 words, each about one topic."""
    rng = np.random.default_rng(seed)
    return flat([rng.choice(topics[i % len(topics)], 12).tolist() for i in range(count)])


def test_words_in_the_same_company_get_near_vectors() -> None:
    sports, business = range(3, 23), range(23, 43)
    vectors, found = word_vectors([speech([sports, business], 400, seed=0)], 43, width=4, seed=0)
    assert found[3:].all()
    near = vectors @ vectors.T
    assert near[3:23, 3:23].min() > 0.9
    assert near[3:23, 23:].max() < 0.5


def test_vectors_have_unit_length_and_words_that_never_occur_have_none() -> None:
    vectors, found = word_vectors([speech([[3, 4, 5]], 20, seed=0)], 8, width=4, seed=0)
    assert vectors.dtype == torch.float32
    assert vectors.shape == (8, 4)
    assert found.tolist() == [False, False, False, True, True, True, False, False]
    torch.testing.assert_close(vectors[found].norm(dim=1), torch.ones(3))
    assert not vectors[~found].any()


def test_a_frequent_pair_counts_by_its_logarithm() -> None:
    texts = [[3, 4]] * 7 + [[5, 6]]
    vectors, _ = word_vectors([flat(texts)], 7, width=7, seed=0)
    counts = np.log1p(counted_by_hand(texts, 10)[:7, :7])
    values, axes = np.linalg.eigh(counts)
    expected = axes * np.sqrt(np.abs(values))
    expected[3:] /= np.linalg.norm(expected[3:], axis=1, keepdims=True)
    np.testing.assert_allclose(vectors.numpy() @ vectors.numpy().T, expected @ expected.T, atol=1e-4)


def test_a_seed_repeats_its_vectors_bit_by_bit() -> None:
    texts = [speech([range(3, 40)], 50, seed=0)]
    first, second = (word_vectors(texts, 40, width=8, seed=3)[0] for _ in range(2))
    assert torch.equal(first, second)
