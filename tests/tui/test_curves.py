"""Which points of a history are drawn."""

import math

from hypothesis import given
from hypothesis import strategies as st

from tui.widgets.curves import POINTS, thinned


@given(st.integers(1, 2000), st.data())
def test_there_are_never_too_many_points_and_the_best_is_one_of_them(length: int, data: st.DataObject) -> None:
    best = data.draw(st.integers(1, length))
    history = [{"epoch": epoch, "validation_loss": 1 / epoch} for epoch in range(1, length + 1)]
    found = thinned(history, "validation_loss", best)
    assert len(found) <= POINTS
    assert (best, 1 / best) in found


def test_what_is_not_a_number_is_left_out() -> None:
    history = [{"epoch": 1, "loss": math.nan}, {"epoch": 2, "loss": None}, {"epoch": 3}, {"epoch": 4, "loss": 0.5}]
    assert thinned(history, "loss", best=0) == [(4, 0.5)]
