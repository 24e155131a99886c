"""Predictions with dropout on, results without a seed, and a table of places with a row per word."""

import io

import torch
from torch import Tensor, nn

from solutions.exercise1_positional_encoding import PositionalEncoding
from tfl.stories.telling import Story, cause, experiment, mend, symptom, table

WIDTH, CALLS, VOCABULARY, LONGEST = 100, 5, 400_002, 256
REVIEW = (3, 14, 15, 9, 2, 6)


class Critic(nn.Module):
    """Word vectors, one layer with dropout, a mean, a classifier; random weights."""

    def __init__(self, dropout: float = 0.3) -> None:
        super().__init__()
        self.embedding = nn.Embedding(20, 16)
        self.hidden = nn.Sequential(nn.Linear(16, 64), nn.ReLU(), nn.Dropout(dropout))
        self.classifier = nn.Linear(64, 2)

    @torch.no_grad()
    def predict(self, tokens: Tensor) -> float:
        """The probability of "positive" of one text (s,)."""
        return (6 * self.classifier(self.hidden(self.embedding(tokens)).mean(dim=0))).softmax(dim=0)[1].item()


def calls(evaluating: bool) -> list[float]:
    """The same call, several times."""
    torch.manual_seed(4)
    critic = Critic().train(not evaluating)
    return [critic.predict(torch.tensor(REVIEW)) for _ in range(CALLS)]


def first_answer(seed: int | None) -> float:
    """The answer of a critic whose weights are drawn anew, with a seed or with none."""
    if seed is None:
        torch.seed()
    else:
        torch.manual_seed(seed)
    return Critic().eval().predict(torch.tensor(REVIEW))


def saved_bytes(rows: int, persistent: bool) -> int:
    """The size of a saved table of places with so many rows."""
    encoding = PositionalEncoding(WIDTH, rows, dropout=0.0)
    if persistent:  # as the lab registers it
        encoding.register_buffer("table", encoding.table, persistent=True)
    file = io.BytesIO()
    torch.save(encoding.state_dict(), file)
    return file.tell()


def tell() -> Story:
    """Ask one critic five times, draw weights twice, and weigh a checkpoint."""
    state = torch.get_rng_state()
    columns = ["call", *map(str, range(1, CALLS + 1))]
    training = calls(evaluating=False)
    heavy, light = saved_bytes(VOCABULARY, persistent=True), saved_bytes(LONGEST, persistent=False)
    story = (
        symptom(
            "One review, the same weights, five calls of predict:",
            table(columns, [("probability of positive", *training)]),
        ),
        experiment(
            "Call model.eval() first, then ask again five times.",
            table(
                columns,
                [("train mode", *training), ("eval mode", *calls(evaluating=True))],
            ),
        ),
        cause(
            "A model is born in train mode, and every training loop puts it back there.  Dropout then switches other "
            f"features off in each call; here the answer wandered by {max(training) - min(training):.3f}.  Its "
            "sister: without a seed even the weights are others each time, so yesterday's answer cannot be made "
            "again.",
            table(
                ["weights drawn", "first time", "second time"],
                [
                    ("without a seed", first_answer(None), first_answer(None)),
                    ("with torch.manual_seed(0)", first_answer(0), first_answer(0)),
                ],
            ),
        ),
        mend(
            "model.eval() and torch.no_grad() around each prediction; torch.manual_seed(seed) before each training, "
            "and the seed in the run's record.  While you are there, look at the size of the checkpoint: the lab's "
            "table of places has a row for every word of the vocabulary, and is saved each time.",
            table(
                ["table of places", "rows", "megabytes in a file"],
                [
                    ("a row per word, saved", f"{VOCABULARY:,}", heavy / 1e6),
                    ("a row per place, not saved", f"{LONGEST:,}", light / 1e6),
                ],
            ),
        ),
    )
    torch.set_rng_state(state)
    return story
