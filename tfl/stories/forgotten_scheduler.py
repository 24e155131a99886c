"""A learning-rate scheduler that is made and never stepped, and best weights that are never kept."""

from itertools import pairwise
from statistics import fmean

import torch
from torch import nn

from tfl.stories.telling import Story, cause, experiment, mend, symptom, table

EPOCHS, FEATURES, EXAMPLES, BATCH = 12, 30, 400, 8
RATE, GAMMA = 8.0, 0.6
SHOWN = (1, 2, 4, 6, 8, 10, 12)  # epochs


def train(stepped: bool) -> list[tuple[float, float]]:
    """The rate and the validation loss of each epoch, of the same noisy task from the same seed."""
    torch.manual_seed(0)
    truth = torch.randn(FEATURES)
    x, unseen = torch.randn(EXAMPLES, FEATURES), torch.randn(EXAMPLES, FEATURES)
    y, answer = (
        (features @ truth + 2 * torch.randn(EXAMPLES) > 0).long() for features in (x, unseen)
    )  # noisy, so that there is something to settle
    model = nn.Linear(FEATURES, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, GAMMA)
    history = []
    for _ in range(EPOCHS):
        rate = float(optimizer.param_groups[0]["lr"])
        for batch in torch.randperm(EXAMPLES).split(BATCH):
            loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if stepped:
            scheduler.step()
        with torch.no_grad():
            history.append((rate, nn.functional.cross_entropy(model(unseen), answer).item()))
    return history


def jumps(history: list[tuple[float, float]]) -> float:
    """How far the loss jumps from one epoch to the next, on average over the second half."""
    losses = [loss for _, loss in history[EPOCHS // 2 :]]
    return fmean(abs(after - before) for before, after in pairwise(losses))


def tell() -> Story:
    """Train with and without the call; print the rates."""
    forgotten, stepped = train(stepped=False), train(stepped=True)
    losses = [loss for _, loss in forgotten]
    return (
        symptom(
            f"A scheduler multiplies the rate by {GAMMA} after each epoch, so the loss should settle.  It does not:",
            table(["epoch", *map(str, SHOWN)], [("validation loss", *(forgotten[epoch - 1][1] for epoch in SHOWN))]),
        ),
        experiment(
            "Print the rate that the optimizer really uses.",
            table(["epoch", *map(str, SHOWN)], [("rate", *(forgotten[epoch - 1][0] for epoch in SHOWN))]),
        ),
        cause(
            "The scheduler was made, and scheduler.step() is nowhere called.  A scheduler changes nothing by "
            "existing.  In the lab, the line that saves the best weights is commented out as well, so whatever the "
            f"last epoch left is kept: here {losses[-1]:.3f}, although epoch {losses.index(min(losses)) + 1} had "
            f"{min(losses):.3f}."
        ),
        mend(
            "scheduler.step() after each epoch, and keep the weights of the best epoch.  The same seed:",
            table(
                ["", "forgotten", "stepped"],
                [
                    *(
                        (f"rate in epoch {epoch}", forgotten[epoch - 1][0], stepped[epoch - 1][0])
                        for epoch in (1, EPOCHS // 2, EPOCHS)
                    ),
                    ("loss after the last epoch", losses[-1], stepped[-1][1]),
                    ("mean jump between epochs, second half", jumps(forgotten), jumps(stepped)),
                ],
            ),
        ),
    )
