"""What the benches compute."""

import importlib
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfl import benches
from tfl.benches import layers, positions, words
from tfl.errors import UnknownName


def test_every_answer_exists() -> None:
    for place in benches.ANSWERS.values():
        module, _, name = place.partition(":")
        assert callable(getattr(importlib.import_module(module), name))


# --------------------------------------------------------------------------------------------------- positions


@given(st.integers(1, 300), st.integers(2, 130), st.integers(1, 40), st.integers(1, 60), st.integers(0, 400))
@settings(max_examples=25)
def test_the_table_fits_the_cells_and_shows_the_formula(
    length: int, width: int, rows: int, columns: int, chosen: int
) -> None:
    asked = {"length": length, "width": width, "rows": rows, "columns": columns, "chosen": chosen}
    found = positions.positions(asked)
    assert len(found["values"]) == len(found["places"]) == min(length, rows)
    assert len(found["values"][0]) == len(found["features"]) == min(width, columns)
    for place, row in zip(found["places"], found["values"], strict=True):
        for feature, value in zip(found["features"], row, strict=True):
            angle = place / 10000 ** (2 * (feature // 2) / width)
            assert value == pytest.approx(math.cos(angle) if feature % 2 else math.sin(angle), abs=1e-3)


def test_a_place_is_most_like_itself() -> None:
    found = positions.positions({"length": 50, "width": 32, "rows": 50, "columns": 32, "chosen": 7})
    assert max(found["alike"]) == found["alike"][7] == pytest.approx(1)


def test_without_positions_the_order_of_words_is_lost() -> None:
    found = positions.order({"first": "not good, dull", "second": "not dull, good"})
    assert found["same_words"] and found["without"] == 0
    assert found["with"] > 0.05


def test_other_words_are_told_apart_without_positions_too() -> None:
    found = positions.order({"first": "a good film", "second": "a dull film"})
    assert not found["same_words"] and found["without"] > 0.05


def test_an_empty_sentence_is_no_accident() -> None:
    assert positions.order({"first": "", "second": "good"})["with"] == 0


# ------------------------------------------------------------------------------------------------------- words


def test_the_shorter_text_is_padded_and_masked() -> None:
    found = words.tokens({"texts": ["The film was good.", "", "zyxw!"], "runs_dir": "none"})
    long, short = found["texts"]
    assert long["tokens"] == ["the", "film", "was", "good", "."]
    assert short["ids"] == [1, *short["ids"][1:2], 0, 0, 0]
    assert found["mask"] == [[1] * 5, [1, 1, 0, 0, 0]]
    assert found["padding"] == pytest.approx(0.3)
    assert "synthetic" in found["vocabulary"]


def test_bucketing_leaves_less_padding_than_chance() -> None:
    found = words.padding({"size": 32, "longest": 96})
    assert 0 <= found["bucketed"] < found["random"] < 1
    assert "synthetic" in found["corpus"]


# ------------------------------------------------------------------------------------------------------ layers

EVERYTHING = ["embedding", "encoder.layers.0", "encoder.layers.1", "classifier"]


@pytest.mark.parametrize(
    ("awake", "pretrained", "strategy", "patterns"),
    [
        (["classifier"], True, "final-layer", []),
        (EVERYTHING, True, "full", []),
        (EVERYTHING, False, "scratch", []),
        (["encoder.layers.1", "classifier"], True, "unfreeze", ["encoder.layers.1.*"]),
        (["encoder.layers.1.linear2", "classifier"], True, "unfreeze", ["encoder.layers.1.linear2.*"]),
        (["encoder.layers.1"], True, "", []),
        (["classifier"], False, "", []),
        ([], True, "", []),
    ],
)
def test_what_learns_has_the_name_of_its_strategy(
    awake: list[str], pretrained: bool, strategy: str, patterns: list[str]
) -> None:
    found = layers.layers({"pair": "sample", "awake": awake, "pretrained": pretrained})
    assert (found["strategy"], found["patterns"]) == (strategy, patterns)


def test_the_parts_add_up() -> None:
    found = layers.layers({"pair": "sample", "awake": EVERYTHING, "pretrained": True})
    size = {part["part"]: part["parameters"] for part in found["parts"]}
    assert sum(size[part] for part in EVERYTHING) == found["total"] == found["learning"]
    assert size["embedding"] < 64 * 1000, "the sample's words, not the most that a vocabulary may hold"
    inside = sum(count for part, count in size.items() if part.startswith("encoder.layers.1."))
    assert inside == size["encoder.layers.1"]


@pytest.mark.parametrize("awake", [["classifier"], EVERYTHING, []])
def test_the_speed_is_measured_whatever_learns(awake: list[str]) -> None:
    found = layers.speed({"pair": "sample", "awake": awake})
    assert found["rate"] > 0
    assert found["seconds"] == pytest.approx(found["reviews"] / found["rate"])
    assert found["once"] is (awake != EVERYTHING)


# ----------------------------------------------------------------------------------------------------- judging


def test_a_run_that_is_not_there_is_told() -> None:
    from tfl.benches.judging import judge

    with pytest.raises(UnknownName):
        judge({"runs": ["full"], "runs_dir": "none", "text": "good"})
