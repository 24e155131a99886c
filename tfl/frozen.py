"""Training the final layer alone, at the price it should have.

While only the classifier trains, everything below it gives the same features for a review in every epoch.  They are
computed once, without gradients and in eval mode, and the epochs then run over (n, f) numbers instead of texts:
tens of thousands of examples a second.
"""

import hashlib
import time
from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tfl.batches import Examples, collate, make_batches
from tfl.device import Device
from tfl.evaluation import TOKENS
from tfl.model import TransformerClassifier
from tfl.parts import REFERENCE, Parts

BATCH = 256  # examples
WEIGHT_DECAY = 0.3  # times the learning rate, each step: the features are many and correlated


def only_classifier_trains(model: TransformerClassifier) -> bool:
    """Whether every parameter that has a gradient belongs to the final layer."""
    return all(name.startswith("classifier.") for name, p in model.named_parameters() if p.requires_grad)


class Features:
    """What the final layer of one body reads, computed once for each set of examples."""

    def __init__(self, model: TransformerClassifier, device: Device, parts: Parts = REFERENCE) -> None:
        self.model, self.device, self.parts = model, device, parts
        self._known: dict[str, tuple[Tensor, float]] = {}  # with the seconds they took
        self.spared = 0.0  # seconds that were not spent again

    def of(self, split: str, examples: Examples, check: Callable[[], None] = lambda: None) -> Tensor:
        """Features (n, f) float32, in the order of the examples.  `check` is called between batches."""
        key = f"{split} {hashlib.sha256(repr(examples.rows).encode()).hexdigest()}"
        if key in self._known:
            features, seconds = self._known[key]
            self.spared += seconds
            return features
        started = time.perf_counter()
        features = self._compute(examples, check)
        self._known[key] = features, time.perf_counter() - started
        return features

    @torch.no_grad()
    def _compute(self, examples: Examples, check: Callable[[], None]) -> Tensor:
        self.model.eval()
        features = torch.zeros(len(examples), self.model.config.features, device=self.device.torch)
        for indices in make_batches(examples, TOKENS, 0, self.parts):
            check()
            tokens, mask, _ = collate(examples, indices, self.device.torch, self.parts)
            with self.device.precision():
                batch = self.model.features(tokens, mask)
            features[indices] = batch.float()
        return features


def fit_classifier(
    model: TransformerClassifier, features: Tensor, labels: Tensor, epochs: int, rate: float, seed: int
) -> Iterator[tuple[float, int]]:
    """Fit the final layer to features (n, f); after each epoch yields its mean loss and how many were right.

    The features are standardised while fitting, as their sizes differ a hundredfold.  Before each yield the scale is
    folded into the layer's own weights, so the model stays a plain model.
    """
    labels = labels.to(features.device)
    mean, scale = features.mean(0), features.std(0, correction=0) + 1e-4
    standard = (features - mean) / scale  # (n, f)
    layer = nn.Linear(features.shape[1], model.classifier.out_features, device=features.device)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    size = min(BATCH, max(16, len(labels) // 8))
    steps = epochs * -(-len(labels) // size)
    optimizer = torch.optim.AdamW(layer.parameters(), lr=rate, weight_decay=WEIGHT_DECAY, fused=True)
    generator = torch.Generator().manual_seed(seed)
    step = 0
    for _ in range(epochs):
        total, correct = 0.0, 0
        for batch in torch.randperm(len(labels), generator=generator).to(features.device).split(size):
            optimizer.param_groups[0]["lr"] = rate * (1 - step / steps)
            logits = layer(standard[batch])
            loss = F.cross_entropy(logits, labels[batch])
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            total += loss.item() * len(batch)
            correct += int((logits.argmax(dim=1) == labels[batch]).sum())
            step += 1
        with torch.no_grad():
            model.classifier.weight.copy_(layer.weight / scale)
            model.classifier.bias.copy_(layer.bias - layer.weight @ (mean / scale))
        yield total / len(labels), correct
