"""Padding that is read: no mask, a mean over all cells, and the wrong id to fill with."""

import torch
from torch import Tensor, nn

from tfl.stories.telling import Story, cause, experiment, mend, symptom, table

UNK, PAD, WORDS, WIDTH = 0, 1, 40, 16  # as in the lab: <unk> is 0, <pad> is 1
CELLS = (0, 4, 12, 40)  # of padding behind the review


class Reader(nn.Module):
    """One attention layer with random weights and a mean; each of the three mends can be switched on."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.embedding = nn.Embedding(WORDS, WIDTH)
        self.layer = nn.TransformerEncoderLayer(WIDTH, nhead=2, dim_feedforward=32, batch_first=True)
        self.classifier = nn.Linear(WIDTH, 2)
        self.eval()

    @torch.no_grad()
    def judge(self, tokens: Tensor, real: Tensor, masked_attention: bool, masked_mean: bool) -> float:
        """The probability of "positive" of one text: tokens and real cells (1, s)."""
        x = self.layer(self.embedding(tokens), src_key_padding_mask=~real if masked_attention else None)  # (1, s, d)
        share = real if masked_mean else torch.ones_like(real)
        mean = (x * share[..., None]).sum(dim=1) / share.sum(dim=1, keepdim=True)
        return self.classifier(mean).softmax(dim=1)[0, 1].item()


def padded(cells: int, fill: int) -> tuple[Tensor, Tensor]:
    """A review of five words with `cells` of padding behind it, and which cells are real: (1, 5 + cells) each."""
    review = torch.tensor([[7, 12, 9, 30, 21]])
    tokens = torch.cat([review, torch.full((1, cells), fill)], dim=1)
    return tokens, torch.arange(tokens.shape[1])[None] < 5


def answers(reader: Reader, fill: int, masked_attention: bool, masked_mean: bool) -> list[float]:
    """What the review is told with more and more padding."""
    return [reader.judge(*padded(cells, fill), masked_attention, masked_mean) for cells in CELLS]


def tell() -> Story:
    """Pad one review and watch its answer; then mend attention, then the mean."""
    reader = Reader()
    columns = ["", *(f"{cells} cells" for cells in CELLS)]
    broken = answers(reader, UNK, False, False)
    steps = [
        ("as in the lab", *broken),
        ("padded with <pad>", *answers(reader, PAD, False, False)),
        ("and mask in attention", *answers(reader, PAD, True, False)),
        ("and mask in the mean", *answers(reader, PAD, True, True)),
    ]
    return (
        symptom(
            "A review of five words gets another answer when it stands in a batch with a longer one.  Its "
            "probability of positive, with more and more padding behind it:",
            table(columns, [("the review", *broken)]),
        ),
        experiment(
            "Fill with another id.  If padding is not read, it cannot matter what it is.",
            table(
                columns,
                [
                    (f"filled with {fill} ({name})", *answers(reader, fill, False, False))
                    for fill, name in ((UNK, "<unk>"), (PAD, "<pad>"), (17, "some word"))
                ],
            ),
        ),
        cause(
            "Three things at once.  The mean runs over all cells, so a short review in a long batch is mostly the "
            "mean of padding.  Attention has no mask, so every word looks at padding.  And pad_sequence fills with "
            "0, which is <unk> in this vocabulary: the model takes the end of a short review for forty unknown "
            "words."
        ),
        mend(
            "Mend them one by one.  Only when attention and the mean both leave padding out does the answer stand "
            "still:",
            table(columns, steps),
        ),
    )
