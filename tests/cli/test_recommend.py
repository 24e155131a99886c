"""`tfl recommend`: what is asked of the job, and how the ranking is shown."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cli import recommend
from tests.cli.conftest import JobLine
from tfl.events import Event, Failed, Notice, Progress, Result


def film(rank: int, **facts: Any) -> dict[str, Any]:
    """What the job says of a film."""
    review = {"row": 0, "probability": 0.99, "stars": 9, "excerpt": "Really good."}
    defaults = {"film": f"tt{rank}", "title": "", "score": 0.75, "reviews": 12, "stars": 8.25, "review": review}
    return {"rank": rank, **defaults, **facts}


class Recommend(JobLine):
    """Runs `tfl recommend` with a job that finds what a test tells it."""

    command = ("recommend",)

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        super().__init__(monkeypatch, capsys, recommend)
        self.found: dict[str, Any] = {
            "run": "full-sample-s0-1a2b3c",
            "corpus": "sample (synthetic)",
            "films": 40,
            "reviews": 400,
            "mean": 0.5145,
            "strength": 5.0,
            "correlations": [
                {"at_least": 5, "films": 33, "spearman": 0.8614},
                {"at_least": 1, "films": 40, "spearman": None},
            ],
            "top": [film(1), film(2)],
            "bottom": [],
        }

    def answer(self) -> Iterator[Event]:
        assert self.job == "recommend"
        yield Notice(text="imdb is imported, once.")
        yield Progress(stage="judging test reviews", done=400, total=400, unit="reviews", seconds_left=0)
        yield Result(value=self.found)


@pytest.fixture
def tfl(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Recommend:
    return Recommend(monkeypatch, capsys)


def test_unless_told_otherwise_the_ten_best_are_asked_for(tfl: Recommend) -> None:
    assert tfl().code == 0
    assert tfl.request == {"top": 10, "bottom": 0, "run": None, "runs_dir": "", "titles": ""}


def test_every_option_reaches_the_job(tfl: Recommend) -> None:
    line = ["--top", "3", "--bottom", "2", "--run", "full", "--runs-dir", "there", "--titles", "t.tsv"]
    assert tfl(*line).code == 0
    assert tfl.request == {"top": 3, "bottom": 2, "run": "full", "runs_dir": "there", "titles": "t.tsv"}


@pytest.mark.parametrize("option", ["--top", "--bottom"])
def test_a_negative_number_of_films_is_wrong_use(tfl: Recommend, option: str) -> None:
    assert tfl(option, "-1").code == 2
    assert tfl.request == {}


def test_the_ranking_says_what_it_stands_on(tfl: Recommend) -> None:
    tfl()
    for part in (
        "40 films by the mood of their 400 test reviews",
        "full-sample-s0-1a2b3c, trained on sample (synthetic)",
        "0.861 (33 films with 5 or more reviews)",
        "– (all 40 films)",
        "the mean, 0.514, as if each film had 5 average reviews more",
    ):
        assert part in tfl.out


def test_a_film_is_shown_with_reviews_stars_and_its_most_telling_review(tfl: Recommend) -> None:
    tfl()
    assert (
        "    1  tt1: score 0.750, 12 reviews, 8.2 of 10 stars\n       “Really good.” (positive 0.990, rated 9)\n"
    ) in tfl.out


def test_a_title_stands_in_for_the_id(tfl: Recommend) -> None:
    tfl.found["top"] = [film(1, title="The Best (1999)", reviews=1, stars=None)]
    tfl()
    assert "1  The Best (1999): score 0.750, 1 review, no stars\n" in tfl.out


def test_the_worst_have_a_heading_of_their_own(tfl: Recommend) -> None:
    tfl()
    assert "\nBest\n" in tfl.out and "Worst" not in tfl.out
    tfl.found["bottom"] = [film(40)]
    tfl("--bottom", "1")
    assert "\nWorst\n   40  tt40" in tfl.out


def test_what_a_terminal_would_obey_in_titles_and_reviews_is_shown_as_symbols(tfl: Recommend) -> None:
    evil = "\x1b[31m\x07"
    review = {"row": 0, "probability": 0.99, "stars": 0, "excerpt": evil}
    tfl.found["top"] = [film(1, title=evil, review=review)]
    tfl()
    assert not set("\x1b\x07") & set(tfl.out)
    assert "“␛[31m␇” (positive 0.990)" in tfl.out


def test_json_is_one_document(tfl: Recommend) -> None:
    assert tfl("--json").code == 0
    assert json.loads(tfl.out) == tfl.found


def test_a_failure_has_its_own_exit_code(tfl: Recommend) -> None:
    tfl.ending = Failed(message="There is no finished run.", action="Train one.", exit_code=1)
    assert tfl("--json").code == 1
    assert (tfl.out, tfl.err) == ("", "✗ There is no finished run. Train one.\n")
