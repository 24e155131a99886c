"""Reading a run's history: where overfitting begins."""

from collections.abc import Mapping, Sequence
from typing import Any

WORSE = 0.01  # share by which the validation loss must have risen, so that noise is not called overfitting


def overfits_from(history: Sequence[Mapping[str, Any]]) -> int | None:
    """The first epoch behind the lowest validation loss, where that loss has risen since while the training loss fell.

    None where that cannot be seen: too few epochs, losses missing, or a validation loss that has hardly risen.
    """
    known = [epoch for epoch in history if epoch.get("validation_loss") is not None]
    if len(known) < 2:
        return None
    best = min(range(len(known)), key=lambda place: known[place]["validation_loss"])
    last = known[-1]
    risen = last["validation_loss"] > known[best]["validation_loss"] * (1 + WORSE)
    fallen = last["train_loss"] < known[best]["train_loss"]
    return int(known[best + 1]["epoch"]) if best + 1 < len(known) and risen and fallen else None
