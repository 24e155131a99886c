"""What is asked of a submission of exercise 7."""

import math

from grader import expect

FINE = 1e-6


def drawn_reviews(draw, films=4, most=8):
    """The film and the mood of some reviews, in mixed order."""
    names = [draw.word() for _ in range(films)]
    about = draw.shuffled([name for name in names for _ in range(draw.integer(1, most))])
    return about, draw.numbers(len(about))


def scored(value, films, probabilities, strength, what):
    """Expect the shrunk means."""
    came = expect.mapping(value, what)
    names = list(dict.fromkeys(films))
    missing = [film for film in names if film not in came]
    expect.that(not missing, f"{what}: the film {missing[0] if missing else ''} has no score.")
    expect.that(len(came) == len(names), f"{what}: there are {len(names)} films; {len(came)} scores came.")
    own = {film: [p for f, p in zip(films, probabilities, strict=True) if f == film] for film in names}
    overall = sum(probabilities) / len(probabilities)
    plain = {film: sum(moods) / len(moods) for film, moods in own.items()}
    of_films = sum(plain.values()) / len(plain)

    def shrunk(towards):
        return [(sum(own[f]) + strength * towards) / (len(own[f]) + strength) for f in names]

    mistakes = {
        "It looks as if the plain mean came: add `strength` imagined reviews of average mood.": list(plain.values()),
        "It looks as if m were the mean of the films' means; it is the mean of all reviews.": shrunk(of_films),
        "It looks as if the imagined reviews had the mood 0; theirs is m.": shrunk(0.0),
        "It looks as if the imagined reviews had the mood 0.5; theirs is m.": shrunk(0.5),
        "It looks as if the imagined reviews were added above, but not counted below the line.": [
            (sum(own[f]) + strength * overall) / len(own[f]) for f in names
        ],
    }
    numbers = [expect.number(came[film], f"{what}, the score of {film}") for film in names]
    expect.close(numbers, shrunk(overall), f"{what}, of {', '.join(names)}", FINE, mistakes)
    return came


def test_scores(observe, draw):
    for _ in range(2):
        films, moods = drawn_reviews(draw, draw.integer(3, 5))
        strength = draw.number(1.0, 9.0)
        what = f"film_scores with strength {strength:.3g}"
        scored(observe("scores", films, moods, strength), films, moods, strength, what)


def test_plain_mean(observe, draw):
    films, moods = drawn_reviews(draw)
    what = "film_scores with strength 0 (the plain mean)"
    scored(observe("scores", films, moods, 0), films, moods, 0, what)


def test_default_strength(observe, draw):
    films, moods = drawn_reviews(draw)
    what = "film_scores without a strength, which is 5 unless told"
    scored(observe("scores", films, moods), films, moods, 5.0, what)


def test_one_glowing_review(observe, draw):
    single, loved, hated = (draw.word() for _ in range(3))
    films = draw.shuffled([single] + [loved] * 50 + [hated] * 50)
    moods = [{single: 1.0, loved: 0.9, hated: 0.1}[film] for film in films]
    what = "film_scores where one film has a single review of 1.0, one fifty of 0.9 and one fifty of 0.1"
    came = scored(observe("scores", films, moods), films, moods, 5.0, what)
    expect.that(came[loved] > came[single] > came[hated], f"{what}: the film of fifty good reviews must be the first.")


def test_first_reviews(observe, draw):
    films, moods = drawn_reviews(draw, 6, 3)
    came = scored(observe("scores", films, moods), films, moods, 5.0, "film_scores")
    expect.equal(list(came), list(dict.fromkeys(films)), "film_scores: the films in the order of their first reviews")


def test_score_extremes(observe, draw):
    film, mood = draw.word(), draw.number()
    expect.equal(observe("scores", [], []), {}, "film_scores of no reviews")
    for films, moods in (([film], [mood]), ([film] * 4, [mood] * 4), ([film, ""], [0.0, 1.0])):
        what = f"film_scores of {len(films)} reviews of {len(set(films))} films"
        scored(observe("scores", films, moods), films, moods, 5.0, what)


def test_unpaired(observe, draw):
    films, moods = drawn_reviews(draw)
    came, outcomes = expect.record(observe("unpaired", films, moods), "paired", "wrong", what="film_scores")
    scored(came, films, moods, 5.0, "film_scores")
    sides = "one film too few", "one probability too few"
    for side, outcome in zip(sides, expect.items(outcomes, 2, "film_scores"), strict=True):
        expect.raised(outcome, "ValueError", f"film_scores with {side}")


