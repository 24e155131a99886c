"""Imported corpora on the disk."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfl import files
from tfl.corpora import store
from tfl.corpora.records import CorpusInfo, Row, Split, make_splits
from tfl.errors import CorpusError

ROWS = st.builds(Row, st.text(), st.integers(-1, 9), st.from_regex(r"(tt\d{1,8})?", fullmatch=True), st.integers(0, 10))
OLD = {"train": [Row("old bad", 0), Row("old good", 1)], "test": [Row("old test", 1)]}
NEW = {"train": [Row("new bad", 0), Row("new good", 1), Row("new good", 1)], "test": [Row("new good", 1)]}


def write(folder: Path, rows: dict[str, list[Row]]) -> CorpusInfo:
    info = CorpusInfo(
        name="imdb",
        title="IMDB",
        classes=["neg", "pos"],
        splits={},
        synthetic=False,
        partial="",
        source="here",
    )
    return store.write(folder, info, make_splits(rows))


def read(folder: Path) -> dict[str, Split]:
    info = store.read_info(folder)
    assert info
    return {name: store.read_split(info, name) for name in info.splits}


@given(st.lists(ROWS))
def test_any_rows_come_back_as_they_were(rows: list[Row]) -> None:
    split = Split.of(rows, test_texts=set())

    assert store.decode(store.encode(split)) == split


def test_what_was_written_is_read(tmp_path: Path) -> None:
    written = write(tmp_path / "imdb", NEW)

    assert store.read_info(tmp_path / "imdb") == written
    assert read(tmp_path / "imdb") == make_splits(NEW)


def test_it_counts_rows_classes_duplicates_and_texts_of_test(tmp_path: Path) -> None:
    train = write(tmp_path, NEW).splits["train"]

    assert (train.rows, train.per_class, train.duplicates, train.also_in_test) == (
        3,
        {"neg": 1, "pos": 2},
        1,
        2,
    )


def test_an_unlabelled_split_has_no_classes(tmp_path: Path) -> None:
    assert write(tmp_path, {"unsup": [Row("a")]}).splits["unsup"].per_class == {}


def test_a_folder_without_a_corpus_has_no_info(tmp_path: Path) -> None:
    assert store.read_info(tmp_path) is None


def test_writing_again_replaces_the_corpus_and_leaves_other_files_alone(tmp_path: Path) -> None:
    write(tmp_path, OLD)
    (tmp_path / "aclImdb.tar.gz").write_text("precious")
    write(tmp_path, NEW)

    assert read(tmp_path) == make_splits(NEW)
    assert (tmp_path / "aclImdb.tar.gz").read_text() == "precious"
    assert len(list(tmp_path.glob("*.jsonl"))) == 2


def test_a_process_that_dies_before_the_end_leaves_the_old_corpus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, OLD)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "write_json", die)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, NEW)

    assert read(tmp_path) == make_splits(OLD)


def test_a_changed_split_is_noticed(tmp_path: Path) -> None:
    info = write(tmp_path, NEW)
    path = tmp_path / info.splits["test"].file
    path.write_bytes(path.read_bytes().replace(b"good", b"evil"))

    with pytest.raises(CorpusError, match=r"damaged.*tfl data import"):
        store.read_split(info, "test")


def test_a_missing_split_is_noticed(tmp_path: Path) -> None:
    info = write(tmp_path, NEW)
    (tmp_path / info.splits["train"].file).unlink()

    with pytest.raises(CorpusError, match=r"train-\w+\.jsonl is missing"):
        store.read_info(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"name": "imdb"}'])
def test_a_damaged_description_is_noticed(tmp_path: Path, content: str) -> None:
    (tmp_path / "corpus.json").write_text(content)

    with pytest.raises(CorpusError, match="damaged"):
        store.read_info(tmp_path)


def test_a_folder_that_cannot_be_made_is_an_error_with_an_action(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(CorpusError, match="--data-dir"):
        write(tmp_path / "file" / "imdb", NEW)
