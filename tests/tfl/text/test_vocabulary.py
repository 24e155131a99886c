"""Words become numbers."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfl.errors import CacheError
from tfl.text.tokenizer import tokenize
from tfl.text.vocabulary import MASK, PAD, UNK, Vocabulary

words = st.text("abcdé'<>", min_size=1, max_size=4)
counts = st.dictionaries(words, st.integers(0, 5))


def counted(counts: dict[str, int]) -> tuple[list[str], np.ndarray]:
    return list(counts), np.array(list(counts.values()), dtype=np.int64)


def test_padding_is_0_the_unknown_word_1_the_mask_2() -> None:
    vocabulary = Vocabulary(["good"])
    assert (PAD, UNK, MASK) == (0, 1, 2)
    assert vocabulary.words == ["<pad>", "<unk>", "<mask>", "good"]
    assert [vocabulary.words[i] for i in (PAD, UNK, MASK)] == ["<pad>", "<unk>", "<mask>"]


def test_the_most_frequent_words_come_first_and_ties_in_alphabetical_order() -> None:
    vocabulary = Vocabulary.from_counts([counted({"dull": 2, "the": 9, "bad": 2, "a": 9})], size=100)
    assert vocabulary.words[3:] == ["a", "the", "bad", "dull"]


def test_the_counts_of_several_splits_are_added() -> None:
    vocabulary = Vocabulary.from_counts([counted({"a": 2, "b": 3}), counted({"a": 2, "c": 1})], size=100)
    assert vocabulary.words[3:] == ["a", "b", "c"]


def test_words_that_never_occur_have_no_row() -> None:
    assert Vocabulary.from_counts([counted({"seen": 1, "unseen": 0})], size=100).words[3:] == ["seen"]


@given(counts, st.integers(4, 20))
def test_the_size_counts_the_special_rows(counts: dict[str, int], size: int) -> None:
    vocabulary = Vocabulary.from_counts([counted(counts)], size)
    assert len(vocabulary) == len(vocabulary.words) <= size
    assert len(vocabulary) == min(size, 3 + sum(count > 0 for count in counts.values()))


@given(st.lists(counts, max_size=3), st.randoms())
def test_the_order_of_the_texts_does_not_matter(splits: list[dict[str, int]], dice: object) -> None:
    shuffled = [dict(sorted(split.items(), key=lambda _: dice.random())) for split in splits]  # type: ignore[attr-defined]
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = (Vocabulary.from_counts(map(counted, given), 9).words for given in (splits, shuffled))
    assert first == second


def test_words_are_encoded_by_their_rows_and_unknown_ones_as_unk() -> None:
    encoded = Vocabulary(["good", "bad"]).encode(["bad", "zorblax", "good"])
    assert encoded.tolist() == [4, UNK, 3]
    assert encoded.dtype == np.int32


def test_a_text_cannot_write_a_special_token() -> None:
    vocabulary = Vocabulary.from_counts([counted({"<pad>": 9, "<mask>": 9, "film": 1})], size=100)
    assert vocabulary.words[3:] == ["film"]
    assert vocabulary.encode(tokenize("<pad> film <mask>")).tolist() == [UNK, 3, UNK]


@given(st.lists(words, unique=True))
def test_what_was_written_is_read(tmp_path_factory: pytest.TempPathFactory, words: list[str]) -> None:
    path = tmp_path_factory.mktemp("vocabulary") / "vocabulary.txt"
    Vocabulary(words).write(path)
    assert Vocabulary.read(path).words == Vocabulary(words).words


def test_the_line_number_of_a_word_is_its_id(tmp_path: Path) -> None:
    vocabulary = Vocabulary(["good", "bad"])
    vocabulary.write(tmp_path / "vocabulary.txt")
    lines = (tmp_path / "vocabulary.txt").read_text().splitlines()
    assert lines == ["<pad>", "<unk>", "<mask>", "good", "bad"]
    assert vocabulary.encode(["good", "bad"]).tolist() == [lines.index("good"), lines.index("bad")]


@pytest.mark.parametrize("content", ["", "good\nbad\n", "<unk>\n<pad>\n<mask>\ngood\n"])
def test_another_file_is_no_vocabulary(tmp_path: Path, content: str) -> None:
    (tmp_path / "words.txt").write_text(content)
    with pytest.raises(CacheError, match="not a vocabulary"):
        Vocabulary.read(tmp_path / "words.txt")
