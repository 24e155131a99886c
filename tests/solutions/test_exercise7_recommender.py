"""Films are scored by shrunk means, ranked best first, and compared by Spearman's definition."""

import math
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from solutions.exercise7_recommender import film_scores, rank_correlation, rank_films

reviews = st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 1)), min_size=1, max_size=30)
values = st.sampled_from([-1.5, 0.0, 0.2, 0.9, 7.0])
paired_values = st.lists(st.tuples(values, values), min_size=2, max_size=20)


def apart(pairs: list[tuple]) -> tuple[list, list]:
    first, second = zip(*pairs, strict=True)
    return list(first), list(second)


# --- film_scores


@given(reviews, st.floats(0.1, 50))
def test_a_score_is_the_shrunk_mean(pairs: list[tuple[str, float]], strength: float) -> None:
    overall = sum(p for _, p in pairs) / len(pairs)
    scores = film_scores(*apart(pairs), strength)
    assert scores.keys() == {film for film, _ in pairs}
    for film, score in scores.items():
        own = [p for f, p in pairs if f == film]
        assert score == pytest.approx((sum(own) + strength * overall) / (len(own) + strength))


@given(reviews)
def test_strength_0_gives_the_plain_mean(pairs: list[tuple[str, float]]) -> None:
    for film, score in film_scores(*apart(pairs), 0).items():
        own = [p for f, p in pairs if f == film]
        assert score == pytest.approx(sum(own) / len(own))


def test_a_film_starts_with_five_imagined_reviews_unless_told() -> None:
    films, moods = ["a", "b"], [1.0, 0.0]
    assert film_scores(films, moods) == film_scores(films, moods, 5.0) != film_scores(films, moods, 4.0)


def test_one_glowing_review_does_not_beat_fifty_good_ones() -> None:
    films = ["single"] + ["loved"] * 50 + ["hated"] * 50
    scores = film_scores(films, [1.0] + [0.9] * 50 + [0.1] * 50)
    assert scores["loved"] > scores["single"] > scores["hated"]


def test_no_reviews_score_no_films() -> None:
    assert film_scores([], []) == {}


@pytest.mark.parametrize(("films", "moods"), [(["a", "b"], [0.5]), (["a"], [0.5, 0.6])])
def test_films_and_probabilities_must_pair_up(films: list[str], moods: list[float]) -> None:
    with pytest.raises(ValueError, match="zip"):
        film_scores(films, moods)


# --- rank_films

scored = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.sampled_from([0.1, 0.5, 0.9]))


@given(scored)
def test_films_come_best_first_and_equals_by_id(scores: dict[str, float]) -> None:
    ranked = rank_films(scores)
    assert dict(ranked) == scores
    for (film, score), (next_film, next_score) in pairwise(ranked):
        assert score > next_score or (score == next_score and film < next_film)


@given(scored, st.integers(0, 10))
def test_top_cuts_the_ranking_short(scores: dict[str, float], top: int) -> None:
    assert rank_films(scores, top) == rank_films(scores)[:top]


# --- rank_correlation


def spearman(a: list[float], b: list[float]) -> float:
    """The definition: count to get the ranks, then the ordinary correlation of the ranks."""

    def ranks(of: list[float]) -> list[float]:
        return [sum(w < v for w in of) + (1 + sum(w == v for w in of)) / 2 for v in of]

    x, y = ranks(a), ranks(b)
    middle = (len(a) + 1) / 2
    together = sum((i - middle) * (j - middle) for i, j in zip(x, y, strict=True))
    return together / math.sqrt(sum((i - middle) ** 2 for i in x) * sum((j - middle) ** 2 for j in y))


@given(paired_values)
def test_it_is_spearmans_correlation_with_shared_ranks(pairs: list[tuple[float, float]]) -> None:
    a, b = apart(pairs)
    assume(len(set(a)) > 1 and len(set(b)) > 1)
    assert rank_correlation(a, b) == pytest.approx(spearman(a, b), abs=1e-12)
    assert -1 <= rank_correlation(a, b) <= 1


@given(st.integers(2, 50).flatmap(lambda n: st.permutations(range(n))))
def test_without_ties_it_is_the_textbook_formula(order: list[int]) -> None:
    n = len(order)
    squares = sum((rank - place) ** 2 for place, rank in enumerate(order))
    assert rank_correlation(range(n), order) == pytest.approx(1 - 6 * squares / (n * (n * n - 1)), abs=1e-12)


@given(paired_values)
def test_only_the_order_counts(pairs: list[tuple[float, float]]) -> None:
    a, b = apart(pairs)
    assume(len(set(a)) > 1 and len(set(b)) > 1)
    assert rank_correlation([math.exp(v) for v in a], b) == rank_correlation(a, b)
    assert rank_correlation([-v for v in a], b) == pytest.approx(-rank_correlation(a, b))


def test_the_same_order_gives_1_and_the_reverse_minus_1() -> None:
    assert rank_correlation([0.1, 0.5, 0.5, 0.9], [1, 4, 4, 10]) == 1.0
    assert rank_correlation([0.1, 0.5, 0.9], [3, 2, 1]) == -1.0


@pytest.mark.parametrize(("a", "b"), [([], []), ([1.0], [2.0]), ([1.0, 2.0], [3.0, 3.0])])
def test_where_it_is_not_defined_it_is_not_a_number(a: list[float], b: list[float]) -> None:
    assert math.isnan(rank_correlation(a, b))


def test_values_must_pair_up() -> None:
    with pytest.raises(ValueError, match="3 values on one side and 2"):
        rank_correlation([1, 2, 3], [1, 2])
