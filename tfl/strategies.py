"""The ways to train on the small corpus.

A strategy says whether it starts from a pre-trained model, and which layers learn in which order.  Rates and epochs
are those that did best on the validation split of the real corpora (docs/decisions.md).  Nothing heavy is imported with
this module: front ends list the strategies too.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from tfl.config import CHOSEN_LAYERS, FEW, Config
from tfl.errors import UnknownName, UsageError
from tfl.phase import HEAD, Phase

EVERYTHING = ("*",)
RATE = 2e-3  # where more than the final layer learns
HEAD_RATE = 3e-3  # where only the final layer learns, on standardised features


@dataclass(frozen=True)
class Strategy:
    """A way to train, with what people should know to choose it."""

    name: str
    title: str
    summary: str
    pretrained: bool
    phases: Callable[[Config], list[Phase]]


def _scratch(config: Config) -> list[Phase]:
    return [Phase(EVERYTHING, epochs=2, rate=RATE)]


def _full(config: Config) -> list[Phase]:
    return [Phase(EVERYTHING, epochs=_epochs(config), rate=RATE)]


def _epochs(config: Config) -> int:
    """A model that has read IMDB's unlabelled reviews needs one epoch; with a second it learns films by heart."""
    return 1 if config.adapt and config.pair == "real" else 2


def _final_layer(config: Config) -> list[Phase]:
    return [Phase(HEAD, epochs=20, rate=HEAD_RATE)]


def _between_heads(*phases: Phase) -> list[Phase]:
    """The classifier alone, then these phases, then the classifier once more, on the body that was best.

    The classifier is fitted to the mean and spread of whole reviews.  If words were dropped afterwards, both would
    shift, the layers would learn to make up for it, and the model would be off again on whole reviews: by 4 points on
    validation.  The features that are dropped shift them too, by less; fitting the classifier again sets that right.
    """
    head = Phase(HEAD, epochs=10, rate=HEAD_RATE)
    return [head, *(replace(phase, drop_words=False) for phase in phases), head]


def _unfreeze(config: Config) -> list[Phase]:
    chosen = config.layers or CHOSEN_LAYERS
    return _between_heads(Phase((*HEAD, *chosen), epochs=1, rate=RATE))


def _head_then_full(config: Config) -> list[Phase]:
    return _between_heads(Phase(EVERYTHING, epochs=_epochs(config), rate=RATE))


def _gradual(config: Config) -> list[Phase]:
    """The classifier first, then one more layer in each phase; layers further down learn more slowly."""
    layers = [f"encoder.layers.{index}.*" for index in reversed(range(config.layers_count))]
    awake = [(*HEAD, *layers[:count]) for count in range(1, config.layers_count + 1)]
    return _between_heads(*(Phase(names, epochs=1, rate=RATE, decay=1.3) for names in (*awake, EVERYTHING)))


STRATEGIES = {
    strategy.name: strategy
    for strategy in (
        Strategy("scratch", "from scratch", "everything learns, from random weights", False, _scratch),
        Strategy("final-layer", "final layer only", "the pre-trained body stays as it is", True, _final_layer),
        Strategy("unfreeze", "chosen layers", "the layers you name learn, the others stay", True, _unfreeze),
        Strategy("gradual", "gradual unfreezing", "one more layer learns in each phase", True, _gradual),
        Strategy(
            "head-then-full",
            "final layer, then all",
            "first the final layer, then everything",
            True,
            _head_then_full,
        ),
        Strategy("full", "full fine-tuning", "everything learns, from pre-trained weights", True, _full),
    )
}


SMALL = 8  # with few examples an epoch has few steps, so there are this many times more epochs


def is_small(config: Config) -> bool:
    """Whether there are only a few hundred reviews to learn from."""
    return config.pair == "sample" or (config.labels is not None and config.labels < FEW)


def find(name: str) -> Strategy:
    """The strategy with this name.  Raises UnknownName."""
    if name not in STRATEGIES:
        raise UnknownName("strategy", name, [*STRATEGIES, "baseline"])
    return STRATEGIES[name]


def plan(config: Config) -> list[Phase]:
    """The phases of a configuration's strategy, with its own rate and epochs for the main one where it names them."""
    if config.layers and config.strategy != "unfreeze":
        raise UsageError("Layers can be chosen for the strategy `unfreeze` only.", "Leave --layers out.")
    phases = find(config.strategy).phases(config)
    if is_small(config):
        phases = [phase if phase.head_only else replace(phase, epochs=phase.epochs * SMALL) for phase in phases]
    index = main_phase(phases)
    main = phases[index]
    phases[index] = replace(main, epochs=config.epochs or main.epochs, rate=config.rate or main.rate)
    return phases


def main_phase(phases: list[Phase]) -> int:
    """Which is the last that trains more than the classifier; where none does, the last."""
    return max((index for index, phase in enumerate(phases) if not phase.head_only), default=len(phases) - 1)
