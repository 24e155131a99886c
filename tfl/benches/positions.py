"""Positional encodings to play with: the table, how alike two places are, and what word order is worth."""

from typing import Any

import torch
from torch import Tensor

from tfl.batches import Examples
from tfl.device import choose_device
from tfl.evaluation import predict_logits
from tfl.jobs import Request
from tfl.model import ModelConfig, TransformerClassifier
from tfl.parts import REFERENCE
from tfl.text.tokenizer import tokenize
from tfl.text.vocabulary import SPECIALS

MODELS = 16  # untrained models whose answers are averaged: a single one may be blind by chance
WIDTH = 64


def positions(request: Request) -> dict[str, Any]:
    """The table for `length` places of `width` features, as far as `rows` × `columns` cells can show it.

    Also how alike (cosine, −1 to 1) each shown place is to the place `chosen`.
    Where there are more places or features than cells, evenly spaced ones are shown.
    """
    length, width = int(request["length"]), int(request["width"])
    chosen = min(int(request["chosen"]), length - 1)
    table = REFERENCE.positional_encoding(width, length, 0.0)(torch.zeros(1, length, width))[0]  # (length, width)
    places, features = _spread(length, int(request["rows"])), _spread(width, int(request["columns"]))
    alike = torch.nn.functional.cosine_similarity(table, table[chosen : chosen + 1], dim=1)  # (length,)
    return {
        "places": places,
        "features": features,
        "values": _rounded(table[places][:, features]),
        "chosen": chosen,
        "alike": _rounded(alike),
        "code": _rounded(table[chosen]),
    }


def order(request: Request) -> dict[str, Any]:
    """How far apart untrained models put two sentences (`first`, `second`): without and with positions.

    The distance is that between their logits, the mean over several models; 0 means that no training could ever
    tell the sentences apart.  `same_words` says whether they differ in nothing but order.
    """
    first, second = tokenize(request["first"]), tokenize(request["second"])
    ids = {word: row for row, word in enumerate(dict.fromkeys(first + second), start=len(SPECIALS))}
    pair = [torch.tensor([ids[word] for word in sentence], dtype=torch.int32) for sentence in (first, second)]
    found: dict[str, Any] = {"same_words": sorted(first) == sorted(second), "same": first == second}
    for key, word_order in (("without", False), ("with", True)):
        found[key] = _apart(pair, len(ids) + len(SPECIALS), word_order) if first and second else 0.0
    return found


def _apart(pair: list[Tensor], vocabulary: int, word_order: bool) -> float:
    device = choose_device("float32", force_cpu=True)
    examples = Examples(pair, torch.zeros(2, dtype=torch.long), [0, 1])
    distances = []
    for seed in range(MODELS):
        torch.manual_seed(seed)
        model = TransformerClassifier(ModelConfig(vocabulary, width=WIDTH, word_order=word_order, max_len=1024))
        logits = predict_logits(model, examples, device)  # (2, 2)
        distances.append((logits[0] - logits[1]).norm().item())
    return round(sum(distances) / MODELS, 4)


def _spread(count: int, cells: int) -> list[int]:
    """At most `cells` of the numbers 0 … count − 1, the first and the last among them."""
    if count <= cells:
        return list(range(count))
    return [round(i * (count - 1) / max(1, cells - 1)) for i in range(cells)]


def _rounded(values: Tensor) -> Any:
    """As lists, with as many digits as anyone can see."""
    return values.double().round(decimals=3).tolist()
