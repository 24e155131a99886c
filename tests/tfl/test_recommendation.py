"""Films are ranked by their test reviews, shrunk to the mean, and compared with the stars they were given."""

import shutil
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from scipy.stats import spearmanr
from torch import Tensor

from tfl import corpora, recommendation, work
from tfl.corpora import Split
from tfl.device import Device
from tfl.errors import CorpusError, UsageError
from tfl.evaluation import predict_logits
from tfl.events import Event, Notice, Progress, Result, encode, parse
from tfl.loading import LoadedRun, load_run
from tfl.materials import Materials
from tfl.model import save_weights
from tfl.parts import REFERENCE
from tfl.prediction import predict
from tfl.recommendation import (
    LOGITS,
    Recommendation,
    mean_stars,
    read_titles,
    recommend,
    review_logits,
    sentences,
    shorten,
)
from tfl.runs import RunFolder

pytestmark = pytest.mark.usefixtures("shared_cache")

REVIEWS = corpora.load("sample-reviews", "test")


@pytest.fixture
def run(finished_run: RunFolder, tmp_path: Path) -> LoadedRun:
    """A copy of the finished run without kept predictions."""
    ignore = shutil.ignore_patterns(LOGITS)
    return load_run(RunFolder(shutil.copytree(finished_run.path, tmp_path / finished_run.id, ignore=ignore)))


