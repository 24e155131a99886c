"""A corpus by name: imported at first use, told about, loaded."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tfl import corpora
from tfl.corpora.importer import import_paths
from tfl.errors import CorpusError, CorpusMissing, UnknownName

Pack = Callable[[dict[str, bytes], str], Path]


def test_a_published_corpus_is_imported_once_and_the_user_is_told(news: Path, tmp_path: Path) -> None:
    told: list[str] = []
    first = corpora.info("ag-news", notice=told.append)
    second = corpora.info("ag-news", notice=told.append)

    assert first == second
    assert told == [f"train.csv, test.csv is imported into {first.folder.parent}, once."]
    assert tmp_path / "cache" in first.folder.parents


def test_the_data_folder_is_not_written_to_for_a_published_corpus(news: Path, data_dir: Path) -> None:
    before = set(data_dir.rglob("*"))
    corpora.load("ag-news", "train")

    assert set(data_dir.rglob("*")) == before


def test_published_files_that_change_are_imported_again(news: Path) -> None:
    corpora.info("ag-news")
    (news / "test.csv").write_text("".join(f"{label},changed,{label}\n" for label in "1234"))

    assert corpora.load("ag-news", "test").texts == ["changed 1", "changed 2", "changed 3", "changed 4"]


def test_a_review_added_to_an_unpacked_imdb_is_noticed(reviews: dict[str, bytes], pack: Pack, data_dir: Path) -> None:
    folder = pack(reviews, "folder").rename(data_dir / "aclImdb")
    before = corpora.info("imdb").splits["train"].rows
    (folder / "train" / "pos" / "5_9.txt").write_text("One more.")

    assert corpora.info("imdb").splits["train"].rows == before + 1


@pytest.mark.parametrize("damaged", ["corpus.json", "split"])
def test_a_damaged_cache_is_made_again(news: Path, damaged: str) -> None:
    info = corpora.info("ag-news")
    file = info.splits["train"].file if damaged == "split" else damaged
    (info.folder / file).write_text("rubbish")

    assert corpora.load("ag-news", "train").labels == [0, 1, 2, 3]


def test_a_damaged_import_is_an_error(news: Path, data_dir: Path) -> None:
    [report] = import_paths([news])
    (data_dir / "ag-news" / report.corpus.splits["train"].file).write_text("rubbish")

    with pytest.raises(CorpusError, match="damaged"):
        corpora.load("ag-news", "train")


def test_an_imported_corpus_comes_before_a_published_one(news: Path, data_dir: Path) -> None:
    import_paths([news])

    assert corpora.info("ag-news").folder == data_dir / "ag-news"


@pytest.mark.parametrize("name", ["ag-news", "imdb"])
def test_a_missing_corpus_says_how_to_get_it(name: str) -> None:
    with pytest.raises(CorpusMissing) as error:
        corpora.info(name)

    for way in (f"tfl data fetch {name}", "tfl data import PATH", "--corpus sample"):
        assert way in error.value.action


def test_a_data_folder_that_does_not_exist_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TFL_DATA", "/nowhere")

    assert corpora.default_pair() == "sample"


def test_an_unknown_corpus_lists_near_names() -> None:
    with pytest.raises(UnknownName, match="Did you mean imdb"):
        corpora.info("imbd")


def test_an_unknown_split_lists_near_names() -> None:
    with pytest.raises(UnknownName, match="Did you mean train"):
        corpora.load("sample-news", "training")


def test_the_default_pair_is_the_sample_until_both_real_corpora_are_there(
    news: Path, reviews: dict[str, bytes], pack: Pack
) -> None:
    assert corpora.default_pair() == "sample"
    import_paths([pack(reviews, "zip")])
    assert corpora.default_pair() == "real"


def test_asking_whether_a_corpus_is_there_imports_nothing(news: Path, tmp_path: Path) -> None:
    assert corpora.is_present("ag-news")
    assert not (tmp_path / "cache").exists()


def test_importing_the_corpora_loads_nothing_heavy() -> None:
    code = (
        "import sys, tfl.corpora, tfl.corpora.status, tfl.corpora.fetch\n"
        "heavy = {'torch', 'numpy', 'pandas', 'pooch', 'requests', 'sklearn', 'rich'}\n"
        "print(*heavy & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.split() == []
