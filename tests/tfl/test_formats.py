"""Numbers as people read them."""

import pytest

from tfl.formats import duration, score, size


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.0 s"), (8.44, "8.4 s"), (59.97, "1 min 00 s"), (125, "2 min 05 s"), (3720, "1 h 02 min")],
)
def test_a_duration_is_readable(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (3400, "3.4 KB"), (84_125_825, "84.1 MB"), (10**15, "1000.0 TB")],
)
def test_a_size_is_readable(count: int, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(("value", "text"), [(None, "–"), (0.91264, "0.913"), (1.0, "1.000"), (float("nan"), "nan")])
def test_an_accuracy_has_three_digits(value: float | None, text: str) -> None:
    assert score(value) == text


def test_a_loss_may_have_more() -> None:
    assert score(0.34567, digits=4) == "0.3457"
