"""Every text is tokenized once; a cache that is not whole is made again."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfl import corpora, paths
from tfl.corpora.records import Row, Split
from tfl.errors import CacheError
from tfl.text import tokenized as cache
from tfl.text import tokenizer
from tfl.text.tokenized import TokenizedSplit, tokenized
from tfl.text.vocabulary import UNK, Vocabulary

SAMPLE = ("sample-reviews", "test")
rows = st.lists(st.builds(Row, st.text("ab .!", max_size=8), st.integers(-1, 3)), max_size=8)


def words(split: TokenizedSplit) -> list[list[str]]:
    """The words of each text."""
    texts = zip(split.offsets[:-1], split.offsets[1:], strict=True)
    return [[split.lexicon[i] for i in split.ids[start:end]] for start, end in texts]


def folder() -> Path:
    """Where the only cache lies."""
    (found,) = (paths.cache_dir() / "tokens").iterdir()
    return found


@pytest.fixture
def no_tokenizing(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on, tokenizing is an error."""

    def tokenize(text: str) -> list[str]:
        raise AssertionError("tokenized again")

    return lambda: monkeypatch.setattr(tokenizer, "tokenize", tokenize)


# --- what a tokenized split holds


@given(rows)
def test_the_words_labels_and_exclusions_of_a_split_come_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row]
) -> None:
    split = Split.of(rows, test_texts={"a"})
    folder = tmp_path_factory.mktemp("tokens") / "cache"

    cache.write(folder, split)
    found = cache.read(folder)

    assert words(found) == [tokenizer.tokenize(text) for text in split.texts]
    assert found.labels.tolist() == split.labels
    assert found.excluded.tolist() == split.excluded
    assert len(found) == len(rows)


def test_tokens_are_encoded_by_the_rows_of_a_vocabulary(tmp_path: Path) -> None:
    cache.write(tmp_path / "cache", Split.of([Row("bad film"), Row("good good")]))
    assert cache.read(tmp_path / "cache").encode(Vocabulary(["good", "bad"])).tolist() == [4, UNK, 3, 3]


def test_words_are_counted_in_all_texts_or_in_the_chosen_ones(tmp_path: Path) -> None:
    cache.write(tmp_path / "cache", Split.of([Row("bad film"), Row(""), Row("good good film")]))
    split = cache.read(tmp_path / "cache")
    assert dict(zip(split.lexicon, split.counts().tolist(), strict=True)) == {"bad": 1, "film": 2, "good": 2}
    assert dict(zip(split.lexicon, split.counts(np.array([1, 2])), strict=True)) == {"bad": 0, "film": 1, "good": 2}
    assert split.counts(np.array([], dtype=int)).tolist() == [0, 0, 0]


def test_ids_stay_on_disk_until_they_are_read() -> None:
    assert isinstance(tokenized(*SAMPLE).ids, np.memmap)


def test_the_sample_is_tokenized_text_by_text() -> None:
    split, texts = tokenized(*SAMPLE), corpora.load(*SAMPLE)
    assert words(split) == [tokenizer.tokenize(text) for text in texts.texts]
    assert split.labels.tolist() == texts.labels


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    cache.write(tmp_path / "cache", Split.of([Row("film")] * 1200), lambda *done: told.append(done))
    assert told == [(500, 1200), (1000, 1200)]


# --- the cache


def test_a_second_call_reads_without_tokenizing(no_tokenizing: Callable[[], None]) -> None:
    first = words(tokenized(*SAMPLE))
    no_tokenizing()
    assert words(tokenized(*SAMPLE)) == first


def test_the_cache_tells_splits_apart() -> None:
    assert words(tokenized("sample-reviews", "test")) != words(tokenized("sample-reviews", "train"))


@pytest.mark.parametrize("file", ["ids.npy", "offsets.npy", "labels.npy", "excluded.npy", "lexicon.txt"])
def test_a_damaged_byte_is_noticed_and_the_cache_made_again(file: str) -> None:
    whole = words(tokenized(*SAMPLE))
    content = bytearray((folder() / file).read_bytes())
    content[-1] ^= 1
    (folder() / file).write_bytes(content)
    assert words(tokenized(*SAMPLE)) == whole
    assert cache.is_whole(folder())


@pytest.mark.parametrize("file", ["ids.npy", "lexicon.txt", "manifest.json"])
def test_a_file_that_was_cut_off_is_noticed_and_the_cache_made_again(file: str) -> None:
    whole = words(tokenized(*SAMPLE))
    os.truncate(folder() / file, 10)
    assert words(tokenized(*SAMPLE)) == whole
    assert cache.is_whole(folder())


@pytest.mark.parametrize("file", ["ids.npy", "offsets.npy", "lexicon.txt", "manifest.json"])
def test_a_missing_file_is_noticed_and_the_cache_made_again(file: str) -> None:
    whole = words(tokenized(*SAMPLE))
    (folder() / file).unlink()
    assert words(tokenized(*SAMPLE)) == whole
    assert cache.is_whole(folder())


@pytest.mark.parametrize("manifest", ["", "{}", "[]", "null", '{"ids.npy": 3}', "\x00"])
def test_a_manifest_that_vouches_for_nothing_is_not_believed(tmp_path: Path, manifest: str) -> None:
    cache.write(tmp_path / "cache", Split.of([Row("film")]))
    (tmp_path / "cache" / "manifest.json").write_text(manifest)
    assert not cache.is_whole(tmp_path / "cache")


def test_changed_texts_are_tokenized_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    tokenized(*SAMPLE)
    info = corpora.info("sample-reviews")
    changed = {**info.splits, "test": info.splits["test"].model_copy(update={"sha256": "another"})}
    monkeypatch.setattr(corpora, "info", lambda *_: info.model_copy(update={"splits": changed}))
    monkeypatch.setattr(corpora, "load", lambda *_: Split.of([Row("another text")]))
    assert words(tokenized(*SAMPLE)) == [["another", "text"]]


def test_tokenizing_that_was_broken_off_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(path: Path, value: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cache, "write_json", interrupted)
    with pytest.raises(KeyboardInterrupt):
        tokenized(*SAMPLE)
    assert not list((paths.cache_dir() / "tokens").iterdir())


def test_a_cache_folder_that_cannot_be_written_is_one_sentence() -> None:
    paths.cache_dir().parent.mkdir(exist_ok=True)
    paths.cache_dir().write_text("a file where the folder should be")
    with pytest.raises(CacheError, match="TFL_CACHE"):
        tokenized(*SAMPLE)


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_cache_folder_that_is_read_only_or_full_is_one_sentence(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(np, "save", refuse)
    with pytest.raises(CacheError, match=f"{os.strerror(number)}.*TFL_CACHE"):
        tokenized(*SAMPLE)


def test_numpy_has_no_words_for_a_full_disk_and_they_are_not_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("30720 requested and 0 written")

    monkeypatch.setattr(np, "save", refuse)
    with pytest.raises(CacheError, match="cannot be written: 30720 requested and 0 written"):
        tokenized(*SAMPLE)


def test_a_cache_that_another_process_has_made_meanwhile_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    tokenize, others = tokenizer.tokenize, []

    def slowly(text: str) -> list[str]:
        monkeypatch.setattr(tokenizer, "tokenize", tokenize)
        tokenized(*SAMPLE)  # the other process is faster
        others.append(folder().stat().st_ino)
        return tokenize(text)

    monkeypatch.setattr(tokenizer, "tokenize", slowly)
    tokenized(*SAMPLE)
    assert others == [folder().stat().st_ino]  # that process may be reading it at this moment
