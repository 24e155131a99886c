"""Exercise 4: wake the layers one by one, from the top.

A fresh classifier makes large errors at first, and large errors would wash the pre-trained layers away.
ULMFiT protects them twice:

- gradual unfreezing: epoch 0 trains the classifier alone, and each later epoch wakes one more group below it;
- discriminative rates: a group learns 2.6 times more slowly than the group above it,

    rate(g) = rate / 2.6^g        g = 0 for the classifier, 1 for the layer below it, …

For example, with rate 0.001 and two encoder layers: classifier 0.001, encoder.layers.1 0.000385,
encoder.layers.0 0.000148, embedding 0.0000569.

Source: Howard & Ruder, "Universal Language Model Fine-tuning for Text Classification" (2018), sections 3.2
and 3.3, https://arxiv.org/abs/1801.06146
"""

import math
import re
from collections.abc import Sequence
from itertools import groupby


def layer_groups(names: Sequence[str]) -> list[list[str]]:
    """Parameter names in groups that wake together, from the classifier down.

    The order is classifier, the encoder's layers from the last to layer 0, embedding.  A name that belongs to
    none of these joins the embedding.  Within a group the names keep their order.

    [embedding.weight, encoder.layers.0.norm1.weight, classifier.weight, classifier.bias] →
    [[classifier.weight, classifier.bias], [encoder.layers.0.norm1.weight], [embedding.weight]]
    """
    return [list(group) for _, group in groupby(sorted(names, key=_height, reverse=True), key=_height)]


def _height(name: str) -> float:
    """Where a parameter stands: the classifier on top, a layer at its number, the rest at the foot."""
    if name.startswith("classifier."):
        return math.inf
    # As a number: as text, layer 10 would stand below layer 9.
    layer = re.match(r"encoder\.layers\.(\d+)\.", name)
    return int(layer[1]) if layer else -1


def discriminative_rates(groups: int, rate: float, decay: float = 2.6) -> list[float]:
    """The learning rate of each group, from the classifier down: rate, rate/decay, rate/decay², …"""
    return [rate / decay**depth for depth in range(groups)]


def unfreezing_schedule(groups: int, epoch: int) -> int:
    """How many groups, from the classifier down, train in this epoch (counted from 0).

    With 4 groups, epochs 0, 1, 2, 3, 4, 5 train 1, 2, 3, 4, 4, 4 of them.
    """
    return min(epoch + 1, groups)
