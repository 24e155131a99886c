"""The positional encoding is the formula of the paper, for every width and every place."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from solutions.exercise1_positional_encoding import PositionalEncoding

widths = st.integers(1, 33)
places = st.integers(0, 4999)


def codes(width: int, max_len: int = 5000) -> torch.Tensor:
    """The codes of all places, (max_len, d): what is added to zeros."""
    return PositionalEncoding(width, max_len).eval()(torch.zeros(1, max_len, width))[0]


@given(widths, places)
def test_a_code_is_the_formula_of_the_paper(width: int, place: int) -> None:
    expected = []
    for feature in range(width):
        angle = place / 10000 ** (feature // 2 * 2 / width)
        expected.append(math.sin(angle) if feature % 2 == 0 else math.cos(angle))
    assert codes(width)[place].tolist() == pytest.approx(expected, abs=1e-6)


@given(st.integers(1, 16).map(lambda half: 2 * half), places, places, st.integers(-4999, 4999))
def test_how_alike_two_places_are_depends_on_their_distance_only(width: int, p: int, q: int, shift: int) -> None:
    table = codes(width).double()
    if 0 <= p + shift < 5000 and 0 <= q + shift < 5000:
        assert float(table[p] @ table[q]) == pytest.approx(float(table[p + shift] @ table[q + shift]), abs=1e-4)


def test_every_example_of_a_batch_gets_the_same_codes() -> None:
    x = torch.randn(3, 7, 6)
    added = PositionalEncoding(6).eval()(x) - x
    torch.testing.assert_close(added, codes(6)[:7].expand(3, 7, 6))


def test_the_order_of_words_shows() -> None:
    x = torch.randn(1, 5, 8)
    encode = PositionalEncoding(8).eval()
    assert not torch.allclose(encode(x.flip(1)), encode(x).flip(1))


def test_a_sequence_may_be_as_long_as_the_table() -> None:
    assert PositionalEncoding(4, 10)(torch.zeros(2, 10, 4)).shape == (2, 10, 4)


def test_a_longer_sequence_is_refused_with_both_lengths() -> None:
    with pytest.raises(ValueError, match=r"11 .* 10"):
        PositionalEncoding(4, 10)(torch.zeros(2, 11, 4))


def test_nothing_is_learned_and_nothing_is_saved() -> None:
    encode = PositionalEncoding(4)
    assert list(encode.parameters()) == []
    assert dict(encode.state_dict()) == {}


def test_the_codes_move_with_the_model() -> None:
    assert PositionalEncoding(4).to("meta")(torch.zeros(1, 3, 4, device="meta")).device.type == "meta"


def test_dropout_acts_while_training_only() -> None:
    encode = PositionalEncoding(4, 10, 1.0)
    x = torch.ones(1, 10, 4)
    assert not encode(x).any()
    assert encode.eval()(x).any()


def test_a_tenth_is_dropped_unless_told() -> None:
    torch.manual_seed(0)
    dropped = PositionalEncoding(64)(torch.full((20, 100, 64), 2.0)) == 0  # no code is −2
    assert dropped.float().mean().item() == pytest.approx(0.1, abs=0.01)
