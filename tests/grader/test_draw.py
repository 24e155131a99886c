"""Inputs come from a seed: equal seeds draw equal ones, and bounds are inclusive."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.draw import Draw

seeds = st.text(max_size=20)


def everything(draw: Draw) -> list[object]:
    return [
        draw.integer(0, 10**6),
        draw.integers(3, 0, 99),
        draw.number(),
        draw.numbers(2, -1, 1),
        draw.choice("abcdef"),
        draw.sample(range(50), 5),
        draw.shuffled(range(20)),
        draw.word(),
        draw.tensor(2, 3).tolist(),
    ]


@given(seeds)
def test_equal_seeds_draw_equal_inputs(seed: str) -> None:
    assert everything(Draw(seed)) == everything(Draw(seed))


def test_other_seeds_draw_others() -> None:
    first, second = everything(Draw("a")), everything(Draw("b"))
    assert all(
        one != other for one, other in zip(first, second, strict=True) if not isinstance(one, str) or len(one) > 1
    )


@given(seeds)
def test_drawing_leaves_the_global_generators_alone(seed: str) -> None:
    before = torch.get_rng_state()
    everything(Draw(seed))
    assert torch.equal(before, torch.get_rng_state())


@given(seeds, st.integers(-5, 5), st.integers(0, 5))
def test_bounds_are_inclusive_and_kept(seed: str, low: int, more: int) -> None:
    drawn = Draw(seed).integers(200, low, low + more)
    assert min(drawn) >= low and max(drawn) <= low + more


def test_both_bounds_can_be_drawn() -> None:
    assert set(Draw("x").integers(100, 1, 2)) == {1, 2}


def test_a_tensor_has_the_number_format_that_is_asked_for() -> None:
    assert Draw("x").tensor(2, dtype=torch.float64).dtype == torch.float64
