"""`tfl data`: what fetch, import and status say."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from tfl.errors import CorpusError, UnknownName


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, and an empty cache folder beside it."""
    monkeypatch.setenv("TFL_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TFL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "data"


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A small AG News with one text twice, one also in test, and a line that does not fit."""
    folder = tmp_path / "ag_news"
    folder.mkdir()
    rows = "".join(f"{label},train {label},{n}\n" for label in "1234" for n in range(3))
    (folder / "train.csv").write_text(rows + "1,train 1,0\n1,test,0\n5,no,class\n")
    (folder / "test.csv").write_text("".join(f"{label},test,{n}\n" for n, label in enumerate("1234")))
    return folder


def run(*arguments: object) -> str:
    """What `tfl data …` prints."""
    line = ["data", *map(str, arguments)]
    done = CliRunner().invoke(app, line, catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_import_tells_rows_classes_and_repeats(news: Path) -> None:
    lines = [line.split() for line in run("import", news).splitlines()]

    assert lines[1][:5] == ["AG", "News", "imported", "train", "14"]
    assert lines[1][5:7] == ["1", "1"]  # duplicates, also in test
    assert lines[2][:5] == ["AG", "News", "imported", "test", "4"]


def test_import_tells_what_was_rejected_and_that_the_corpus_is_a_part(news: Path) -> None:
    said = run("import", news)

    assert "train.csv, line 15: class “5” is not one of 1, 2, 3, 4" in said
    assert "train.csv is not the whole published file (train: 14 of 120,000 rows)." in said
    assert "never trained on" in said


def test_import_as_json(news: Path, data_dir: Path) -> None:
    [imported] = json.loads(run("import", news, "--json"))["imported"]

    assert imported["corpus"]["splits"]["train"]["rows"] == 14
    assert imported["rejected_first"] == [["train.csv", "line 15", "class “5” is not one of 1, 2, 3, 4"]]
    assert imported["folder"] == str(data_dir / "ag-news")


def test_import_of_ones_own_file_under_a_name(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text("".join(f"{label},ticket {label} {n}\n" for n in range(5) for label in "abc"))

    assert "tickets (as ag-news)" in run("import", path, "--as", "ag-news")


def test_import_goes_where_data_dir_says(news: Path, tmp_path: Path, data_dir: Path) -> None:
    run("import", news, "--data-dir", tmp_path / "elsewhere")

    assert (tmp_path / "elsewhere" / "ag-news" / "corpus.json").is_file()
    assert not data_dir.exists()


def test_what_does_not_fit_is_an_error_for_main_to_print(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="There is no file or folder"):
        run("import", tmp_path / "nowhere")


def test_status_says_what_is_missing_and_how_to_get_it() -> None:
    said = run("status")

    assert "imdb: The corpus imdb is not in" in said
    assert "tfl data fetch imdb" in said


def test_status_says_what_is_here(news: Path, data_dir: Path) -> None:
    run("import", news)

    assert "ag-news: a part (train: 14 of 120,000 rows, test: 4 of 7,600 rows)" in run("status")
    assert str(data_dir / "ag-news") in run("status")


def test_status_of_a_folder_laid_out_as_published(news: Path, tmp_path: Path) -> None:
    assert f"{news / 'train.csv'}, {news / 'test.csv'} will be imported" in run("status", "--data-dir", tmp_path)


def test_the_sample_is_always_called_synthetic() -> None:
    assert "sample-reviews: sample (synthetic) reviews, made in memory" in run("status")


def test_status_as_json(data_dir: Path) -> None:
    said = json.loads(run("status", "--json"))

    assert said["data_dir"] == str(data_dir)
    assert {corpus["name"]: corpus["state"] for corpus in said["corpora"]} == {
        "ag-news": "missing",
        "imdb": "missing",
        "sample-news": "built in",
        "sample-reviews": "built in",
    }


def test_fetch_knows_only_the_real_corpora() -> None:
    with pytest.raises(UnknownName):
        run("fetch", "sample-news")


@pytest.mark.parametrize("command", ["fetch", "import", "status"])
def test_help_has_examples(command: str) -> None:
    assert f"Examples:\n    tfl data {command}" in run(command, "--help")


def test_loading_the_command_loads_nothing_heavy() -> None:
    code = (
        "import sys, cli.data\n"
        "heavy = {'torch', 'numpy', 'pandas', 'matplotlib', 'scipy', 'sklearn', 'requests'}\n"
        "print(*heavy & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
