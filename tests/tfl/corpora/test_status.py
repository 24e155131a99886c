"""What is here of each corpus, and how to get the rest."""

from pathlib import Path

from tfl.corpora.importer import import_paths
from tfl.corpora.status import CorpusStatus, status


def state_of(name: str) -> CorpusStatus:
    return next(corpus for corpus in status() if corpus.name == name)


def test_every_corpus_has_a_state() -> None:
    assert [(corpus.name, corpus.state) for corpus in status()] == [
        ("ag-news", "missing"),
        ("imdb", "missing"),
        ("sample-news", "built in"),
        ("sample-reviews", "built in"),
    ]


def test_what_is_missing_says_how_to_get_it() -> None:
    assert "tfl data import PATH" in state_of("imdb").problem


def test_published_files_are_told_and_not_imported(news: Path, tmp_path: Path) -> None:
    found = state_of("ag-news")

    assert (found.state, found.info) == ("published", None)
    assert found.where == f"{news / 'train.csv'}, {news / 'test.csv'}"
    assert found.bytes == sum(path.stat().st_size for path in news.iterdir())
    assert not (tmp_path / "cache").exists()


def test_an_imported_corpus_tells_where_it_is_and_how_large(news: Path, data_dir: Path) -> None:
    [report] = import_paths([news])
    found = state_of("ag-news")

    assert (found.state, found.info, found.where) == ("imported", report.corpus, str(data_dir / "ag-news"))
    assert found.bytes == sum(path.stat().st_size for path in (data_dir / "ag-news").glob("*.jsonl"))


def test_a_damaged_corpus_is_told(news: Path, data_dir: Path) -> None:
    import_paths([news])
    (data_dir / "ag-news" / "corpus.json").write_text("{")
    found = state_of("ag-news")

    assert found.state == "damaged"
    assert "tfl data import" in found.problem
