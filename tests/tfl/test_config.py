"""Configurations: what may be asked for, and the ids of runs."""

from typing import Any

import pytest
from pydantic import ValidationError

from tfl.config import SAMPLE_SIZES, Config, config
from tfl.runs import ID_FORM

CHANGES: dict[str, Any] = {
    "strategy": "full",
    "pair": "sample",
    "seed": 1,
    "part": 0.5,
    "labels": 200,
    "layers": ("*norm*",),
    "rate": 0.123,
    "epochs": 77,
    "objective": "topic",
    "adapt": True,
    "vectors": "vectors.txt",
    "vectors_sha256": "00",
    "vocabulary": 4_321,
    "large_tokens": 43,
    "small_tokens": 43,
    "width": 48,
    "layers_count": 7,
    "heads": 12,
    "hidden": 43,
    "dropout": 0.43,
    "word_order": False,
    "recipe": 99,
    "precision": "float32",
}


def test_equal_requests_are_the_same_run() -> None:
    assert config(strategy="full", seed=1, labels=200).id == config(labels=200, seed=1, strategy="full").id


def test_what_is_said_and_what_is_left_out_are_the_same_where_it_is_the_default() -> None:
    assert config(strategy="full", seed=0, adapt=False).id == config(strategy="full").id


def test_every_choice_is_part_of_the_id() -> None:
    assert CHANGES.keys() == Config.model_fields.keys()
    ids = [Config(**{"strategy": "unfreeze", name: value}).id for name, value in CHANGES.items()]
    assert len({Config(strategy="unfreeze").id, *ids}) == len(CHANGES) + 1


def test_the_id_says_strategy_corpus_seed_and_labels() -> None:
    found = config(strategy="final-layer", pair="sample", seed=3, labels=200).id
    assert found.startswith("final-layer-sample-s3-n200-")
    assert ID_FORM.fullmatch(found)


def test_a_configuration_read_back_from_a_record_is_the_same_run() -> None:
    asked = config(strategy="unfreeze", layers=("encoder.layers.1.*",), rate=1e-3)
    assert Config.model_validate(asked.model_dump(mode="json")) == asked
    assert Config.model_validate(asked.model_dump(mode="json")).id == asked.id


def test_the_sample_has_a_smaller_model_unless_another_is_chosen() -> None:
    sample, real = config(strategy="full", pair="sample"), config(strategy="full")
    assert sample.vocabulary == SAMPLE_SIZES["vocabulary"] < real.vocabulary
    assert config(strategy="full", pair="sample", vocabulary=16).vocabulary == 16


@pytest.mark.parametrize(
    "wrong",
    [
        {"seed": -1},
        {"part": 0.0},
        {"part": 1.5},
        {"labels": 7},
        {"rate": 0.0},
        {"epochs": 0},
        {"objective": "magic"},
        {"pair": "mine"},
        {"precision": "float8"},
        {"vocabulary": 3},
        {"speed": "fast"},
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        config(strategy="full", **wrong)


# --- pre-training


@pytest.mark.parametrize(
    "choice", [{"strategy": "gradual"}, {"labels": 200}, {"layers": ("*",)}, {"rate": 1e-4}, {"epochs": 9}]
)
def test_what_only_matters_afterwards_shares_its_pre_training(choice: dict[str, Any]) -> None:
    assert config(**{"strategy": "full", **choice}).pretraining() == config(strategy="full").pretraining()


@pytest.mark.parametrize("choice", [{"adapt": True}, {"objective": "topic"}, {"seed": 1}, {"width": 48}, {"part": 0.5}])
def test_what_matters_before_has_a_pre_training_of_its_own(choice: dict[str, Any]) -> None:
    assert config(strategy="full", **choice).pretraining().id != config(strategy="full").pretraining().id


def test_the_pre_training_of_a_pre_training_is_itself() -> None:
    asked = config(strategy="full", labels=200).pretraining()
    assert asked.strategy == "pretrain"
    assert asked.pretraining() == asked
