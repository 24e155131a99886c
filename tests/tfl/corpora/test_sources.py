"""Files of a corpus found in folders and archives."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tfl.corpora.sources import Source, in_folder, recognise
from tfl.errors import CorpusError, UsageError

AG_NEWS = "1,Title,Description\n"
LABELLED = "neg,text\n"


def put(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def archive(reviews: dict[str, bytes], pack: Callable[[dict[str, bytes], str], Path]) -> Path:
    return pack(reviews, "tar.gz")


@pytest.mark.parametrize("folder", ["", "ag_news", "ag_news_csv", "AG_NEWS", "ag-news"])
def test_ag_news_is_found_in_a_folder_or_below(tmp_path: Path, folder: str) -> None:
    train = put(tmp_path / folder / "train.csv", AG_NEWS)
    test = put(tmp_path / folder / "test.csv", AG_NEWS)

    assert in_folder(tmp_path) == [Source("ag-news", {"train": train, "test": test})]


@pytest.mark.parametrize("folder", ["aclImdb", "imdb", "imdb/aclImdb", "IMDB/aclImdb"])
def test_an_unpacked_imdb_is_found_in_a_folder_or_below(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder / "train" / "pos").mkdir(parents=True)

    assert in_folder(tmp_path) == [Source("imdb", {"all": tmp_path / folder})]
    assert in_folder(tmp_path / folder) == [Source("imdb", {"all": tmp_path / folder})]


@pytest.mark.parametrize("file", ["aclImdb_v1.tar.gz", "imdb/aclImdb.tar.xz", "aclImdb.zip"])
def test_an_archive_of_imdb_is_found_in_a_folder_or_below(tmp_path: Path, file: str) -> None:
    path = put(tmp_path / file)

    assert in_folder(tmp_path) == [Source("imdb", {"all": path})]


def test_a_folder_may_hold_both(tmp_path: Path, archive: Path) -> None:
    put(tmp_path / "ag_news" / "train.csv", AG_NEWS)

    assert {source.kind for source in recognise([tmp_path])} == {"ag-news", "imdb"}


def test_files_of_other_shapes_in_a_folder_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path / "train.csv", "a,b,c,d\n")
    put(tmp_path / "notes.txt", "hello")

    assert in_folder(tmp_path) == []


def test_a_link_that_leads_back_is_no_trap(tmp_path: Path) -> None:
    (tmp_path / "imdb").symlink_to(tmp_path)

    assert in_folder(tmp_path) == []


def test_an_archive_is_known_by_its_content(archive: Path) -> None:
    path = archive.rename(archive.with_name("download"))

    assert recognise([path]) == [Source("imdb", {"all": path})]


def test_a_header_line_does_not_hide_ag_news(tmp_path: Path) -> None:
    path = put(tmp_path / "news.csv", "Class Index,Title,Description\n1,a,b\n")

    assert recognise([path]) == [Source("ag-news", {"train": path})]


def test_a_train_and_a_test_file_are_one_corpus(tmp_path: Path) -> None:
    test = put(tmp_path / "reviews-test.csv", LABELLED)
    train = put(tmp_path / "reviews.csv", LABELLED)

    assert recognise([test, train]) == [Source("labelled", {"train": train, "test": test})]


def test_latest_is_not_test(tmp_path: Path) -> None:
    path = put(tmp_path / "latest.csv", LABELLED)

    assert recognise([path]) == [Source("labelled", {"train": path})]


def test_a_folder_with_one_csv_of_any_name_will_do(tmp_path: Path) -> None:
    path = put(tmp_path / "reviews.csv", LABELLED)

    assert recognise([tmp_path]) == [Source("labelled", {"train": path})]


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="There is no file or folder"):
        recognise([tmp_path / "nowhere"])


def test_a_folder_with_nothing_known_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"holds no corpus.*aclImdb"):
        recognise([tmp_path])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no rows"),
        ("a,b,c,d\n", "4 columns"),
        ("just a line\n", "1 column "),
        ("\0\1\2", "not text"),
        ("pos;good\n", "“;” between"),
        ("pos\tgood\n", "tabs between"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(CorpusError, match=reason):
        recognise([put(tmp_path / "some.csv", text)])


def test_a_test_file_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="nothing to train on"):
        recognise([put(tmp_path / "test.csv", AG_NEWS)])


@pytest.mark.parametrize("second", [LABELLED, AG_NEWS])
def test_files_of_different_corpora_are_not_mixed(tmp_path: Path, second: str) -> None:
    with pytest.raises(UsageError, match="not the train and test file of one corpus"):
        recognise([put(tmp_path / "a.csv", AG_NEWS), put(tmp_path / "b.csv", second)])
