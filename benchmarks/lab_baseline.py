"""The lab's model and loop, made again in our own words, to be measured against.

The lab is a notebook, "Pre-Training and Fine-Tuning with PyTorch".  What it computes is kept as it is, with
its seven defects: each is marked where it stands.  What differs:

- The word vectors are random.  The lab's are GloVe's, which are not here; reading a row costs the same.
- Reviews come as token ids.  The lab's tokenizing is not measured, which is in its favour.

Shapes: b batch, s sequence, d = 100 width, v words in the vocabulary, c classes.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

Review = tuple[int, Tensor]  # class, token ids (s,) int64: the whole review, never cut

GLOVE_WORDS = 400_000
SPECIALS = ("<unk>", "<pad>")
UNK, PAD = 0, 1
WIDTH = 100
BATCH = 32
RATE = 1.0
CLIP = 0.1


class Positions(nn.Module):
    """Adds sines and cosines to (b, s, d), then drops out."""

    table: Tensor

    def __init__(self, rows: int) -> None:
        super().__init__()
        angles = torch.arange(rows).unsqueeze(1) * torch.exp(torch.arange(0, WIDTH, 2) * (-math.log(1e4) / WIDTH))
        table = torch.zeros(rows, WIDTH)
        table[:, 0::2], table[:, 1::2] = angles.sin(), angles.cos()
        self.register_buffer("table", table)  # a persistent buffer: it goes into every checkpoint
        self.dropout = nn.Dropout(0.1)

    def forward(self, x: Tensor) -> Tensor:
        return self.dropout(x + self.table[: x.shape[1]])


class LabModel(nn.Module):
    """Tokens (b, s) → logits (b, c), with no mask."""

    def __init__(self, vectors: Tensor, classes: int) -> None:
        """`vectors` has one row per word, (v - 2, d); word i of them has token id i + 2."""
        super().__init__()
        # Defect 3: two special tokens stand before the words in the vocabulary, and the rows were not
        # shifted.  Every word reads a vector two rows off (and the last two words would have none).
        self.words = nn.Embedding.from_pretrained(vectors, freeze=True)
        # Defect 5, third part: a position for each *word* of the vocabulary; with GloVe's, 160 MB of them.
        self.positions = Positions(len(vectors) + len(SPECIALS))
        # Defect 1: without batch_first=True the first axis, the reviews, is taken for the sequence.
        # Attention runs across the batch.
        layer = nn.TransformerEncoderLayer(WIDTH, nhead=2, dim_feedforward=128, dropout=0.1, activation="relu")
        # Without batch_first there are no nested tensors anyway: False spares the warning that says so.
        self.encoder = nn.TransformerEncoder(layer, num_layers=2, enable_nested_tensor=False)
        self.classifier = nn.Linear(WIDTH, classes)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.positions(self.words(tokens) * math.sqrt(WIDTH))  # (b, s, d)
        x = self.encoder(x)  # Defect 2, first part: nothing says which tokens are padding
        return self.classifier(x.mean(dim=1))  # …and the mean is taken over padding too


def random_vectors(words: int) -> Tensor:
    """Vectors (words, d) of about the size of GloVe's."""
    return 0.4 * torch.randn(words, WIDTH)


def final_layer_only(model: LabModel, classes: int) -> None:
    """Freeze everything and put a new final layer on top, which alone learns."""
    model.requires_grad_(False)
    model.classifier = nn.Linear(WIDTH, classes)


def chosen_layers(vectors: Tensor, classes: int) -> LabModel:
    """The lab's one exercise: a model in which the last encoder layer and the classifier may learn."""
    # Defect 7: the layers are chosen in a model with random weights, and it is never trained.
    model = LabModel(vectors, classes).requires_grad_(False)
    model.encoder.layers[-1].requires_grad_(True)
    model.classifier.requires_grad_(True)
    return model


def loader(reviews: Sequence[Review]) -> DataLoader:
    """Random batches of 32."""
    # Defect 5, second part: there is no seed, here or anywhere.
    return DataLoader(list(reviews), batch_size=BATCH, shuffle=True, collate_fn=_collate)  # type: ignore[arg-type]


def _collate(reviews: list[Review]) -> tuple[Tensor, Tensor]:
    labels, sequences = zip(*reviews, strict=True)
    # Defect 2, second part: pad_sequence fills with 0, which is <unk>; <pad> is 1.
    return torch.tensor(labels), pad_sequence(list(sequences), batch_first=True)


def train(
    model: LabModel, reviews: Sequence[Review], validation: Sequence[Review], epochs: int
) -> tuple[list[float], list[float], torch.optim.Optimizer]:
    """Losses (summed over an epoch's batches), validation accuracies, and the optimizer as it was left."""
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.1)  # Defect 4: made, and never stepped
    criterion = nn.CrossEntropyLoss()
    losses, accuracies = [], []
    batches, validation_batches = loader(reviews), loader(validation)
    for _ in range(epochs):
        model.train()  # a frozen body too: its dropout stays on
        total = 0.0
        for labels, tokens in batches:
            optimizer.zero_grad()
            loss = criterion(model(tokens), labels)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), CLIP)
            optimizer.step()
            total += loss.item()
        losses.append(total)
        accuracies.append(evaluate(model, validation_batches))
        # Defect 4, second part: the lab's line that would save the best weights is commented out.
    # Defect 6: the lab pickles both lists, and reads downloaded files with `pickle.load` and `torch.load`,
    # so that whoever made them could run code.  It is told here, not done.
    return losses, accuracies, optimizer


def evaluate(model: LabModel, batches: DataLoader) -> float:
    """Accuracy over all batches."""
    model.eval()
    correct = count = 0
    with torch.no_grad():
        for labels, tokens in batches:
            correct += int((model(tokens).argmax(dim=1) == labels).sum())
            count += len(labels)
    return correct / count


def predict(model: LabModel, tokens: Tensor) -> Tensor:
    """Logits (c,) of one review."""
    # Defect 5, first part: no model.eval(), so dropout answers along.
    with torch.no_grad():
        return model(tokens.unsqueeze(0)).squeeze(0)
