"""Exercise 7: films ranked by the learner's functions, and compared with the true stars of their reviews.

A finished run judges every test review.  The learner's process gets the films and how probably each of their reviews
is positive; labels, stars and texts of the test split stay here.  On the validation reviews, whose stars it may see, it
also says how well its ranking fits.
"""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from grader.training import charts, plots
from grader.training.assignment import Assignment
from grader.training.bench import Bench
from grader.training.learner import Workplace
from grader.training.report import Finding, Report, Row
from tfl import corpora, recommendation
from tfl.config import Config
from tfl.evaluation import predict_logits
from tfl.files import write_json
from tfl.loading import LoadedRun, load_run
from tfl.parts import REFERENCE
from tfl.recommendation import MANY, STRENGTH, mean_stars
from tfl.runs import RunFolder

PARTS = ("film_scores", "rank_films", "rank_correlation")
REVIEWS = "reviews.json"
TOP = 10
SHOWN = 3  # films whose evidence is shown
ALL, SOME, AT_TOP = "Spearman, all films", f"Spearman, {MANY} or more reviews", f"reviews of the top {TOP}"
CLAIM = (
    "The mood of its reviews says how good a film is: ranked by it, films stand much as their stars rank them.  "
    "Shrinking towards the mean keeps films with a single glowing review from the top."
)


def compare(bench: Bench) -> Report:
    """Judge the test reviews, have the films ranked, and compare with the stars."""
    chosen = bench.config("final-layer", adapt=True)
    judge_run = bench.reference("the judge", chosen)
    run = load_run(RunFolder(bench.runs_dir / judge_run.run))
    materials, name = bench.session.materials(chosen), corpora.PAIRS[chosen.pair][1]
    test = corpora.load(name, "test", bench.options.data_dir)
    logits = recommendation.review_logits(run, materials.small, bench.device, bench.options.data_dir, bench.emit)
    probabilities = logits.softmax(dim=1)[:, 1].tolist()
    reviewed = [row for row, film in enumerate(test.films) if film]
    films, moods = [test.films[row] for row in reviewed], [probabilities[row] for row in reviewed]
    write_json(
        bench.inputs / REVIEWS,
        {"test": {"films": films, "probabilities": moods}, "validation": _validation(bench, chosen, run)},
    )
    ended = bench.theirs(PARTS, [])
    scores = _scores(ended.found.get("scores"), films)
    stars = _stars(test, reviewed)
    rankings = {
        ("plain mean", "reference"): REFERENCE.film_scores(films, moods, 0.0),
        ("shrunk mean", "reference"): REFERENCE.film_scores(films, moods, STRENGTH),
        ("shrunk mean", "yours"): scores,
    }
    rows = [
        Row(
            name=title,
            whose="yours" if whose == "yours" else "reference",
            corpus=bench.corpus(chosen),
            run=judge_run.run,
            reused=judge_run.reused and whose != "yours",
            figures=figures(found, stars, Counter(films)),
        )
        for (title, whose), found in rankings.items()
    ]
    bench.notes.append(f"The model judged all {len(test):,} test reviews, about {len(set(films)):,} films.")
    bench.notes += _differences(ended.found, scores)
    points = [(scores[film], stars[film], count) for film, count in Counter(films).items() if film in stars]
    corpus, figure = bench.corpus(chosen), bench.folder / "ranking.png"
    many = [point for point in points if point[2] >= MANY] or points
    plots.scores_and_stars(many, float(rows[-1].figures[SOME] or 0), "Your scores and the true stars", corpus, figure)
    chart = charts.of_figures(rows, SOME, "{:.3f}", f"{SOME}, on {corpus}")
    chart += _evidence(bench, run, test, logits, scores, stars)
    return bench.report(
        chosen,
        title="films ranked by your scores, and by the stars that their reviewers gave",
        claim=CLAIM,
        finding=judge(rows, len(many)),
        rows=rows,
        chart=chart,
        figures=[figure],
    )


def figures(
    scores: Mapping[str, float], stars: Mapping[str, float], counts: Mapping[str, int]
) -> dict[str, float | int | str | None]:
    """How well scores rank films, and how many reviews the films at the top have (their median)."""

    def correlation(at_least: int) -> float | None:
        rated = [film for film in scores if film in stars and counts[film] >= at_least]
        found = REFERENCE.rank_correlation([scores[film] for film in rated], [stars[film] for film in rated])
        return None if math.isnan(found) else float(found)

    top = [counts[film] for film, _ in REFERENCE.rank_films(dict(scores), TOP)]
    return {SOME: correlation(MANY), ALL: correlation(1), AT_TOP: float(median(top))}


