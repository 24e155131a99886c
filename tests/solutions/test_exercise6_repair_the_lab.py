"""The mended program: one answer alone, beside others and with padding; the same run twice; nothing is unpickled."""

import io
import pickle

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from solutions.exercise6_repair_the_lab import (
    PAD,
    ReviewModel,
    fit,
    load_weights,
    pad,
    pool,
    predict,
    run,
    vocabulary,
    word_table,
)

WORDS = 9
texts = st.lists(st.lists(st.integers(2, WORDS + 1), min_size=1, max_size=9), min_size=1, max_size=5)


def model(dropout: float = 0.1) -> ReviewModel:
    torch.manual_seed(0)
    return ReviewModel(torch.randn(WORDS, 8), 3, dropout=dropout).eval()


@given(st.lists(st.text(min_size=1), unique=True, max_size=9))
def test_every_word_reads_its_own_vector(words: list[str]) -> None:
    vectors = torch.randn(len(words), 4)
    ids, table = vocabulary(words), word_table(vectors)
    assert all(
        torch.equal(table[ids[word]], vector) for word, vector in zip(words, vectors, strict=True) if word[0] != "<"
    )
    assert not table[:2].any()


@given(texts)
@settings(max_examples=25)
def test_a_text_gets_the_same_answer_alone_and_in_any_batch(some: list[list[int]]) -> None:
    body = model()
    alone = torch.cat([body(torch.tensor([text])) for text in some])
    torch.testing.assert_close(body(pad([*some, [2] * 12]))[:-1], alone, atol=1e-5, rtol=1e-4)


def test_a_text_without_any_token_pools_to_zeros() -> None:
    assert not pool(torch.full((1, 3, 2), torch.nan), torch.zeros(1, 3, dtype=torch.bool)).any()


def test_the_file_of_the_weights_does_not_grow_with_places() -> None:
    few, many = ReviewModel(torch.zeros(5, 4), 2, max_len=8), ReviewModel(torch.zeros(5, 4), 2, max_len=800)
    assert {k: v.shape for k, v in few.state_dict().items()} == {k: v.shape for k, v in many.state_dict().items()}


def test_the_rate_falls_after_each_epoch() -> None:
    history = fit(model(), [[2], [3, 4]], [0, 1], 3, 1.0)
    assert [epoch["rate"] for epoch in history] == pytest.approx([1.0, 0.9, 0.81])


def test_equal_seeds_give_equal_runs() -> None:
    vectors, some = torch.randn(WORDS, 8), [[2, 3], [4], [5, 6, 7]]
    (first, losses), (second, again) = (run(vectors, some, [0, 1, 0], 2, 2, 0.5, seed=3) for _ in range(2))
    assert losses == again
    assert torch.equal(predict(first, some), predict(second, some))


def test_a_prediction_drops_nothing() -> None:
    body = model(dropout=0.9).train()
    first = predict(body, [[2, 3, 4]])
    assert torch.equal(first, predict(body.train(), [[2, 3, 4]]))
    assert first.sum().item() == pytest.approx(1.0)


def test_padding_alone_is_not_pooled() -> None:
    tokens = torch.tensor([[2, PAD, PAD]])
    states = torch.tensor([[[1.0], [50.0], [50.0]]])
    assert pool(states, tokens != PAD).item() == 1.0


class Harmful:
    """Unpickling it would end the test run."""

    def __reduce__(self) -> tuple[type, tuple[str]]:
        return SystemExit, ("unpickled",)


def test_weights_are_loaded_and_nothing_else() -> None:
    good, bad = io.BytesIO(), io.BytesIO()
    torch.save(model().state_dict(), good)
    torch.save({"classifier.bias": Harmful()}, bad)
    good.seek(0)
    bad.seek(0)
    torch.manual_seed(9)
    other = ReviewModel(torch.randn(WORDS, 8), 3).eval()
    load_weights(other, good)
    assert torch.equal(other(torch.tensor([[2, 3]])), model()(torch.tensor([[2, 3]])))
    with pytest.raises(pickle.UnpicklingError):
        load_weights(other, bad)
