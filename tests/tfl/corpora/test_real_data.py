"""The real corpora, in the folder that TFL_DATA names or in ../shared/data beside this checkout."""

import os
from collections import Counter
from pathlib import Path

import pytest

from tfl import corpora
from tfl.corpora.importer import import_paths

REAL = Path(os.environ.get("TFL_DATA") or Path(__file__).parents[4] / "shared" / "data")

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(
        not all(corpora.is_present(name, REAL) for name in corpora.PAIRS["real"]),
        reason=f"AG News and IMDB are not in {REAL}",
    ),
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def data_dir(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The real data folder; what has to be imported from it is imported once for all these tests."""
    monkeypatch.setenv("TFL_CACHE", str(cache))
    return REAL


def test_ag_news_is_balanced_and_its_test_split_is_the_published_one(data_dir: Path) -> None:
    info = corpora.info("ag-news", data_dir)

    assert info.splits["test"].per_class == dict.fromkeys(info.classes, 1900)
    assert info.splits["train"].also_in_test == 0
    assert "test" not in info.partial


def test_imdb_is_whole_and_its_repeats_are_known(data_dir: Path) -> None:
    info = corpora.info("imdb", data_dir)

    assert info.partial == ""
    assert [info.splits[split].per_class for split in ("train", "test")] == [{"neg": 12500, "pos": 12500}] * 2
    assert {split: known.duplicates for split, known in info.splits.items()} == {
        "train": 96,
        "test": 199,
        "unsup": 493,
    }
    assert (info.splits["train"].also_in_test, info.splits["unsup"].also_in_test) == (123, 270)


def test_every_review_of_imdb_has_a_film_with_at_most_30_reviews_and_stars_that_fit(data_dir: Path) -> None:
    test = corpora.load("imdb", "test", data_dir)

    assert max(Counter(test.films).values()) <= 30
    assert "" not in test.films
    assert all((stars >= 7) == bool(label) for stars, label in zip(test.stars, test.labels, strict=True))


def test_the_published_test_file_of_ag_news_is_recognised(data_dir: Path, tmp_path: Path) -> None:
    folder = data_dir / "ag_news"
    if not folder.is_dir():
        pytest.skip(f"AG News is not there as published in {data_dir}")
    [report] = import_paths([folder / "train.csv", folder / "test.csv"], tmp_path)

    assert "test.csv is the published file, whole." in report.notes
    assert report.rejected == 0
