"""The rows of a corpus, and those that must not be trained on."""

from tfl.corpora.records import Row, Split, make_splits


def test_a_repeat_of_an_earlier_training_row_is_kept_and_excluded() -> None:
    split = make_splits({"train": [Row("a", 0), Row("b", 1), Row("a", 1)]})["train"]

    assert split.texts == ["a", "b", "a"]
    assert split.excluded == [False, False, True]


def test_a_text_that_also_stands_in_test_is_excluded_from_every_other_split() -> None:
    splits = make_splits({"train": [Row("a"), Row("b")], "test": [Row("b")], "unsup": [Row("b"), Row("c")]})

    assert splits["train"].excluded == [False, True]
    assert splits["unsup"].excluded == [True, False]


def test_nothing_is_excluded_from_test() -> None:
    splits = make_splits({"train": [Row("a")], "test": [Row("a"), Row("a")]})

    assert splits["test"].excluded == [False, False]


def test_a_split_has_one_list_a_column() -> None:
    split = Split.of([Row("a", 1, "tt1", 9), Row("b")])

    assert (split.texts, split.labels, split.films, split.stars) == (["a", "b"], [1, -1], ["tt1", ""], [9, 0])
    assert len(split) == 2


def test_a_split_may_be_empty() -> None:
    assert Split.of([]) == Split([], [], [], [], [])
