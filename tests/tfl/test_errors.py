"""Errors that a user can meet: a sentence, an action, an exit code."""

import inspect

import pytest

from tfl import errors
from tfl.errors import GraderError, TflError, UnknownName, UsageError

CLASSES = [found for _, found in inspect.getmembers(errors, inspect.isclass) if issubclass(found, Exception)]


def test_an_error_reads_as_what_is_wrong_and_what_to_do() -> None:
    assert str(TflError("It is broken.", "Mend it.")) == "It is broken. Mend it."


def test_an_error_without_an_action_ends_with_what_is_wrong() -> None:
    assert str(TflError("It is broken.")) == "It is broken."


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_every_error_is_a_tfl_error_and_drawn_in_the_tree(error: type[Exception]) -> None:
    assert issubclass(error, TflError)
    assert error.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_wrong_use_is_exit_code_2_the_graders_own_failure_3_and_any_other_1(error: type[TflError]) -> None:
    expected = 2 if issubclass(error, UsageError) else 3 if issubclass(error, GraderError) else 1
    assert error.exit_code == expected


def test_an_unknown_name_comes_with_the_nearest_ones() -> None:
    error = UnknownName("strategy", "ful", ["scratch", "full", "final-layer"])
    assert "strategy" in error.message and "“ful”" in error.message
    assert error.action.startswith("Did you mean full")


def test_an_unknown_name_with_nothing_near_lists_what_there_is() -> None:
    assert "scratch, full" in UnknownName("strategy", "zzz", ["scratch", "full"]).action


def test_an_unknown_name_where_nothing_is_says_so() -> None:
    assert UnknownName("run", "zzz", []).action == "There is no run yet."
