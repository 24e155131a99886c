"""The model as a tree of parts that learn or stay: how many parameters that is, what it is called, what it costs."""

import time
from collections.abc import Sequence
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F

from tfl.config import Config, config
from tfl.corpora import PAIRS, PairName
from tfl.corpora import info as corpus_info
from tfl.device import choose_device
from tfl.frozen import only_classifier_trains
from tfl.jobs import Request
from tfl.materials import Materials
from tfl.model import TransformerClassifier, model_config

CLASSES = 2
BATCH = 32  # reviews in the batch that is timed
ROUNDS = 3  # the first one warms up


def layers(request: Request) -> dict[str, Any]:
    """The parts of the model for the corpora `pair`, and what learns when only the parts named in `awake` do.

    A part is the name of a module: "classifier", "encoder.layers.1", "encoder.layers.1.linear2".
    """
    chosen = config(pair=request["pair"], strategy="full")
    _words(chosen)  # counted here: nothing can be counted among shapes without numbers
    with torch.device("meta"):
        model = _model(chosen)
    awake = list(request["awake"])
    count = {name: p.numel() for name, p in model.named_parameters()}
    learning = sum(n for name, n in count.items() if _within(name, awake))
    strategy, patterns = _called(list(count), awake, bool(request["pretrained"]))
    return {
        "parts": [
            {"part": part, "parameters": sum(n for name, n in count.items() if _within(name, [part])), "does": does}
            for part, does in _parts(chosen.layers_count)
        ],
        "total": sum(count.values()),
        "learning": learning,
        "strategy": strategy,
        "patterns": patterns,
    }


def speed(request: Request) -> dict[str, Any]:
    """How long an epoch takes here with the parts `awake`, measured on one batch: reviews a second, and seconds.

    Where only the classifier learns, this is the price of computing the features, once for all epochs.
    """
    chosen = config(pair=request["pair"], strategy="full")
    device = choose_device(chosen.precision)
    model = _model(chosen).to(device.torch)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(_within(name, request["awake"]))
    once = only_classifier_trains(model)
    model.train_unfrozen()
    tokens = torch.randint(3, _words(chosen), (BATCH, chosen.small_tokens), device=device.torch)
    mask = torch.ones_like(tokens, dtype=torch.bool)
    labels = torch.zeros(BATCH, dtype=torch.long, device=device.torch)
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        with torch.set_grad_enabled(not once), device.precision():
            loss = F.cross_entropy(model(tokens, mask).float(), labels)
        if loss.requires_grad:
            loss.backward()
        seconds.append(time.perf_counter() - started)
    rate = BATCH / min(seconds[1:])
    pair: PairName = request["pair"]
    reviews = corpus_info(PAIRS[pair][1]).splits["train"].rows
    return {"rate": rate, "reviews": reviews, "seconds": reviews / rate, "once": once, "device": device.name}


def _model(chosen: Config) -> TransformerClassifier:
    return TransformerClassifier(model_config(chosen, _words(chosen), CLASSES))


@cache
def _words(chosen: Config) -> int:
    """How many words the model knows.  The real corpora fill the vocabulary up; the sample has far fewer."""
    return len(Materials(chosen).vocabulary) if chosen.pair == "sample" else chosen.vocabulary


def _parts(count: int) -> list[tuple[str, str]]:
    """Every part with what it does, from the words up to the answer."""
    found = [("embedding", "a vector for each word")]
    for layer in (f"encoder.layers.{index}" for index in range(count)):
        found += [
            (layer, "words look at each other"),
            (f"{layer}.self_attn", "attention"),
            (f"{layer}.linear1", "feed-forward, up"),
            (f"{layer}.linear2", "feed-forward, down"),
            (f"{layer}.norm1", "before attention"),
            (f"{layer}.norm2", "before feed-forward"),
        ]
    return [*found, ("classifier", "features to answer")]


def _within(name: str, parts: Sequence[str]) -> bool:
    """Whether a parameter belongs to one of the parts."""
    return any(name.startswith(f"{part}.") for part in parts)


def _called(names: list[str], awake: Sequence[str], pretrained: bool) -> tuple[str, list[str]]:
    """The strategy that trains exactly the parts `awake`, "" where there is none; and its patterns of layers."""
    learning = [name for name in names if _within(name, awake)]
    if not any(name.startswith("classifier.") for name in learning):
        return "", []  # every strategy trains the new head
    if len(learning) == len(names):
        return ("full" if pretrained else "scratch"), []
    if not pretrained:
        return "", []  # layers that stay random for ever are nobody's strategy
    patterns = [f"{part}.*" for part in awake if part != "classifier"]
    return ("unfreeze" if patterns else "final-layer"), patterns
