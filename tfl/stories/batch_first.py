"""Attention across the batch: a review's answer changes with the reviews beside it."""

import torch
from torch import Tensor, nn

from solutions.exercise1_positional_encoding import PositionalEncoding
from tfl.stories.telling import Story, cause, experiment, mend, symptom, table

WIDTH, PLACES, WORDS = 16, 6, 50
NEIGHBOURS = ("alone", "beside one other", "beside three others", "beside seven others")
COUNTS = (1, 2, 4, 8)


class Reader(nn.Module):
    """A transformer with random weights that says how positive a text is; `batch_first` is all that differs."""

    def __init__(self, batch_first: bool) -> None:
        super().__init__()
        torch.manual_seed(0)  # the same weights, whether mended or not
        self.embedding = nn.Embedding(WORDS, WIDTH)
        self.places = PositionalEncoding(WIDTH, PLACES, dropout=0.0)
        layer = nn.TransformerEncoderLayer(WIDTH, nhead=2, dim_feedforward=32, batch_first=batch_first)
        self.encoder = nn.TransformerEncoder(layer, num_layers=2, enable_nested_tensor=False)
        self.classifier = nn.Linear(WIDTH, 2)
        self.eval()

    @torch.no_grad()
    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens (b, s) → the probability of "positive" (b,)."""
        x = self.encoder(self.places(self.embedding(tokens)))  # (b, s, d)
        return self.classifier(x.mean(dim=1)).softmax(dim=1)[:, 1]


def reviews() -> Tensor:
    """Eight texts of six random words (8, 6)."""
    return torch.randint(0, WORDS, (COUNTS[-1], PLACES), generator=torch.Generator().manual_seed(1))


def answers(reader: Reader) -> list[float]:
    """What the first review is told alone, and beside more and more others."""
    return [reader(reviews()[:count])[0].item() for count in COUNTS]


def moved(reader: Reader, of_other: bool) -> float:
    """How far the first of two reviews' answer moves when its own words change, or those of its neighbour."""
    before, others = reviews()[:2], reviews()[2:4]
    after = before.clone()
    after[int(of_other), 1:] = others[int(of_other), 1:]
    return abs((reader(after)[0] - reader(before)[0]).item())


def tell() -> Story:
    """Judge one review in growing company, broken and mended, with the same weights."""
    broken, mended = Reader(batch_first=False), Reader(batch_first=True)
    spread = max(answers(broken)) - min(answers(broken))
    return (
        symptom(
            "The same review, the same weights, eval mode. Only its company in the batch changes:",
            table(["the review is judged", "probability of positive"], zip(NEIGHBOURS, answers(broken), strict=True)),
        ),
        experiment(
            "Change the words behind the first, and see whether the answer moves.  The review's own words should "
            "move it; those of its neighbour should not.",
            table(
                ["changed", "the answer moves by"],
                [
                    ("its own words", moved(broken, of_other=False)),
                    ("its neighbour's words", moved(broken, of_other=True)),
                ],
            ),
        ),
        cause(
            "nn.TransformerEncoderLayer takes the FIRST axis for the sequence, unless it is told batch_first=True.  "
            "Given (b, s, d) it reads each review as one step of a sequence of reviews: words attend to the words of "
            f"other reviews in the same place, never to their own neighbours.  The answer moved by {spread:.3f} in "
            "this company. All shapes fit, so no error comes."
        ),
        mend(
            "nn.TransformerEncoderLayer(…, batch_first=True).  The same weights, the same questions:",
            table(
                ["", "broken", "mended"],
                [
                    *zip(NEIGHBOURS, answers(broken), answers(mended), strict=True),
                    ("moved by its own words", moved(broken, False), moved(mended, False)),
                    ("moved by its neighbour's words", moved(broken, True), moved(mended, True)),
                ],
            ),
        ),
    )
