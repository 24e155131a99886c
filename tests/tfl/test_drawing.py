"""Names on a figure do not cover each other."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from tfl.drawing import Label, label_points, spread

heights = st.lists(st.floats(0, 1000), max_size=12)


@given(heights, st.floats(0.1, 50))
def test_spread_values_are_apart_and_in_their_order(values: list[float], gap: float) -> None:
    moved = spread(values, gap)
    order = sorted(range(len(values)), key=values.__getitem__)
    assert all(moved[b] - moved[a] > gap - 1e-6 for a, b in pairwise(order))


@given(heights, st.floats(0.1, 50))
def test_spread_values_keep_their_mean(values: list[float], gap: float) -> None:
    assert sum(spread(values, gap)) == pytest.approx(sum(values), abs=1e-6)


def test_values_that_are_apart_are_not_moved() -> None:
    assert spread([30.0, 0.0, 10.0], 10.0) == [30.0, 0.0, 10.0]


def test_names_beside_near_points_do_not_cover_each_other() -> None:
    figure = Figure(figsize=(9, 5.4))
    ax = figure.subplots()
    points = [Label(0.5 + 0.02 * n, 0.5 + 0.005 * (n % 3), "a long name", "k") for n in range(8)]
    ax.plot([label.x for label in points], [label.y for label in points], "o")
    label_points(ax, points)
    boxes = [text.get_window_extent() for text in ax.texts if text.get_text()]
    assert len(boxes) == 8
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
