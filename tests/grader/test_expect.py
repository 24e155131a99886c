"""Expectations pass in silence, or say what was expected, what came, and where to look."""

import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader import expect
from grader.expect import Unmet
from grader.sandbox.wire import Opaque


def message(function: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(Unmet) as unmet:
        function(*arguments, **named)
    return unmet.value.message


def test_a_tensor_of_the_wrong_shape_is_told_with_both_shapes() -> None:
    assert message(expect.tensor, torch.zeros(2, 3), "x", shape=(3, 2)) == "x: shape (3, 2) is expected; (2, 3) came."


def test_a_tensor_is_no_list() -> None:
    assert message(expect.tensor, [1.0], "x") == "x: a tensor is expected; [1.0] came."


def test_close_gives_the_first_place_that_differs_and_how_many() -> None:
    came = torch.tensor([[1.0, 2.0], [3.5, 4.0]])
    told = message(expect.close, came, [[1.0, 2.0], [3.0, 4.0]], "x")
    assert told == "x: at [1, 0] 3 is expected; 3.5 came.  1 of 4 numbers differ, by 0.5 at most."


@pytest.mark.parametrize("value", [[1, 2], torch.tensor([1, 2]), [torch.tensor(1.0), torch.tensor(2.0)], [1.0, 2.0]])
def test_numbers_may_come_as_lists_or_as_tensors(value: Any) -> None:
    expect.close(value, [1.0, 2.0], "x")


@pytest.mark.parametrize(
    "value", [None, "12", True, Opaque("a set"), {}, [None], [[1], [2, 3]], [True, 2], torch.tensor([True])]
)
def test_what_is_no_number_is_told(value: Any) -> None:
    assert "numbers are expected" in message(expect.close, value, [1.0, 2.0], "x")


def test_nan_agrees_with_nan_alone() -> None:
    expect.close([math.nan], [math.nan], "x")
    assert "not finite" in message(expect.close, torch.full((3,), math.nan), [1.0, 2.0, 3.0], "x")
    assert message(expect.close, 1.0, math.nan, "x") == "x: nan is expected; 1 came."


def test_a_known_mistake_is_named() -> None:
    mistakes = {"It is turned round.": [2.0, 1.0], "It is nothing.": [0.0, 0.0]}
    assert message(expect.close, [2.0, 1.0], [1.0, 2.0], "x", mistakes=mistakes).endswith("  It is turned round.")
    assert message(expect.close, [9.0, 9.0], [1.0, 2.0], "x", mistakes=mistakes).endswith("at most.")
    assert message(expect.equal, [2, 1], [1, 2], "x", mistakes={"Turned.": [2, 1]}).endswith("came.  Turned.")


def test_a_difference_has_a_picture() -> None:
    with pytest.raises(Unmet) as unmet:
        expect.close(torch.eye(4), torch.zeros(4, 4), "x")
    assert unmet.value.picture == ("█   ", " █  ", "  █ ", "   █")


@given(st.lists(st.integers(1, 40), min_size=1, max_size=4))
def test_a_picture_is_at_most_8_by_32(shape: list[int]) -> None:
    lines = expect.picture(torch.rand(shape))
    assert len(lines) <= expect.ROWS and all(len(line) <= expect.COLUMNS for line in lines)


def test_true_is_not_1() -> None:
    assert not expect.same(True, 1)
    assert not expect.same(1, True)
    assert expect.same(1.0, 1)


def test_an_error_is_expected_by_its_type_or_a_base_of_it() -> None:
    outcome = {"raised": ["KeyError", "LookupError", "Exception"], "message": "“x”"}
    assert expect.raised(outcome, "LookupError", "f") == "“x”"
    assert expect.raised(outcome, "Exception", "f") == "“x”"
    assert message(expect.raised, outcome, "ValueError", "f") == "f: ValueError is expected; KeyError came ('“x”')."
    assert message(expect.raised, {"value": 1}, "Exception", "f") == "f: an error is expected; no error came."
    assert "None came" in message(expect.raised, None, "ValueError", "f")


def test_a_value_is_expected_where_no_error_is() -> None:
    assert expect.came({"value": 3}, "f") == 3
    told = message(expect.came, {"raised": ["TypeError"], "message": "no"}, "f")
    assert told == "f: no error is expected; TypeError came ('no')."


def test_a_record_has_its_entries() -> None:
    assert expect.record({"a": 1, "b": 2}, "b", "a", what="x") == [2, 1]
    assert message(expect.record, {"a": 1}, "b", what="x") == "x: nothing that can be judged came back."


def test_items_are_counted() -> None:
    assert expect.items(torch.tensor([1, 2]), 2, "x") == [torch.tensor(1), torch.tensor(2)]
    assert message(expect.items, [1], 2, "x") == "x: 2 values are expected; 1 came."
    assert message(expect.items, 7, None, "x") == "x: a list is expected; 7 came."
    assert message(expect.items, 7, 1, "x") == "x: one value is expected; 7 came."


@pytest.mark.parametrize("value", [3, 3.0, torch.tensor(3), torch.tensor([3.0])])
def test_one_number_may_come_in_a_tensor(value: Any) -> None:
    assert expect.number(value, "x") == 3.0


@pytest.mark.parametrize("value", [True, "3", None, [3], torch.tensor(True), torch.tensor([1, 2])])
def test_what_is_not_one_number_is_told(value: Any) -> None:
    assert "a number is expected" in message(expect.number, value, "x")


def test_whole_numbers_may_come_in_tensors() -> None:
    assert expect.integers(torch.tensor([1, 2]), "x") == [1, 2]
    assert expect.integers([torch.tensor(1), 2], "x") == [1, 2]
    assert "whole numbers" in message(expect.integers, [1.5], "x")
    assert "whole numbers" in message(expect.integers, [True], "x")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.123456789, "0.123457"),
        (2.0, "2.0"),
        ([1, None, torch.zeros(2, 1)], "[1, None, a tensor (2, 1) of float32]"),
        (torch.tensor(7), "the tensor 7"),
        ({"a": (1, 2)}, "{'a': [1, 2]}"),
        ("a\x1b[31m", r"'a\x1b[31m'"),
        (Opaque("an object\x1b"), "an object "),
        ([1] * 99, "[" + "1, " * 36 + "1… (99 of them)"),
    ],
)
def test_a_value_is_described_on_one_line(value: Any, words: str) -> None:
    assert expect.describe(value) == words
    assert expect.describe(value).isprintable()
