"""Where overfitting begins."""

import pytest

from tfl.curves import overfits_from


def history(train: list[float], validation: list[float | None]) -> list[dict[str, float | None]]:
    pairs = zip(train, validation, strict=True)
    return [{"epoch": n, "train_loss": t, "validation_loss": v} for n, (t, v) in enumerate(pairs, start=1)]


@pytest.mark.parametrize(
    ("train", "validation", "epoch"),
    [
        ([0.5, 0.3, 0.1], [0.48, 0.41, 0.62], 3),
        ([0.5, 0.3, 0.1, 0.05], [0.41, 0.48, 0.55, 0.62], 2),
        ([0.5, 0.3, 0.1], [0.48, 0.41, 0.40], None),  # still falling
        ([0.5, 0.3, 0.1], [0.48, 0.400, 0.402], None),  # noise
        ([0.5, 0.3, 0.6], [0.48, 0.41, 0.62], None),  # both rise: that is not overfitting
        ([0.5], [0.5], None),
        ([0.5, 0.3], [None, None], None),
    ],
)
def test_it_begins_behind_the_lowest_validation_loss(
    train: list[float], validation: list[float | None], epoch: int | None
) -> None:
    assert overfits_from(history(train, validation)) == epoch