def best_first(scores, top=None):
    """Films and scores, the best first, equals by id."""
    return [list(item) for item in sorted(scores.items(), key=lambda item: (-item[1], item[0]))][:top]


def placed(value, wanted, what):
    """Expect pairs (film, score) in this order."""
    came = [expect.items(pair, 2, f"{what}, an entry (film, score)") for pair in expect.items(value, None, what)]
    films, right = [expect.text(film) for film, _ in came], [film for film, _ in wanted]
    backwards = {"It looks as if the worst came first.": right[::-1]}
    expect.equal(films, right, f"{what}: the order", backwards)
    for (film, score), (_, true) in zip(came, wanted, strict=True):
        expect.close(expect.number(score, f"{what}, the score of {film}"), true, f"{what}, the score of {film}", FINE)


def asked_to_rank(observe, scores, what, *top):
    """Expect the right ranking, and scores that stay as they are."""
    came, after = expect.record(observe("ranked", scores, *top), "ranked", "scores", what=what)
    placed(came, best_first(scores, *top), what)
    expect.equal(after, [list(item) for item in scores.items()], f"{what}: the scores afterwards")


def test_rank(observe, draw):
    scores = {draw.word(): draw.number() for _ in range(draw.integer(21, 29))}
    asked_to_rank(observe, scores, f"rank_films of {len(scores)} films, without a top")


def test_rank_ties(observe, draw):
    films = draw.shuffled([draw.word() for _ in range(6)])
    level = draw.number(0.2, 0.8)
    scores = {film: level if i < 4 else draw.number() for i, film in enumerate(films)}
    asked_to_rank(observe, scores, "rank_films where four scores are equal (these in order of their ids)")


def test_top(observe, draw):
    scores = {draw.word(): draw.number() for _ in range(6)}
    for top in (draw.integer(1, 5), 6, 6 + draw.integer(1, 9), 0, None):
        asked_to_rank(observe, scores, f"rank_films of 6 films with top={top}", top)
    asked_to_rank(observe, {}, "rank_films of no films")


def ranks(values):
    """The rank of each value, from 1; equal values share the mean of theirs."""
    return [sum(w < v for w in values) + (1 + sum(w == v for w in values)) / 2 for v in values]


def plain_correlation(x, y):
    """The ordinary correlation."""
    x, y = ([v - sum(of) / len(of) for v in of] for of in (x, y))
    return sum(i * j for i, j in zip(x, y, strict=True)) / math.sqrt(sum(i * i for i in x) * sum(j * j for j in y))


def correlated(value, a, b, what):
    """Expect Spearman's correlation."""
    x, y = ranks(a), ranks(b)
    n = len(a)
    in_order = [[sorted(of).index(v) + 1.0 for v in of] for of in (a, b)]
    mistakes = {
        "It looks as if the values themselves were correlated; it is their ranks.": plain_correlation(a, b),
        "It looks as if equal values had different or unshared ranks; they share the mean of theirs.": (
            plain_correlation(*in_order)
        ),
        "The formula 1 − 6 Σd²/(n(n² − 1)) is right only where no values are equal.": (
            1 - 6 * sum((i - j) ** 2 for i, j in zip(x, y, strict=True)) / (n * (n * n - 1))
        ),
        "The sign is turned round.": -plain_correlation(x, y),
    }
    expect.close(expect.number(value, what), plain_correlation(x, y), what, 1e-5, mistakes)


def test_correlation(observe, draw):
    pairs = []
    for _ in range(3):
        n = draw.integer(4, 12)
        pairs.append((draw.numbers(n, -2, 2), draw.numbers(n, 0, 10)))
    what = "rank_correlation of two lists without equal values"
    for came, pair in zip(expect.items(observe("correlations", pairs), 3, what), pairs, strict=True):
        correlated(came, *pair, what)


def tied(draw):
    """Two lists with equal values, neither of them constant."""
    n = draw.integer(5, 12)
    return [
        [values[0], values[0] + 1, values[0], *values[1:]]
        for values in ([float(v) for v in draw.integers(n, 0, 3)] for _ in range(2))
    ]


