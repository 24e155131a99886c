"""Which rows are trained on, validated on, counted, and left alone."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from tfl import materials as module
from tfl.batches import Examples
from tfl.config import Config
from tfl.errors import UsageError
from tfl.events import Event, Progress
from tfl.materials import Materials
from tfl.parts import REFERENCE
from tfl.text.tokenized import TokenizedSplit
from tfl.text.vocabulary import UNK

LARGE, SMALL = "sample-news", "sample-reviews"
WORDS = 3  # of each text: one that all texts have, one that its split has, one of its own


def made(corpus: str, split: str, labels: list[int], excluded: set[int] = frozenset()) -> TokenizedSplit:  # type: ignore[assignment]
    """A split in which row 7 says "the <corpus>-<split> <corpus>-<split>-7"."""
    name, rows = f"{corpus}-{split}", range(len(labels))
    lexicon = ["the", name, *(f"{name}-{row}" for row in rows)]
    return TokenizedSplit(
        ids=np.array([[0, 1, 2 + row] for row in rows], dtype=np.int32).ravel(),
        offsets=np.arange(len(labels) + 1) * WORDS,
        labels=np.array(labels, dtype=np.int16),
        excluded=np.array([row in excluded for row in rows]),
        lexicon=lexicon,
    )


EXCLUDED = {LARGE: {0, 5}, SMALL: {1, 2, 90}}
SPLITS = {
    (LARGE, "train"): made(LARGE, "train", [row % 4 for row in range(400)], EXCLUDED[LARGE]),
    (LARGE, "test"): made(LARGE, "test", [row % 4 for row in range(40)]),
    (SMALL, "train"): made(SMALL, "train", [row % 2 for row in range(200)], EXCLUDED[SMALL]),
    (SMALL, "test"): made(SMALL, "test", [row % 2 for row in range(40)]),
    (SMALL, "unsup"): made(SMALL, "unsup", [-1] * 100, {3}),
}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Which splits have been read."""
    known: list[tuple[str, str]] = []

    def tokenized(corpus: str, split: str, *_: object) -> TokenizedSplit:
        known.append((corpus, split))
        return SPLITS[corpus, split]

    monkeypatch.setattr(module, "tokenized", tokenized)
    monkeypatch.setattr(Materials, "_films", [""] * 200)  # every review is of another film
    return known


@pytest.fixture
def materials(read: list[tuple[str, str]]) -> Callable[..., Materials]:
    return lambda **choices: Materials(Config(strategy="full", pair="sample", **choices))


def rows_of(found: Materials, labels: int | None = None) -> tuple[set[int], set[int]]:
    train, validation = found.labelled_rows(labels)
    return set(train), set(validation)


def texts_of(found: Materials, adapt: bool) -> list[list[list[int]]]:
    """The running texts of each split, one by one."""
    return [
        [ids[start:end].tolist() for start, end in pairwise(offsets)] for ids, offsets in found.running_texts(adapt)
    ]


def sequences(examples: Examples) -> list[list[int]]:
    """The texts of some examples, in the order of their rows."""
    return [sequence.tolist() for _, sequence in sorted(zip(examples.rows, examples.sequences, strict=True))]


# --- the split


def test_a_row_is_trained_on_or_validated_on_or_excluded(materials: Callable[..., Materials]) -> None:
    found = materials()
    for corpus, (train, validation) in ((LARGE, found.large_rows), (SMALL, found.small_rows)):
        assert not set(train) & set(validation)
        assert set(train) | set(validation) | EXCLUDED[corpus] == set(range(len(SPLITS[corpus, "train"])))
        assert not (set(train) | set(validation)) & EXCLUDED[corpus]


def test_five_percent_of_the_news_and_ten_of_the_reviews_are_for_validation(
    materials: Callable[..., Materials],
) -> None:
    found = materials()
    assert len(found.large_rows[1]) == pytest.approx(0.05 * 398, abs=4)
    assert len(found.small_rows[1]) == pytest.approx(0.10 * 197, abs=2)


def test_every_class_has_its_share_in_both_parts(materials: Callable[..., Materials]) -> None:
    for rows in materials().small_rows:
        counts = Counter(row % 2 for row in rows)
        assert abs(counts[0] - counts[1]) <= 3


def test_a_seed_repeats_its_split_and_another_makes_another(materials: Callable[..., Materials]) -> None:
    assert materials(seed=1).small_rows == materials(seed=1).small_rows
    assert materials(seed=1).small_rows != materials(seed=2).small_rows


def test_a_learners_split_takes_the_place_of_ours(read: list[tuple[str, str]]) -> None:
    theirs = replace(REFERENCE, stratified_split=lambda labels, share, seed: ([0, 1], [2]))
    found = Materials(Config(strategy="full", pair="sample"), parts=theirs)
    assert found.small_rows == ([0, 3], [4])  # rows 1 and 2 are excluded


@pytest.mark.parametrize("labels", [8, 20, 100, 196])
def test_n_labels_are_n_in_all_with_those_for_validation(materials: Callable[..., Materials], labels: int) -> None:
    train, validation = rows_of(materials(), labels)
    assert len(train) + len(validation) == labels
    assert not train & validation
    assert not (train | validation) & EXCLUDED[SMALL]


@pytest.mark.parametrize("labels", [9, 33, 101, 195])
def test_an_odd_number_of_labels_is_met_and_one_class_has_one_more(
    materials: Callable[..., Materials], labels: int
) -> None:
    train, validation = rows_of(materials(), labels)
    assert len(train | validation) == len(train) + len(validation) == labels
    positive = sum(row % 2 for row in train | validation)
    assert abs(2 * positive - labels) <= 1


