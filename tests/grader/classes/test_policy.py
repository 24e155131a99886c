"""Lateness: when it begins, what it costs, and when nothing may be taken."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from grader.classes.policy import Deadline, Lateness, lateness

DUE = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULE = Deadline(due=DUE, grace_minutes=15, per_day=10, most=50)
HOURS = timedelta(hours=1)


def late(after: timedelta, rule: Deadline = RULE, worth: int = 20, extension: datetime | None = None) -> Lateness:
    return lateness(rule, extension, DUE + after, "timestamp.txt", False, worth)


@pytest.mark.parametrize(
    "after,days,points",
    [
        (-HOURS, 0, 0),
        (timedelta(0), 0, 0),
        (timedelta(minutes=15), 0, 0),
        (timedelta(minutes=16), 1, 2),
        (24 * HOURS, 1, 2),
        (25 * HOURS, 2, 4),
        (24 * 30 * HOURS, 30, 10),
    ],
)
def test_each_day_that_has_begun_costs_until_the_most_is_reached(after: timedelta, days: int, points: float) -> None:
    found = late(after)
    assert (found.days, found.points) == (days, points)


def test_an_extension_moves_the_deadline_and_never_forward() -> None:
    assert late(25 * HOURS, extension=DUE + 26 * HOURS).points == 0
    assert late(25 * HOURS, extension=DUE - 26 * HOURS).points == 4
    assert late(27 * HOURS, extension=DUE + 26 * HOURS).days == 1


def test_without_a_rule_nothing_is_late() -> None:
    assert lateness(None, None, DUE, "archive", True, 20) == Lateness()


def test_a_file_s_own_date_takes_points_only_when_that_was_said() -> None:
    doubtful = lateness(RULE, None, DUE + HOURS, "file date", False, 20)
    assert doubtful.points == 0 and "file's date" in doubtful.doubt
    trusting = RULE.model_copy(update={"file_dates": True})
    assert lateness(trusting, None, DUE + HOURS, "file date", False, 20).points == 2
    assert lateness(RULE, None, DUE - HOURS, "file date", False, 20) == Lateness()


def test_late_without_a_time_takes_nothing_and_is_told() -> None:
    found = lateness(RULE, None, None, "", True, 20)
    assert found.points == 0 and "by how much" in found.doubt


@given(st.integers(0, 60 * 24 * 365), st.integers(0, 60 * 24), st.integers(1, 100))
def test_later_never_costs_less_and_never_more_than_the_most(minutes: int, more: int, worth: int) -> None:
    early, later = (late(timedelta(minutes=m), worth=worth).points for m in (minutes, minutes + more))
    assert 0 <= early <= later <= worth * RULE.most / 100


@pytest.mark.parametrize(
    "wrong", [{"per_day": -1}, {"most": 101}, {"grace_minutes": -1}, {"due": datetime(2026, 3, 1)}]
)
def test_a_rule_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Deadline.model_validate({"due": DUE} | wrong)