def test_shared_ranks(observe, draw):
    pairs = [([0.2, 0.9, 0.9], [1.0, 2.0, 3.0]), tied(draw), tied(draw)]
    what = "rank_correlation of lists with equal values"
    for came, (a, b) in zip(expect.items(observe("correlations", pairs), 3, what), pairs, strict=True):
        correlated(came, a, b, what)


def test_order_only(observe, draw):
    a = draw.shuffled([float(v) for v in range(8)])
    b = draw.numbers(8)
    pairs = [([math.exp(3 * v) for v in a], b), ([v * 1e-6 for v in a], b), (a, [v**3 for v in b]), (a, sorted(a))]
    what = "rank_correlation (only the order of the values counts)"
    for came, pair in zip(expect.items(observe("correlations", pairs), 4, what), pairs, strict=True):
        correlated(came, *pair, what)


def test_extremes(observe, draw):
    n = draw.integer(2, 9)
    up = sorted(draw.numbers(n))
    pairs = [(up, [float(i) for i in range(n)]), (up, [-v for v in up])]
    pairs.append((draw.shuffled([1.0, 2.0, 3.0, 4.0, 5.0]), draw.shuffled([1.0, 2.0, 3.0, 4.0, 5.0])))
    came = expect.items(observe("correlations", pairs), 3, "rank_correlation")
    expect.close(came[:2], [1.0, -1.0], "rank_correlation of lists in the same order, and in reverse", FINE)
    correlated(came[2], *pairs[2], "rank_correlation of lists in no order")


def test_undefined(observe, draw):
    flat = [draw.number()] * 3
    pairs = [([], []), ([1.0], [2.0]), (flat, [1.0, 2.0, 3.0]), ([1.0, 2.0, 3.0], flat), ([3.0, 1.0], [2.0, 5.0])]
    words = "no values", "one value", "equal values first", "equal values second"
    came = expect.items(observe("correlations", pairs), 5, "rank_correlation")
    expect.close(expect.number(came[4], "rank_correlation"), -1.0, "rank_correlation of [3, 1] and [2, 5]", FINE)
    for value, word in zip(came[:4], words, strict=True):
        what = f"rank_correlation of {word}"
        number = expect.number(value, what)
        expect.that(math.isnan(number), f"{what}: it is not defined, so NaN is expected; {number:.6g} came.")


def test_unequal_lengths(observe, draw):
    a, b = draw.numbers(5), draw.numbers(5)
    fine, outcomes = expect.record(observe("uncorrelated", a, b), "fine", "wrong", what="rank_correlation")
    correlated(fine, a, b, "rank_correlation")
    for outcome in expect.items(outcomes, 2, "rank_correlation"):
        expect.raised(outcome, "ValueError", "rank_correlation of 4 values and 5")


def test_untouched(observe, draw):
    films, moods = drawn_reviews(draw)
    names = "scores", "films", "probabilities"
    came, films_after, moods_after = expect.record(observe("scores_then", films, moods), *names, what="film_scores")
    scored(came, films, moods, 5.0, "film_scores")
    expect.equal(films_after, films, "film_scores: the films afterwards")
    expect.equal(moods_after, moods, "film_scores: the probabilities afterwards")
    a, b = draw.numbers(6), draw.numbers(6)
    seen = observe("correlated_then", a, b)
    value, a_after, b_after = expect.record(seen, "correlation", "a", "b", what="rank_correlation")
    correlated(value, a, b, "rank_correlation")
    for after, before in ((a_after, a), (b_after, b)):
        expect.equal(after, before, "rank_correlation: its lists afterwards (sort a copy)")


def test_recommended(observe, draw):
    films, moods = drawn_reviews(draw, draw.integer(6, 9), 12)
    names = list(dict.fromkeys(films))
    stars = {film: float(draw.integer(1, 10)) + i / 100 for i, film in enumerate(names)}
    strength, top = draw.number(0.5, 20.0), draw.integer(2, 5)
    seen = observe("recommended", films, moods, strength, top, stars)
    best, agreement = expect.record(seen, "best", "agreement", what="Recommending")
    overall = sum(moods) / len(moods)
    scores = {}
    for film in names:
        own = [p for f, p in zip(films, moods, strict=True) if f == film]
        scores[film] = (sum(own) + strength * overall) / (len(own) + strength)
    placed(best, best_first(scores, top), "The best films")
    correlated(agreement, list(scores.values()), list(stars.values()), "Their agreement with the stars")
