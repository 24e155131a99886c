"""What a training step costs when only some layers learn, the choices timed in turns."""

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median

import torch
import torch.nn.functional as F

from tfl.config import config
from tfl.device import choose_device
from tfl.model import TransformerClassifier, model_config
from tfl.parts import REFERENCE

REVIEWS = 32  # of full length, in a step
ROUNDS = 9
DEEP = 12  # blocks of a model as deep as BERT


def step_seconds(choices: Mapping[str, Sequence[str]], blocks: int) -> dict[str, float]:
    """Seconds of one step (forward, backward, update) for each choice of layers, the classifier always among them.

    Medians over rounds in which the choices take turns, so that what else the machine does hits each of them alike.
    """
    work = {name: _stepper([*patterns, "classifier.*"], blocks) for name, patterns in choices.items()}
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for warm in range(ROUNDS + 1):
        for name, step in work.items():
            started = time.perf_counter()
            step()
            if warm:
                seconds[name].append(time.perf_counter() - started)
    return {name: median(times) for name, times in seconds.items()}


def _stepper(patterns: Sequence[str], blocks: int) -> Callable[[], None]:
    settings = config(pair="real", strategy="full", layers_count=blocks)
    device = choose_device(force_cpu=True)
    torch.manual_seed(0)
    model = TransformerClassifier(model_config(settings, settings.vocabulary, classes=2))
    REFERENCE.freeze(model)
    REFERENCE.unfreeze(model, patterns)
    model.train_unfrozen()
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(learning, fused=True)
    tokens = torch.randint(3, settings.vocabulary, (REVIEWS, settings.small_tokens))
    mask = torch.ones_like(tokens, dtype=torch.bool)
    labels = torch.arange(REVIEWS) % 2

    def step() -> None:
        with device.precision():
            logits = model(tokens, mask).float()
        F.cross_entropy(logits, labels).backward()
        optimizer.step()
        optimizer.zero_grad()

    return step
