"""Texts become words."""

import pytest

from tfl.text.tokenizer import tokenize


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Not bad!", ["not", "bad", "!"]),
        ("It's Good, really.", ["it", "'", "s", "good", ",", "really", "."]),
        ("one<br />two", ["one", "two"]),
        ("(a café)", ["(", "a", "café", ")"]),
        ("", []),
    ],
)
def test_basic_english_lowers_words_and_splits_punctuation_off(text: str, words: list[str]) -> None:
    assert tokenize(text) == words
