"""A text is judged, and every word's effect is what hiding the word changes."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfl import work
from tfl.device import Device
from tfl.errors import RunError, UnknownName, UsageError
from tfl.events import Event, Progress, Result, Started, encode, parse
from tfl.loading import LoadedRun, load_run
from tfl.prediction import Prediction, predict
from tfl.runs import RunFolder

UNKNOWN = "zorblax"


@pytest.fixture(scope="session")
def run(finished_run: RunFolder) -> LoadedRun:
    return load_run(finished_run)


def effects(found: Prediction) -> dict[str, float]:
    return {word.word: word.effect for word in found.words}


def test_the_probability_the_log_odds_and_the_label_agree(run: LoadedRun, cpu: Device) -> None:
    for text in ("good clever warm funny", "bad dull poor weak"):
        found = predict(run, text, cpu)
        assert found.log_odds == pytest.approx(math.log(found.probability / (1 - found.probability)), abs=1e-4)
        assert found.label == ("positive" if found.probability > 0.5 else "negative")


@settings(max_examples=20)
@given(words=st.lists(st.sampled_from(["good", "dull", "not", "but", "really", ",", UNKNOWN]), min_size=1, max_size=20))
def test_an_effect_is_the_change_of_log_odds_when_the_word_is_unknown(
    run: LoadedRun, cpu: Device, words: list[str]
) -> None:
    found = predict(run, " ".join(words), cpu)
    for word, effect in effects(found).items():
        without = predict(run, " ".join(UNKNOWN if other == word else other for other in words), cpu)
        assert effect == pytest.approx(found.log_odds - without.log_odds, abs=1e-4)


def test_words_are_listed_once_in_the_order_of_the_text(run: LoadedRun, cpu: Device) -> None:
    found = predict(run, "Good, not dull, and GOOD!", cpu)
    assert list(effects(found)) == ["good", ",", "not", "dull", "and", "!"]
    assert (found.tokens, found.read) == (8, 8)


def test_an_unknown_word_is_marked_and_spoke_neither_for_nor_against(run: LoadedRun, cpu: Device) -> None:
    found = predict(run, f"{UNKNOWN} good", cpu)
    assert [(word.word, word.known) for word in found.words] == [(UNKNOWN, False), ("good", True)]
    assert effects(found)[UNKNOWN] == 0


def test_a_text_of_one_unknown_word_is_judged_too(run: LoadedRun, cpu: Device) -> None:
    assert 0 < predict(run, UNKNOWN, cpu).probability < 1


def test_of_a_long_text_the_beginning_and_the_end_are_read(run: LoadedRun, cpu: Device) -> None:
    longest = run.config.small_tokens
    found = predict(run, "good " + "and " * longest + "dull " + "and " * longest + "fine", cpu)
    assert list(effects(found)) == ["good", "and", "fine"]
    assert (found.tokens, found.read) == (2 * longest + 3, longest)


@pytest.mark.parametrize("text", ["", "  \n", '""'])
def test_a_text_without_a_word_is_refused(run: LoadedRun, cpu: Device, text: str) -> None:
    with pytest.raises(UsageError, match="no word"):
        predict(run, text, cpu)


# --- the job


@pytest.fixture
def request_(finished_run: RunFolder) -> dict[str, Any]:
    return {"texts": ["Good.", "Dull."], "run": None, "runs_dir": str(finished_run.path.parent)}


def test_the_job_judges_every_text_with_the_best_run(
    request_: dict[str, Any], finished_run: RunFolder, events: list[Event]
) -> None:
    work.predict(request_, lambda event: events.append(parse(encode(event))))
    started, *progress, result = events
    assert isinstance(started, Started) and isinstance(result, Result)
    assert [event.done for event in progress if isinstance(event, Progress)] == [1, 2]
    assert (result.value["run"], result.value["corpus"]) == (finished_run.id, "sample (synthetic)")
    assert [found["text"] for found in result.value["texts"]] == ["Good.", "Dull."]


def test_the_job_takes_the_run_that_is_named(request_: dict[str, Any], finished_run: RunFolder) -> None:
    events: list[Event] = []
    work.predict(request_ | {"run": "scratch-sample"}, events.append)
    assert isinstance(events[-1], Result) and events[-1].value["run"] == finished_run.id
    with pytest.raises(UnknownName, match="full-real"):
        work.predict(request_ | {"run": "full-real"}, events.append)


def test_without_any_run_the_job_says_how_to_train_one() -> None:
    with pytest.raises(RunError, match="tfl train"):
        work.predict({"texts": ["Good."]}, lambda event: None)