def judge(rows: list[Row], films: int) -> Finding:
    """What the rows say: the plain mean, the reference's, the learner's.  `films` have enough reviews to count."""
    plain, _, yours = rows
    found = yours.figures[SOME]
    if not isinstance(found, float):
        return Finding(shown=False, text="There are too few films with stars to compare the ranking with.")
    low, high = fisher_interval(found, films)
    top, top_plain = (float(row.figures[AT_TOP] or 0) for row in (yours, plain))
    text = (
        f"Among {films:,} films with {MANY} or more reviews your ranking and that of the stars correlate by "
        f"{found:.3f} (95 %: {low:.3f} to {high:.3f}).  A film in your top {TOP} has {top:g} reviews, in that of the "
        f"plain mean {top_plain:g} (medians)"
    )
    failing = []
    if low <= 0:
        failing.append("the correlation may be chance")
    if top <= top_plain:
        failing.append("shrinking brings no more films with many reviews to the top")
    if failing:
        return Finding(shown=False, text=f"{text}.  The claim is not shown: {' and '.join(failing)}.")
    return Finding(shown=True, text=f"{text}.")


def fisher_interval(correlation: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a rank correlation (Fisher's z with the variance of Fieller, Hartley & Pearson, 1957)."""
    z = math.atanh(max(-0.999999, min(0.999999, correlation)))
    half = 1.96 * math.sqrt(1.06 / max(1, count - 3))
    return math.tanh(z - half), math.tanh(z + half)


def _validation(bench: Bench, chosen: Config, run: LoadedRun) -> dict[str, Any]:
    """Validation reviews for the learner's process: their films, moods, and each film's mean stars."""
    materials, name = bench.session.materials(chosen), corpora.PAIRS[chosen.pair][1]
    examples = materials.small_data(chosen.labels).validation
    split = corpora.load(name, "train", bench.options.data_dir)
    moods = predict_logits(run.model, examples, bench.device).softmax(dim=1)[:, 1].tolist()
    known = [(split.films[row], mood, row) for row, mood in zip(examples.rows, moods, strict=True) if split.films[row]]
    return {
        "films": [film for film, _, _ in known],
        "probabilities": [mood for _, mood, _ in known],
        "stars": _stars(split, [row for _, _, row in known]),
    }


def _stars(split: corpora.Split, rows: Sequence[int]) -> dict[str, float]:
    """The mean stars of each film that has some."""
    own = defaultdict(list)
    for row in rows:
        own[split.films[row]].append(row)
    found = {film: mean_stars(split, about) for film, about in own.items()}
    return {film: stars for film, stars in found.items() if stars is not None}


def _differences(found: dict[str, Any], scores: dict[str, float]) -> Iterator[str]:
    """Notes on what the learner's process has told beside the scores."""
    told = found.get("correlation")
    if isinstance(told, int | float) and math.isfinite(told):
        yield f"On validation reviews your rank_correlation gives {told:.3f}."
    if found.get("ranking") != [film for film, _ in REFERENCE.rank_films(scores, TOP)]:
        yield "Your rank_films orders your scores in another way than the reference does."


def _scores(found: Any, films: Sequence[str]) -> dict[str, float]:
    """The learner's scores, as their process told them; a film without a number has the middle one."""
    found = found if isinstance(found, dict) else {}
    told = {film: found.get(film) for film in films}
    return {
        film: float(score) if isinstance(score, int | float) and math.isfinite(score) else 0.5
        for film, score in told.items()
    }


def _evidence(
    bench: Bench, run: LoadedRun, test: corpora.Split, logits: Any, scores: dict[str, float], stars: dict[str, float]
) -> list[str]:
    """The first films of the ranking, each with its most telling review."""
    titles = recommendation.read_titles(None, bench.options.data_dir)
    best = REFERENCE.rank_films(scores, SHOWN)
    rows = [[row for row, film in enumerate(test.films) if film == name] for name, _ in best]
    reviews = recommendation.most_telling_reviews(run, test, logits, [(own, True) for own in rows], bench.device)
    lines = [f"the first {len(best)} of your ranking"]
    for rank, ((film, score), own, review) in enumerate(zip(best, rows, reviews, strict=True), start=1):
        given = f"{stars[film]:.1f} stars" if film in stars else "no stars"
        head = f"{rank}. {titles.get(film, film)}"
        lines.append(f"{charts.shortened(head, 44):<44}  {score:.3f}  {len(own):>2} reviews, {given}")
        lines.append(f"   “{charts.shortened(' '.join(review.excerpt.split()), 74)}”")
    return lines


def inside(workplace: Workplace, given: list[Assignment]) -> dict[str, Any]:
    """In the learner's process: score and rank the films, and say how well that fits the stars of validation."""
    reviews = json.loads((workplace.inputs / REVIEWS).read_text())
    parts = workplace.parts
    test, validation = reviews["test"], reviews["validation"]
    scores = parts.film_scores(test["films"], test["probabilities"], STRENGTH)
    known = parts.film_scores(validation["films"], validation["probabilities"], STRENGTH)
    rated = [film for film in known if film in validation["stars"]]
    return {
        "scores": {str(film): float(score) for film, score in scores.items()},
        "ranking": [str(film) for film, _ in parts.rank_films(scores, TOP)],
        "correlation": float(
            parts.rank_correlation([known[film] for film in rated], [validation["stars"][film] for film in rated])
        ),
    }
