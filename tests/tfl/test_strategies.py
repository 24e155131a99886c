"""The phases of each strategy."""

import hashlib
from dataclasses import replace
from itertools import pairwise

import pytest

from solutions.exercise3_layer_unfreezing import unfreeze
from tfl import baseline, batches, frozen
from tfl.config import RECIPE, REVISED, Config
from tfl.errors import UnknownName, UsageError
from tfl.model import ModelConfig, TransformerClassifier
from tfl.phase import HEAD, Phase
from tfl.pretraining import words
from tfl.pretraining.pretrain import topic_phase
from tfl.strategies import EVERYTHING, STRATEGIES, find, is_small, main_phase, plan
from tfl.training import Recipe

MODEL = TransformerClassifier(ModelConfig(vocabulary=10, width=4, heads=1, hidden=4, layers=3))
HEAD_NAMES = {"classifier.weight", "classifier.bias"}


def trained(phase: Phase) -> set[str]:
    """The names of the parameters that a phase trains."""
    return set(unfreeze(MODEL, phase.layers))


def names(*prefixes: str) -> set[str]:
    return {name for name, _ in MODEL.named_parameters() if name.startswith(prefixes)}


def asked(strategy: str, **choices: object) -> Config:
    """A request for the real corpora and a model of three layers."""
    return Config(strategy=strategy, layers_count=3, **choices)  # type: ignore[arg-type]


# --- which layers, in which order


def test_only_scratch_starts_from_random_weights() -> None:
    assert [name for name, strategy in STRATEGIES.items() if not strategy.pretrained] == ["scratch"]


@pytest.mark.parametrize("strategy", ["scratch", "full"])
def test_scratch_and_full_train_everything_at_once(strategy: str) -> None:
    (phase,) = plan(asked(strategy))
    assert trained(phase) == names("")


def test_final_layer_trains_the_classifier_alone() -> None:
    (phase,) = plan(asked("final-layer"))
    assert trained(phase) == HEAD_NAMES


def test_head_then_full_trains_the_classifier_then_everything_then_the_classifier() -> None:
    first, second, last = plan(asked("head-then-full"))
    assert trained(first) == trained(last) == HEAD_NAMES
    assert trained(second) == names("")


def test_unfreeze_trains_the_classifier_then_the_chosen_layers_too_then_the_classifier() -> None:
    first, second, last = plan(asked("unfreeze", layers=("*.linear2.*", "encoder.layers.0.norm1.*")))
    assert trained(first) == trained(last) == HEAD_NAMES
    assert trained(second) == HEAD_NAMES | {
        name for name in names("") if ".linear2." in name or name.startswith("encoder.layers.0.norm1.")
    }


def test_gradual_wakes_one_more_layer_in_each_phase_from_the_top() -> None:
    phases = plan(asked("gradual"))
    layers = ["encoder.layers.2.", "encoder.layers.1.", "encoder.layers.0."]
    assert [trained(phase) for phase in phases] == [
        names("classifier"),
        names("classifier", *layers[:1]),
        names("classifier", *layers[:2]),
        names("classifier", *layers),
        names("classifier", *layers, "embedding"),
        names("classifier"),
    ]


def test_gradual_lets_layers_further_down_learn_more_slowly() -> None:
    assert all(phase.decay > 1 for phase in plan(asked("gradual"))[1:-1])


def test_every_phase_wakes_more_layers_than_the_one_before_it_but_for_the_classifier_at_the_end() -> None:
    for name in STRATEGIES:
        phases = plan(asked(name))
        waking = phases[: main_phase(phases) + 1]
        assert all(trained(earlier) < trained(later) for earlier, later in pairwise(waking)), name
        assert [phase.layers for phase in phases[len(waking) :]] == [HEAD] * (len(waking) > 1), name


def test_words_are_dropped_from_the_first_step_or_never() -> None:
    """A classifier that was fitted to whole reviews must not meet reviews with holes, nor the other way round."""
    for name in STRATEGIES:
        first, *later = plan(asked(name))
        assert first.drop_words
        assert not any(phase.drop_words for phase in later if not phase.head_only), name


# --- rates and epochs


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_rate_and_epochs_that_are_asked_for_are_those_of_the_main_phase(name: str) -> None:
    own, found = plan(asked(name)), plan(asked(name, rate=0.123, epochs=17))
    main = main_phase(own)
    assert found[main] == replace(own[main], rate=0.123, epochs=17)
    assert found[:main] + found[main + 1 :] == own[:main] + own[main + 1 :]


@pytest.mark.parametrize("name", STRATEGIES)
def test_few_reviews_are_gone_through_more_often(name: str) -> None:
    for many, few in zip(plan(asked(name)), plan(asked(name, labels=200)), strict=True):
        assert few.epochs == many.epochs if few.layers == HEAD else few.epochs > many.epochs


@pytest.mark.parametrize(
    ("choices", "small"),
    [({}, False), ({"labels": 10_000}, False), ({"labels": 200}, True), ({"pair": "sample"}, True)],
)
def test_a_few_thousand_reviews_are_few(choices: dict[str, object], small: bool) -> None:
    assert is_small(asked("full", **choices)) is small


# --- the recipe's number


def test_a_change_of_the_recipe_raises_its_number() -> None:
    """Runs are found again by their configuration alone.

    If this fails, raise RECIPE (or, where only some strategies changed, their number in REVISED) and put it here.
    """
    requests = [
        Config(strategy=name, **choices)  # type: ignore[arg-type]
        for name in STRATEGIES
        for choices in ({}, {"adapt": True}, {"labels": 200}, {"pair": "sample"})
    ]
    constants = (frozen.BATCH, frozen.WEIGHT_DECAY, batches.WIDTHS, words.WINDOW, words.ROUNDS, baseline.LOOSENESS)
    topics = [topic_phase(Config(strategy="pretrain", pair=pair)) for pair in ("real", "sample")]
    defaults = Config(strategy="", recipe=0).model_dump()
    recipe = repr((*map(plan, requests), topics, Recipe(), defaults, constants, sorted(REVISED.items())))
    assert (RECIPE, max(REVISED.values()), hashlib.sha256(recipe.encode()).hexdigest()[:8]) == (2, 3, "5dda912b")


# --- wrong requests


def test_an_unknown_strategy_is_told_with_near_names() -> None:
    with pytest.raises(UnknownName, match=r"final-layers.*final-layer"):
        find("final-layers")


@pytest.mark.parametrize("name", [name for name in STRATEGIES if name != "unfreeze"])
def test_layers_can_be_chosen_for_unfreeze_only(name: str) -> None:
    with pytest.raises(UsageError, match="unfreeze"):
        plan(asked(name, layers=EVERYTHING))


def test_planning_changes_no_strategy() -> None:
    before = plan(asked("gradual"))
    plan(asked("gradual", rate=0.5, epochs=50))
    assert plan(asked("gradual")) == before
