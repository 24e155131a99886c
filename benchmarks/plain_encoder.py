"""Our model as a tutorial would write and train it: the peer that shows what our layers and batches give.

The model computes the same as `tfl.model.TransformerClassifier` and takes its weights (a test holds both).
Only what the engine does for speed is left out: attention keeps its dropout, batches are random, the
optimizer is not fused, numbers are float32.

Shapes: b batch, s sequence, d width, c classes.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from solutions.exercise1_positional_encoding import PositionalEncoding
from tfl.batches import Examples, collate
from tfl.model import ModelConfig, mean_and_spread
from tfl.training import Recipe

CPU = torch.device("cpu")


class PlainClassifier(nn.Module):
    """Tokens (b, s) and their mask (b, s; True where a token is real) → logits (b, c)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary, config.width, padding_idx=0)
        self.positions = PositionalEncoding(config.width, config.max_len, config.dropout)
        layer = nn.TransformerEncoderLayer(
            config.width,
            config.heads,
            config.hidden,
            config.dropout,
            activation="gelu",
            batch_first=True,
            norm_first=True,
        )
        self.encoder = nn.TransformerEncoder(layer, config.layers, enable_nested_tensor=False)
        self.classifier = nn.Linear(config.features, config.classes)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        x = self.embedding(tokens) * self.config.width**0.5
        statistics = [*mean_and_spread(x, mask)]
        stream = self.positions(x)
        for layer in self.encoder.layers:  # as nn.TransformerEncoder does: the final layer reads each of them
            stream = layer(stream, src_key_padding_mask=~mask)
            statistics += mean_and_spread(stream, mask)
        return self.classifier(torch.cat(statistics, dim=-1))


def train(
    model: PlainClassifier, examples: Examples, validation: Examples, size: int, rate: float, recipe: Recipe
) -> float:
    """One epoch in random batches of `size` examples; returns the validation accuracy after it."""
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=recipe.weight_decay)
    for indices in torch.randperm(len(examples)).split(size):
        tokens, mask, labels = collate(examples, indices.tolist(), CPU)
        loss = F.cross_entropy(model(tokens, mask), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
        optimizer.step()
        optimizer.zero_grad()

    model.eval()
    correct = 0
    with torch.no_grad():
        for indices in torch.arange(len(validation)).split(size):
            tokens, mask, labels = collate(validation, indices.tolist(), CPU)
            correct += int((model(tokens, mask).argmax(dim=1) == labels).sum())
    return correct / len(validation)
