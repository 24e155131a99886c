"""The learning rate over the steps of a phase, and the words that a step drops."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tfl.training import drop_words, scheduled


def test_the_rate_climbs_in_a_straight_line_and_falls_to_nothing() -> None:
    shares = [scheduled(step, 100, 0.1) for step in range(100)]
    assert shares[:4] == pytest.approx([0.1, 0.2, 0.3, 0.4])
    assert max(shares) == shares[9] == pytest.approx(1.0, abs=0.02)
    assert shares[9:] == sorted(shares[9:], reverse=True)
    assert 0 < shares[-1] < 0.02


@given(st.integers(1, 300), st.floats(0, 0.9))
def test_the_rate_never_exceeds_its_peak_and_reaches_it_in_a_phase_of_any_length(steps: int, warmup: float) -> None:
    shares = [scheduled(step, steps, warmup) for step in range(steps)]
    assert max(shares) <= 1
    assert max(shares) >= 1 - 1 / (steps * (1 - warmup)) - 1e-9
    assert min(shares) > 0


def test_without_warm_up_the_rate_starts_at_its_peak() -> None:
    assert scheduled(0, 10, 0.0) == 1.0


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_every_step_of_a_very_short_phase_has_a_rate(steps: int) -> None:
    assert all(scheduled(step, steps, 0.1) > 0 for step in range(steps))


def test_dropped_words_become_unknown_and_special_tokens_stay() -> None:
    torch.manual_seed(0)
    tokens = torch.tensor([[0, 1, 2, 5]]).repeat(1, 1000)
    dropped = drop_words(tokens, 0.3)
    assert torch.equal(dropped.view(-1, 4)[:, :3], tokens.view(-1, 4)[:, :3])
    words = dropped.view(-1, 4)[:, 3]
    assert set(words.tolist()) == {1, 5}
    assert 0.25 < (words == 1).double().mean() < 0.35
