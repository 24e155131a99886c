"""Each word gets its own vector, whatever the order of the file."""

import gzip
import random
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tfl.errors import UsageError
from tfl.text.vectors import read_vectors
from tfl.text.vocabulary import Vocabulary

WORDS = ["the", "film", "is", "good", "bad"]
VECTORS = {word: [float(i), i / 2, -1.0] for i, word in enumerate(WORDS, start=1)}


def lines(vectors: dict[str, list[float]]) -> list[str]:
    return [f"{word} {' '.join(map(str, numbers))}\n" for word, numbers in vectors.items()]


def written(path: Path, *text: str) -> Path:
    path.write_text("".join(text), "utf-8")
    return path


@given(st.permutations(WORDS), st.permutations(WORDS))
def test_every_word_gets_its_own_vector_whatever_the_order_of_the_file(
    tmp_path_factory: pytest.TempPathFactory, in_file: list[str], in_vocabulary: list[str]
) -> None:
    path = tmp_path_factory.mktemp("vectors") / "vectors.txt"
    written(path, *lines({word: VECTORS[word] for word in in_file}))
    vocabulary = Vocabulary(in_vocabulary)

    table, found = read_vectors(path, vocabulary, 3)

    assert table.dtype == torch.float32
    assert table.shape == (len(vocabulary), 3)
    for word in WORDS:
        assert table[vocabulary.ids[word]].tolist() == VECTORS[word]
    assert found.tolist() == [False] * 3 + [True] * 5


def test_words_that_the_file_lacks_are_told_and_words_that_the_vocabulary_lacks_are_passed_over(tmp_path: Path) -> None:
    path = written(tmp_path / "vectors.txt", "zorblax 9 9 9\n", "bad 1 2 3\n")
    table, found = read_vectors(path, Vocabulary(["good", "bad"]), 3)
    assert found.tolist() == [False, False, False, False, True]
    assert not table[3].any()
    assert table[4].tolist() == [1, 2, 3]


def test_the_rows_of_special_tokens_are_never_filled(tmp_path: Path) -> None:
    path = written(tmp_path / "vectors.txt", "<unk> 9 9 9\n", "<pad> 9 9 9\n", "good 1 2 3\n")
    table, found = read_vectors(path, Vocabulary(["good"]), 3)
    assert not table[:3].any()
    assert found.tolist() == [False, False, False, True]


def test_a_gzipped_file_is_read(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "vectors.txt.gz", "wt") as file:
        file.writelines(lines(VECTORS))
    table, _ = read_vectors(tmp_path / "vectors.txt.gz", Vocabulary(WORDS), 3)
    assert table[3:].tolist() == list(VECTORS.values())


def test_a_header_with_count_and_width_is_skipped(tmp_path: Path) -> None:
    path = written(tmp_path / "vectors.txt", "5 3\n", *lines(VECTORS))
    table, found = read_vectors(path, Vocabulary(WORDS), 3)
    assert table[3:].tolist() == list(VECTORS.values())
    assert found[3:].all()


def test_spaces_at_the_end_of_a_line_are_no_number(tmp_path: Path) -> None:
    path = written(tmp_path / "vectors.txt", "good 1 2 3 \n")
    assert read_vectors(path, Vocabulary(["good"]), 3)[0][3].tolist() == [1, 2, 3]


@pytest.mark.parametrize("line", ["good 1 2\n", "good 1 2 3 4\n", "good\n", "\n"])
def test_a_line_of_another_width_is_named(tmp_path: Path, line: str) -> None:
    path = written(tmp_path / "vectors.txt", "the 1 2 3\n", "film 1 2 3\n", line)
    with pytest.raises(UsageError, match=r"Line 3 .*not 3") as error:
        read_vectors(path, Vocabulary(WORDS), 3)
    assert "3 numbers a line" in error.value.action


def test_something_other_than_a_number_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read as word vectors"):
        read_vectors(written(tmp_path / "vectors.txt", "good 1 two 3\n"), Vocabulary(["good"]), 3)


def test_a_file_without_a_word_of_the_vocabulary_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No word of the vocabulary"):
        read_vectors(written(tmp_path / "vectors.txt", "zorblax 1 2 3\n"), Vocabulary(["good"]), 3)


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_vectors(tmp_path / "nowhere.txt", Vocabulary(["good"]), 3)


@pytest.mark.parametrize("name", ["vectors.txt", "vectors.txt.gz"])
def test_bytes_that_are_no_text_are_a_usage_error(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(random.Random(0).randbytes(200))
    with pytest.raises(UsageError, match="cannot be read"):
        read_vectors(tmp_path / name, Vocabulary(["good"]), 3)


def test_a_gzipped_file_that_was_cut_off_is_a_usage_error(tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt.gz"
    with gzip.open(path, "wt") as file:
        file.writelines(lines(VECTORS))
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(UsageError, match="cannot be read"):
        read_vectors(path, Vocabulary(WORDS), 3)
