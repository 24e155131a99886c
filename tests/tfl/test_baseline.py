"""The linear baseline: its words and pairs, their weights, and the run that it leaves."""

from collections.abc import Callable

import numpy as np
import pytest
import scipy.sparse as sparse

from tfl import baseline
from tfl.baseline import columns, occurrences, tellingness, train_baseline, weighted
from tfl.config import Config
from tfl.errors import TflError
from tfl.session import Session
from tfl.text.tokenized import TokenizedSplit

TEXTS = ["good film", "bad film bad film", "", "good good"]
WORDS = {"good": 0, "film": 1, "bad": 2}


def split(texts: list[str]) -> TokenizedSplit:
    lexicon = list(dict.fromkeys(" ".join(texts).split()))
    pieces = [[lexicon.index(word) for word in text.split()] for text in texts]
    return TokenizedSplit(
        ids=np.array([number for piece in pieces for number in piece], dtype=np.int32),
        offsets=np.cumsum([0, *map(len, pieces)]),
        labels=np.array([1, 0, 0, 1], dtype=np.int16)[: len(texts)],
        excluded=np.zeros(len(texts), dtype=bool),
        lexicon=lexicon,
    )


def key(*words: str) -> int:
    numbers = [WORDS[word] for word in words]
    return numbers[0] if len(numbers) == 1 else (numbers[0] + 1) * len(WORDS) + numbers[1]


def grams(found: sparse.csr_matrix, keys: np.ndarray, text: int) -> set[int]:
    """The words and pairs of one text."""
    return set(keys[found[text].indices].tolist())


# --- what occurs


def test_the_words_and_the_neighbouring_pairs_of_each_text_are_found() -> None:
    found, keys = occurrences(split(TEXTS), [0, 1, 2, 3], WORDS)
    assert grams(found, keys, 0) == {key("good"), key("film"), key("good", "film")}
    assert grams(found, keys, 1) == {key("bad"), key("film"), key("bad", "film"), key("film", "bad")}
    assert grams(found, keys, 2) == set()
    assert grams(found, keys, 3) == {key("good"), key("good", "good")}


def test_occurring_twice_counts_once() -> None:
    found, _ = occurrences(split(TEXTS), [1], WORDS)
    assert set(found.data) == {1.0}


def test_a_pair_never_spans_two_texts() -> None:
    _, keys = occurrences(split(["good", "film"]), [0, 1], WORDS)
    assert set(keys) == {key("good"), key("film")}


def test_chosen_rows_come_in_the_order_asked_for() -> None:
    found, keys = occurrences(split(TEXTS), [3, 0], WORDS)
    assert grams(found, keys, 0) == {key("good"), key("good", "good")}


def test_unknown_words_and_their_pairs_are_passed_over() -> None:
    _, keys = occurrences(split(["good unheard film"]), [0], WORDS)
    assert set(keys) == {key("good"), key("film")}


def test_columns_are_put_in_the_order_of_the_wanted_keys() -> None:
    found = sparse.csr_matrix(np.array([[1, 0, 1], [0, 1, 0]], dtype=np.float32))
    chosen = columns(found, np.array([2, 5, 9]), np.array([9, 3, 2, 11]))
    assert chosen.toarray().tolist() == [[1, 0, 1, 0], [0, 0, 0, 0]]


# --- weights


def test_what_one_class_says_more_often_tells_more() -> None:
    found = sparse.csr_matrix(np.array([[1, 1, 0], [1, 1, 0], [0, 1, 1], [0, 1, 1]], dtype=np.float32))
    only_first, both, only_second = tellingness(found, np.array([0, 0, 1, 1]))
    assert only_first == pytest.approx(only_second)
    assert both == pytest.approx(0)
    assert only_first > 1


def test_a_weighted_text_has_length_1_unless_nothing_occurs_in_it() -> None:
    found = sparse.csr_matrix(np.array([[1, 1], [0, 0]], dtype=np.float32))
    features = weighted(found, np.array([3.0, 4.0], dtype=np.float32)).toarray()
    assert features.tolist() == [pytest.approx([0.6, 0.8]), [0, 0]]


# --- the run


def test_it_leaves_a_finished_run_without_weights(session: Session, tiny: Callable[..., Config]) -> None:
    record = train_baseline(session, tiny("baseline"))
    assert record.state == "finished" and record.corpus == "sample (synthetic) reviews"
    assert record.parameters_trainable == record.parameters_total > 0
    assert record.train and record.test and record.train.accuracy > record.test.accuracy
    assert sum(map(sum, record.confusion or [])) == 80
    assert not (session.runs_dir / record.id / "model.safetensors").exists()


def test_the_same_request_has_the_same_result(session: Session, tiny: Callable[..., Config]) -> None:
    first = train_baseline(session, tiny("baseline"))
    second = train_baseline(session, tiny("baseline"), again=True)
    assert (first.train, first.validation, first.test) == (second.train, second.validation, second.test)


def test_a_finished_one_is_reused(session: Session, tiny: Callable[..., Config]) -> None:
    assert train_baseline(session, tiny("baseline")) == train_baseline(session, tiny("baseline"))


def test_without_scikit_learn_it_says_how_to_install_it(
    session: Session, tiny: Callable[..., Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baseline, "is_available", lambda: False)
    with pytest.raises(TflError, match="pip install"):
        train_baseline(session, tiny("baseline"))
