"""Exercise 6: repair the lab.

A lab that many people have worked through trains a small transformer on film reviews.  It runs from the first
cell to the last, prints losses, and reports an accuracy.  Nothing crashes, and ten things are wrong.  This is a
small program of our own that had the same ten defects, mended; each mended line says what was wrong.

Two questions find most of them:

- Does a text get the same answer alone, beside other texts, and with padding behind it?
- Does the same call give the same answer twice?

For example, with vectors [1, 2] for "good" and [3, 4] for "bad", the ids are <unk> 0, <pad> 1, good 2, bad 3,
and row 2 of the word table must be [1, 2].

Sources: https://docs.pytorch.org/docs/stable/generated/torch.nn.TransformerEncoderLayer.html (`batch_first`,
`src_key_padding_mask`), https://docs.pytorch.org/docs/stable/notes/randomness.html,
https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
Shapes: b batch, s sequence, d width, c classes.
"""

from collections.abc import Sequence
from typing import BinaryIO

import torch
from torch import Tensor, nn

UNK, PAD = 0, 1  # ids of the special tokens: a word that nobody knows, and what fills a batch up
SPECIAL = ("<unk>", "<pad>")
BATCH = 32
CLIP = 0.1  # gradients are cut to this norm
DECAY = 0.9  # of the learning rate, after each epoch


def vocabulary(words: Sequence[str]) -> dict[str, int]:
    """The id of every word: the special tokens first, then the words in their order.

    ["good", "bad"] → {"<unk>": 0, "<pad>": 1, "good": 2, "bad": 3}
    """
    return {word: id for id, word in enumerate([*SPECIAL, *words])}


def word_table(vectors: Tensor) -> Tensor:
    """One row for every id: (words, d) → (words + 2, d).  The special tokens read zeros, a word its own vector.

    [[1, 2], [3, 4]] → [[0, 0], [0, 0], [1, 2], [3, 4]]
    """
    # The special tokens come first, as in the vocabulary: behind the words, every word would read a row two off.
    return torch.cat([vectors.new_zeros(len(SPECIAL), vectors.shape[1]), vectors])


def place_codes(places: int, width: int) -> Tensor:
    """The sines and cosines of exercise 1, (places, d), d even.  There is nothing to mend here."""
    place = torch.arange(places).unsqueeze(1)  # (places, 1)
    angle = place * 10000.0 ** (-torch.arange(0, width, 2) / width)  # (places, d/2)
    return torch.stack([angle.sin(), angle.cos()], dim=2).flatten(1)


def pad(texts: Sequence[Sequence[int]]) -> Tensor:
    """Token ids of several texts as one rectangle (b, s), filled up with <pad>.

    [[5, 6, 7], [8]] → [[5, 6, 7], [8, 1, 1]]
    """
    rows = [torch.tensor(text, dtype=torch.int64) for text in texts]
    # Unless told, `pad_sequence` fills up with 0, which is <unk>.
    return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)


def pool(states: Tensor, real: Tensor) -> Tensor:
    """The mean over the real positions: (b, s, d) and (b, s; True where a token is real) → (b, d).

    States [[2], [4], [9]] of which the first two are real give [3].  A text without any token gives zeros.
    """
    # `states.mean(dim=1)` would count padding too: the shorter the text, the paler its mean.
    total = states.masked_fill(~real.unsqueeze(2), 0).sum(dim=1)  # (b, d)
    return total / real.sum(dim=1, keepdim=True).clamp(min=1)


class ReviewModel(nn.Module):
    """Word vectors that stay as they are, places, two encoder layers, their mean, a classifier.

    Padding changes nothing, nor do the other texts of a batch.

    Args:
        vectors: (words, d) the vectors of the words, d even.
        classes: c.
        max_len: the longest text in tokens, and so the number of places that need a code.
        dropout: the share of features set to zero while training.
    """

    places: Tensor

    def __init__(self, vectors: Tensor, classes: int, max_len: int = 256, dropout: float = 0.1) -> None:
        super().__init__()
        table = word_table(vectors)
        width = table.shape[1]
        self.embedding = nn.Embedding.from_pretrained(table, freeze=True)
        # A row for each place, not for each word of the vocabulary, and none of them in the file of the weights.
        self.register_buffer("places", place_codes(max_len, width), persistent=False)
        self.dropout = nn.Dropout(dropout)
        # Without batch_first the layers take the batch for the sequence: texts attend to their neighbours in it.
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(width, nhead=2, dim_feedforward=128, dropout=dropout, batch_first=True)
            for _ in range(2)
        )
        self.classifier = nn.Linear(width, classes)

    def encode(self, tokens: Tensor) -> Tensor:
        """Tokens (b, s) → what the last encoder layer says of each (b, s, d)."""
        vectors = self.embedding(tokens) * self.embedding.embedding_dim**0.5  # (b, s, d)
        states = self.dropout(vectors + self.places[: tokens.shape[1]])
        for layer in self.layers:
            states = layer(states, src_key_padding_mask=tokens == PAD)  # or words attend to padding
        return states

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens (b, s) → logits (b, c)."""
        return self.classifier(pool(self.encode(tokens), tokens != PAD))


def fit(
    model: nn.Module, texts: Sequence[Sequence[int]], labels: Sequence[int], epochs: int, rate: float
) -> list[dict[str, float]]:
    """Trains a model of tokens (b, s) → logits (b, c), in batches drawn at random.

    After each epoch the learning rate falls to nine tenths: rate 1.0 trains epochs at 1.0, 0.9, 0.81, …

    Returns:
        An entry for each epoch: its mean {"loss": …} and the {"rate": …} that it was trained with.
    """
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.SGD(learning, lr=rate)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, DECAY)
    model.train()
    history = []
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(texts)).split(BATCH):
            indices = batch.tolist()
            logits = model(pad([texts[i] for i in indices]))  # (b, c)
            loss = nn.functional.cross_entropy(logits, torch.tensor([labels[i] for i in indices]))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(learning, CLIP)
            optimizer.step()
            total += loss.item() * len(indices)
        history.append({"loss": total / len(texts), "rate": float(scheduler.get_last_lr()[0])})
        scheduler.step()  # a scheduler that is made and never stepped changes nothing
    return history


def run(
    vectors: Tensor,
    texts: Sequence[Sequence[int]],
    labels: Sequence[int],
    classes: int,
    epochs: int,
    rate: float,
    seed: int,
) -> tuple[ReviewModel, list[dict[str, float]]]:
    """A new model, trained, and its history.  Equal seeds give equal results, number by number."""
    torch.manual_seed(seed)  # decides the first weights, the order of the batches and what dropout drops
    model = ReviewModel(vectors, classes)
    return model, fit(model, texts, labels, epochs, rate)


@torch.no_grad()
def predict(model: nn.Module, texts: Sequence[Sequence[int]]) -> Tensor:
    """The probability of each class for each text (b, c), the same each time: nothing is dropped."""
    model.eval()  # or dropout goes on, and every call gives another answer
    return model(pad(texts)).softmax(dim=1)


def load_weights(model: nn.Module, file: BinaryIO) -> None:
    """Puts weights that `torch.save(model.state_dict(), file)` wrote into a model.

    The file may come from a stranger.  Whatever it holds, nothing in it is run.
    """
    model.load_state_dict(torch.load(file, weights_only=True))  # an unpickled file can run any program it likes
