"""Files that people have become corpora."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tfl import files
from tfl.corpora import ag_news, corpus
from tfl.corpora.importer import import_paths
from tfl.errors import CorpusError, UnknownName, UsageError

Pack = Callable[[dict[str, bytes], str], Path]


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A folder with a small AG News: three training rows a class, one of them also in test."""
    folder = tmp_path / "ag_news"
    folder.mkdir()
    rows = [f"{label},title {label},text {n}\n" for label in "1234" for n in range(3)]
    (folder / "train.csv").write_text("".join(rows))
    (folder / "test.csv").write_text("".join(f"{label},title {label},text {n}\n" for label in "1234" for n in (2, 3)))
    return folder


def own_csv(folder: Path, rows: list[tuple[str, str]]) -> Path:
    path = folder / "own.csv"
    path.write_text("".join(f"{label},{text}\n" for label, text in rows))
    return path


TWENTY = [(label, f"{label} {n}") for n in range(10) for label in ("neg", "pos")]


def test_ag_news_is_imported_from_its_folder(news: Path) -> None:
    [report] = import_paths([news])

    assert report.corpus == corpus.info("ag-news")
    assert report.corpus.splits["train"].per_class == {"World": 3, "Sports": 3, "Business": 3, "Sci/Tech": 3}
    assert report.corpus.splits["train"].also_in_test == 4
    assert corpus.load("ag-news", "train").excluded == [False, False, True] * 4


def test_a_part_of_ag_news_is_imported_and_called_a_part(news: Path) -> None:
    [report] = import_paths([news])

    assert report.corpus.partial == "train: 12 of 120,000 rows, test: 8 of 7,600 rows"
    assert "train.csv is not the whole published file (train: 12 of 120,000 rows)." in report.notes


def test_a_file_with_the_published_checksum_is_called_whole(news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        ag_news, "MD5", {split: files.digest(news / f"{split}.csv", "md5") for split in ("train", "test")}
    )
    [report] = import_paths([news / "test.csv", news / "train.csv"])

    assert report.corpus.partial == ""
    assert report.notes == [
        "train.csv is the published file, whole.",
        "test.csv is the published file, whole.",
    ]


def test_a_training_file_alone_gets_a_test_split_and_says_so(news: Path) -> None:
    [report] = import_paths([news / "train.csv"])

    assert report.corpus.splits["test"].per_class == {"World": 1, "Sports": 1, "Business": 1, "Sci/Tech": 1}
    assert report.notes[-1].startswith("There is no test file: 4 rows (20% of each class) are held out")
    assert "held out" in report.corpus.partial


def test_imdb_is_imported_with_stars_and_films(reviews: dict[str, bytes], pack: Pack) -> None:
    [report] = import_paths([pack(reviews, "tar.xz")])
    train = corpus.load("imdb", "train")

    assert train.stars == [2, 9, 7, 7]
    assert train.films == ["tt0100", "tt0000", "tt0002", "tt0010"]
    assert report.corpus.classes == ["neg", "pos"]
    assert report.notes[0].startswith("This is a part of IMDB (train: 4 of 25,000 reviews")


def test_imdb_without_films_says_what_will_not_work(reviews: dict[str, bytes], pack: Pack) -> None:
    [report] = import_paths([pack({n: c for n, c in reviews.items() if "urls" not in n}, "zip")])

    assert "films cannot be recommended" in report.notes[1]


def test_both_corpora_are_imported_from_one_folder(news: Path, reviews: dict[str, bytes], pack: Pack) -> None:
    pack(reviews, "folder")

    assert {report.corpus.name for report in import_paths([news.parent])} == {"ag-news", "imdb"}
    assert corpus.default_pair() == "real"


def test_two_sentiments_of_ones_own_take_the_place_of_imdb_and_say_so(tmp_path: Path) -> None:
    [report] = import_paths([own_csv(tmp_path, TWENTY)])

    assert (report.corpus.name, report.corpus.title) == ("imdb", "own (as imdb)")
    assert report.notes[0] == "own.csv is a corpus of your own, used in place of imdb."
    assert report.corpus.partial


def test_the_test_split_held_out_has_a_fifth_of_each_class_and_is_always_the_same(tmp_path: Path) -> None:
    path = own_csv(tmp_path, TWENTY)
    [first], [second] = import_paths([path], tmp_path / "1"), import_paths([path], tmp_path / "2")

    assert first.corpus.splits["test"].per_class == {"neg": 2, "pos": 2}
    assert first.corpus.splits["train"].per_class == {"neg": 8, "pos": 8}
    assert first.corpus.splits == second.corpus.splits


def test_other_classes_must_be_told_what_they_stand_for(tmp_path: Path) -> None:
    path = own_csv(tmp_path, [(label, f"{label} {n}") for n in range(5) for label in ("a", "b", "c")])

    with pytest.raises(UsageError, match=r"its classes: a, b, c.*--as ag-news"):
        import_paths([path])
    assert import_paths([path], name="ag-news")[0].corpus.classes == ["a", "b", "c"]


def test_a_corpus_can_stand_in_only_for_one_there_is(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="Did you mean imdb"):
        import_paths([own_csv(tmp_path, TWENTY)], name="imbd")


def test_a_published_corpus_takes_no_other_name(news: Path) -> None:
    with pytest.raises(UsageError, match="says itself"):
        import_paths([news], name="imdb")


def test_the_first_ten_rejected_rows_are_shown_and_all_are_counted(news: Path) -> None:
    with (news / "train.csv").open("a") as file:
        file.write("9,bad,row\n" * 25)
    [report] = import_paths([news])

    assert report.rejected == 25
    assert [rejected.where for rejected in report.rejected_first] == [f"line {n}" for n in range(13, 23)]


def test_a_class_without_examples_is_refused_and_nothing_is_written(news: Path, data_dir: Path) -> None:
    (news / "train.csv").write_text("1,a,b\n2,a,b\n3,a,b\n")

    with pytest.raises(CorpusError, match="no usable train rows of class Sci/Tech"):
        import_paths([news])
    assert list(data_dir.iterdir()) == []


def test_an_import_replaces_the_one_before(news: Path) -> None:
    import_paths([news])
    (news / "train.csv").write_text("".join(f"{label},new,{label}\n" for label in "1234"))
    import_paths([news])

    assert corpus.load("ag-news", "train").texts == ["new 1", "new 2", "new 3", "new 4"]


def test_what_the_system_says_against_a_file_is_passed_on(news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(ag_news, "read", refuse)
    with pytest.raises(CorpusError, match=r"train\.csv cannot be read: Permission denied"):
        import_paths([news])


def test_progress_is_told_by_stage(reviews: dict[str, bytes], pack: Pack) -> None:
    stages: list[str] = []
    import_paths([pack(reviews, "tar")], progress=lambda stage, *_: stages.append(stage))

    assert list(dict.fromkeys(stages)) == ["reading aclImdb.tar", "writing IMDB"]