@pytest.fixture(scope="session")
def ranking(finished_run: RunFolder, cpu: Device, token_cache: Path) -> Recommendation:
    """All films of the sample, the best first and then the worst first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TFL_CACHE", str(token_cache))
        return recommend(load_run(finished_run), 1000, 1000, {}, cpu)


def logits_of(run: LoadedRun, cpu: Device, emit: Callable[[Event], None] = lambda event: None) -> Tensor:
    return review_logits(run, corpora.info("sample-reviews"), cpu, None, emit)


# --- the predictions


def test_every_test_review_is_judged_in_its_place(run: LoadedRun, cpu: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recommendation, "CHUNK", 150)  # 400 reviews in three pieces
    whole = Materials(run.config.model_copy(update={"part": 1.0}))
    whole.vocabulary = run.vocabulary
    torch.testing.assert_close(logits_of(run, cpu), predict_logits(run.model, whole.small_test, cpu))


def test_the_progress_ends_when_all_are_judged(run: LoadedRun, cpu: Device, events: list[Event]) -> None:
    logits_of(run, cpu, events.append)
    last = events[-1]
    assert isinstance(last, Progress)
    assert (last.done, last.total, last.seconds_left) == (400, 400, 0)


def test_they_are_kept_beside_the_run(run: LoadedRun, cpu: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    first = logits_of(run, cpu)
    monkeypatch.setattr(recommendation, "predict_logits", None)  # would fail if it were called
    assert torch.equal(logits_of(run, cpu), first)


def test_those_of_other_weights_are_computed_anew(run: LoadedRun, cpu: Device) -> None:
    first = logits_of(run, cpu)
    with torch.no_grad():
        run.model.classifier.bias += 1.0
    save_weights(run.model, run.folder.path)
    torch.testing.assert_close(logits_of(run, cpu), first + 1)


def test_damaged_ones_are_computed_anew(run: LoadedRun, cpu: Device) -> None:
    first = logits_of(run, cpu)
    path = run.folder.path / LOGITS
    path.write_bytes(path.read_bytes()[:-10])
    assert torch.equal(logits_of(run, cpu), first)
    assert torch.equal(load_file(path)["logits"], first)


def test_where_they_cannot_be_kept_a_notice_says_so(
    run: LoadedRun, cpu: Device, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recommendation, "atomic", full_disk)
    assert len(logits_of(run, cpu, events.append)) == 400
    assert any(isinstance(event, Notice) and "No space left" in event.text for event in events)


# --- the ranking


def test_films_stand_best_first_and_at_the_other_end_worst_first(ranking: Recommendation) -> None:
    assert [film.rank for film in ranking.top] == list(range(1, 41))
    scores = [film.score for film in ranking.top]
    assert scores == sorted(scores, reverse=True)
    assert ranking.bottom == ranking.top[::-1]
    assert ranking.films == 40 and ranking.reviews == 400


def test_only_as_many_as_asked_for_are_shown(run: LoadedRun, cpu: Device, ranking: Recommendation) -> None:
    shown = recommend(run, 3, 2, {}, cpu)
    assert (shown.top, shown.bottom) == (ranking.top[:3], ranking.bottom[:2])
    nothing = recommend(run, 0, 0, {}, cpu)
    assert (nothing.top, nothing.bottom) == ([], [])


def test_a_film_carries_the_facts_of_its_own_reviews(ranking: Recommendation) -> None:
    stars = defaultdict(list)
    for film, given in zip(REVIEWS.films, REVIEWS.stars, strict=True):
        stars[film].append(given)
    for film in ranking.top:
        assert film.reviews == len(stars[film.film])
        assert film.stars == pytest.approx(sum(stars[film.film]) / film.reviews)


def test_a_score_lies_between_the_mean_of_its_film_and_the_mean_of_all(
    run: LoadedRun, cpu: Device, ranking: Recommendation
) -> None:
    probabilities = logits_of(run, cpu).softmax(1)[:, 1].tolist()
    assert ranking.mean == pytest.approx(sum(probabilities) / 400)
    for film in ranking.top:
        own = [p for f, p in zip(REVIEWS.films, probabilities, strict=True) if f == film.film]
        mean = sum(own) / len(own)
        assert min(mean, ranking.mean) - 1e-6 <= film.score <= max(mean, ranking.mean) + 1e-6


def test_the_correlation_is_over_the_films_with_enough_reviews_and_over_all(ranking: Recommendation) -> None:
    for correlation in ranking.correlations:
        films = [film for film in ranking.top if film.reviews >= correlation.at_least]
        expected = spearmanr([film.score for film in films], [film.stars for film in films]).statistic
        assert correlation.films == len(films)
        assert correlation.spearman == pytest.approx(expected)
    assert [correlation.at_least for correlation in ranking.correlations] == [5, 1]


def test_a_correlation_that_is_not_defined_is_none(
    run: LoadedRun, cpu: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    unrated = replace(REVIEWS, stars=[0] * len(REVIEWS))
    monkeypatch.setattr(corpora, "load", lambda *_: unrated)
    found = recommend(run, 1, 0, {}, cpu)
    assert [(c.films, c.spearman) for c in found.correlations] == [(0, None), (0, None)]
    assert found.top[0].stars is None


def test_reviews_that_name_no_film_are_left_out(run: LoadedRun, cpu: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    named = replace(REVIEWS, films=["tt1"] * 10 + [""] * 390)
    monkeypatch.setattr(corpora, "load", lambda *_: named)
    assert recommend(run, 1, 0, {}, cpu).reviews == 10


def test_without_any_film_nothing_can_be_ranked(run: LoadedRun, cpu: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    nameless = replace(REVIEWS, films=[""] * len(REVIEWS))
    monkeypatch.setattr(corpora, "load", lambda *_: nameless)
    with pytest.raises(CorpusError, match="which films"):
        recommend(run, 1, 0, {}, cpu)


def test_the_ranking_is_made_by_the_parts(run: LoadedRun, cpu: Device, ranking: Recommendation) -> None:
    upside_down = replace(REFERENCE, rank_films=lambda scores: REFERENCE.rank_films(scores)[::-1])
    assert recommend(run, 1, 0, {}, cpu, parts=upside_down).top[0].film == ranking.bottom[0].film


# --- the most telling review


def test_it_is_the_review_that_the_model_is_surest_of_in_the_direction_of_the_score(
    run: LoadedRun, cpu: Device, ranking: Recommendation
) -> None:
    probabilities = logits_of(run, cpu).softmax(1)[:, 1].tolist()
    for film in ranking.top:
        own = [p for f, p in zip(REVIEWS.films, probabilities, strict=True) if f == film.film]
        extreme = (max if film.score >= 0.5 else min)(own)
        assert film.review.probability == pytest.approx(extreme, abs=1e-5)
        assert REVIEWS.films[film.review.row] == film.film
        assert film.review.stars == REVIEWS.stars[film.review.row]


def test_its_excerpt_is_the_sentence_whose_loss_would_change_the_verdict_most(
    run: LoadedRun, cpu: Device, ranking: Recommendation
) -> None:
    for film in (ranking.top[0], ranking.bottom[0]):
        own = sentences(REVIEWS.texts[film.review.row])
        hidden = [
            " ".join([*own[:i], "zorblax " * len(own[i].replace(".", " .").split()), *own[i + 1 :]])
            for i in range(len(own))
        ]
        odds = [predict(run, text, cpu).log_odds for text in hidden]
        extreme = min(odds) if film.score >= 0.5 else max(odds)
        assert odds[own.index(film.review.excerpt)] == pytest.approx(extreme, abs=1e-4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Good. Not dull!  Or is it?", ["Good.", "Not dull!", "Or is it?"]),
        ('He said "No." and left.<br /><br />I stayed', ['He said "No.', "and left.", "I stayed"]),
        ("one line\nanother", ["one line", "another"]),
        ("version 2.0 of 3.5", ["version 2.0 of 3.5"]),
        (" <br/> ", [""]),
    ],
)
def test_a_review_is_cut_into_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_long_excerpt_is_cut_between_two_words() -> None:
    short = shorten("word, " * 100)
    assert len(short) <= 162
    assert short.endswith("word …")
    assert shorten("A short one.") == "A short one."


def test_unknown_ratings_do_not_count_as_zero() -> None:
    split = Split(texts=[""] * 3, labels=[1] * 3, films=["a"] * 3, stars=[10, 0, 8], excluded=[False] * 3)
    assert mean_stars(split, [0, 1, 2]) == 9
    assert mean_stars(split, [1]) is None


# --- titles


def test_titles_are_read_with_their_year(tmp_path: Path) -> None:
    table = tmp_path / "titles.tsv"
    table.write_text('imdb_id\ttitle\tyear\ntt1\t"Élan" vital\t1999\ntt2\tUntold\t\ntt3\t\t2001\n', "utf-8")
    assert read_titles(table) == {"tt1": '"Élan" vital (1999)', "tt2": "Untold"}


def test_a_table_in_the_data_folder_is_found(tmp_path: Path) -> None:
    assert read_titles(None) == {}
    (tmp_path / "data" / "movie_titles").mkdir(parents=True)
    (tmp_path / "data" / "movie_titles" / "titles.tsv").write_text("imdb_id\ttitle\ntt1\tOne\n")
    assert read_titles(None) == {"tt1": "One"} == read_titles(None, tmp_path / "data")


@pytest.mark.parametrize("content", [None, b"", b"id,name\ntt1,One\n", b"imdb_id\ttitle\ntt1\t\xff\n"])
def test_what_is_no_table_of_titles_is_refused(tmp_path: Path, content: bytes | None) -> None:
    table = tmp_path / "titles.tsv"
    if content is not None:
        table.write_bytes(content)
    with pytest.raises(UsageError, match=r"titles\.tsv"):
        read_titles(table)


# --- the job


def test_the_job_ranks_with_the_run_and_the_titles_that_are_named(
    run: LoadedRun, ranking: Recommendation, tmp_path: Path, events: list[Event]
) -> None:
    best = ranking.top[0].film
    table = tmp_path / "titles.tsv"
    table.write_text(f"imdb_id\ttitle\tyear\n{best}\tThe Best\t1999\n")
    request: dict[str, Any] = {"top": 2, "bottom": 1, "runs_dir": str(tmp_path), "titles": str(table)}
    work.recommend(request, lambda event: events.append(parse(encode(event))))
    result = events[-1]
    assert isinstance(result, Result)
    assert (result.value["run"], result.value["corpus"]) == (run.record.id, "sample (synthetic)")
    assert [film["title"] for film in result.value["top"]] == ["The Best (1999)", ""]
    assert len(result.value["bottom"]) == 1
