"""How good a model is on examples that it was not trained on."""

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from tfl.batches import Examples, collate, make_batches
from tfl.device import Device
from tfl.model import TransformerClassifier
from tfl.parts import REFERENCE, Parts
from tfl.runs import Score, wilson_interval

TOKENS = 8_192  # in a batch: without a backward pass more fits into the processor's cache


@dataclass(frozen=True)
class Evaluation:
    """What a model made of n examples."""

    loss: float  # mean cross-entropy, nats
    accuracy: float
    logits: Tensor  # (n, c), in the order of the examples
    confusion: list[list[int]]  # (c, c), rows are the true classes

    def results(self) -> dict[str, Any]:
        """The fields of a run's record that come from its one look at the test split."""
        count = len(self.logits)
        return {
            "test": Score(loss=self.loss, accuracy=self.accuracy),
            "test_interval": wilson_interval(round(self.accuracy * count), count),
            "confusion": self.confusion,
        }


@torch.inference_mode()
def predict_logits(
    model: TransformerClassifier, examples: Examples, device: Device, parts: Parts = REFERENCE
) -> Tensor:
    """Logits (n, c) float32 on the CPU, in the order of the examples.  Puts the model into eval mode."""
    model.eval()
    logits = torch.zeros(len(examples), model.classifier.out_features)
    for indices in make_batches(examples, TOKENS, 0, parts):
        tokens, mask, _ = collate(examples, indices, device.torch, parts)
        with device.precision():
            batch = model(tokens, mask)
        logits[indices] = batch.float().cpu()
    return logits


def evaluate(model: TransformerClassifier, examples: Examples, device: Device, parts: Parts = REFERENCE) -> Evaluation:
    """Loss, accuracy and confusion matrix of a model over labelled examples."""
    return judge_logits(predict_logits(model, examples, device, parts), examples.labels, parts)


def judge_logits(logits: Tensor, labels: Tensor, parts: Parts = REFERENCE) -> Evaluation:
    """Loss, accuracy and confusion matrix of logits (n, c) against labels (n,)."""
    confusion = parts.confusion_matrix(logits.argmax(dim=1), labels, logits.shape[1])
    return Evaluation(
        loss=F.cross_entropy(logits, labels).item(),
        accuracy=float(parts.accuracy(logits, labels)),
        logits=logits,
        confusion=[[int(cell) for cell in row] for row in confusion],
    )
