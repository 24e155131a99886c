"""`tfl story`: a list, a story told, a story as JSON."""

import json
from collections.abc import Callable

import pytest

from cli import story
from tests.cli.conftest import Tfl
from tfl.stories import STORIES

Run = Callable[..., str]


@pytest.fixture
def told(tfl: Tfl) -> Run:
    """Runs `tfl story …`; returns what it printed."""
    return lambda *arguments, code=0: "".join(tfl("story", *arguments, code=code))


def test_without_a_name_the_stories_are_listed(told: Run) -> None:
    out = told()
    for name, title in STORIES.items():
        assert name in out and title.symptom in out
    assert [one["name"] for one in json.loads(told("--json"))] == list(STORIES)


def test_a_story_is_told_in_its_own_process(told: Run) -> None:
    out = told("padding-mask")
    assert "The words that were not there" in out
    assert out.index("Symptom") < out.index("Experiment") < out.index("Cause") < out.index("Mend")
    assert "40 cells" in out
    assert max(map(len, out.splitlines())) <= 80


def test_a_story_as_json(told: Run) -> None:
    found = json.loads(told("shifted-vectors", "--json"))
    assert found["name"] == "shifted-vectors"
    assert found["parts"][3]["table"]["columns"] == ["", "as in the lab", "mended"]


def test_a_story_that_does_not_exist_names_the_near_ones(told: Run) -> None:
    assert "Did you mean batch-first?" in told("batch", code=2)


def test_columns_of_numbers_stand_right() -> None:
    table = {"columns": ["a", "b"], "rows": [["x", "−0.5"], ["y", "1,000"]]}
    assert [story._numbers(table, column) for column in ("a", "b")] == [False, True]