@pytest.mark.parametrize("labels", [8, 20, 100])
def test_the_chosen_labels_are_as_many_of_each_class(materials: Callable[..., Materials], labels: int) -> None:
    for rows in rows_of(materials(), labels):
        counts = Counter(row % 2 for row in rows)
        assert counts[0] == counts[1]


def test_every_label_can_be_asked_for_but_not_more(materials: Callable[..., Materials]) -> None:
    assert sum(map(len, rows_of(materials(), 197))) == 197
    with pytest.raises(UsageError, match="197 labelled reviews, not 198"):
        materials().labelled_rows(198)


def test_a_part_is_a_share_of_every_split(materials: Callable[..., Materials]) -> None:
    found = materials(part=0.5)
    assert sum(map(len, found.large_rows)) == pytest.approx(199, abs=2)
    assert sum(map(len, found.small_rows)) == pytest.approx(98, abs=2)
    assert len(found.small_test) == 20
    assert sum(map(len, texts_of(found, adapt=True)[1:])) < 0.5 * 300


# --- what is read


def test_training_never_reads_a_test_split(materials: Callable[..., Materials], read: list[tuple[str, str]]) -> None:
    found = materials()
    found.large_data()
    found.small_data(None)
    found.small_data(20)
    found.running_texts(adapt=True)
    assert {split for _, split in read} == {"train", "unsup"}


def test_the_final_evaluation_reads_every_row_of_test(materials: Callable[..., Materials]) -> None:
    found = materials()
    assert found.small_test.rows == list(range(40))
    assert found.small_test.labels.tolist() == [row % 2 for row in range(40)]
    assert found.large_test.labels.tolist() == [row % 4 for row in range(40)]


def test_unlabelled_text_is_the_news_and_when_adapting_the_reviews_too(materials: Callable[..., Materials]) -> None:
    found = materials()
    (news,) = texts_of(found, adapt=False)
    assert news == sequences(found.large_data().train)
    news, reviews, unsup = texts_of(found, adapt=True)
    assert news == sequences(found.large_data().train)
    assert reviews == sequences(found.small_data(None).train)
    assert len(unsup) == 100 - 1  # row 3 is excluded


def test_unlabelled_texts_are_whole_however_short_the_examples(materials: Callable[..., Materials]) -> None:
    found = materials()
    found.config = found.config.model_copy(update={"small_tokens": 2, "large_tokens": 2})
    assert set(map(len, sequences(found.small_data(None).train))) == {2}
    assert {len(text) for texts in texts_of(found, adapt=True) for text in texts} == {WORDS}


def test_a_split_is_read_once(materials: Callable[..., Materials], read: list[tuple[str, str]]) -> None:
    found = materials()
    found.small_data(None)
    found.small_data(20)
    found.large_data()
    assert len(read) == len(set(read))


def test_progress_of_tokenizing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def tokenized(corpus: str, split: str, data_dir: object, report: Callable[[int, int], None]) -> TokenizedSplit:
        report(500, 2000)
        return SPLITS[corpus, split]

    monkeypatch.setattr(module, "tokenized", tokenized)
    told: list[Event] = []
    _ = Materials(Config(strategy="full", pair="sample"), emit=told.append).small_rows
    assert [(e.stage, e.done, e.total) for e in told if isinstance(e, Progress)] == [("tokenizing train", 500, 2000)]


# --- the vocabulary


def test_the_vocabulary_has_the_words_of_the_training_rows_and_no_others(materials: Callable[..., Materials]) -> None:
    found = materials()
    expected = {"the", f"{LARGE}-train", f"{SMALL}-train"}
    expected |= {f"{LARGE}-train-{row}" for row in found.large_rows[0]}
    expected |= {f"{SMALL}-train-{row}" for row in found.small_rows[0]}
    assert set(found.vocabulary.words[3:]) == expected


def test_the_most_frequent_words_of_both_corpora_have_rows(materials: Callable[..., Materials]) -> None:
    assert materials(vocabulary=10).vocabulary.words[3:6] == ["the", f"{LARGE}-train", f"{SMALL}-train"]


def test_words_without_a_row_are_unknown(materials: Callable[..., Materials]) -> None:
    found = materials()
    the = found.vocabulary.words.index("the")
    assert [sequence.tolist() for sequence in found.small_test.sequences] == [[the, UNK, UNK]] * 40


def test_an_example_has_the_text_and_the_label_of_its_row(materials: Callable[..., Materials]) -> None:
    found = materials()
    train = found.small_data(20).train
    for sequence, label, row in zip(train.sequences, train.labels, train.rows, strict=True):
        assert found.vocabulary.words[sequence[-1]] in (f"{SMALL}-train-{row}", "<unk>")
        assert label == row % 2


def test_texts_are_cut_to_the_longest_length_of_their_corpus(
    materials: Callable[..., Materials], monkeypatch: pytest.MonkeyPatch
) -> None:
    longest = []
    make_examples = module.make_examples
    monkeypatch.setattr(module, "make_examples", lambda *given: longest.append(given[-1]) or make_examples(*given))
    found = materials(small_tokens=20, large_tokens=30)
    found.large_data()
    assert set(longest) == {30}
    longest.clear()
    found.small_data(None)
    assert set(longest) == {20}


def test_a_film_is_never_in_training_and_validation_both(
    read: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch, tiny: Callable[..., Config]
) -> None:
    films = [f"tt{row // 8}" for row in range(200)]  # 25 films of 8 reviews each
    monkeypatch.setattr(Materials, "_films", films)
    train, validation = Materials(tiny(part=1.0)).small_rows
    assert validation
    assert not {films[row] for row in train} & {films[row] for row in validation}
    assert sorted([*train, *validation]) == [row for row in range(200) if row not in EXCLUDED[SMALL]]
