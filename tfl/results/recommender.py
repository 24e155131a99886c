"""What a recommender makes of a weak and of a strong model: ranks against true stars."""

from collections.abc import Iterator
from pathlib import Path
from statistics import fmean

from tfl import corpora
from tfl.comparison import Row
from tfl.device import choose_device
from tfl.lessons.figures import Figure, Group
from tfl.loading import LoadedRun, load_run
from tfl.parts import REFERENCE
from tfl.recommendation import MANY, STRENGTH, mean_stars, review_logits
from tfl.results.comparisons import group, key, read
from tfl.runs import RunFolder

MODELS = ("final-layer", "final-layer, adapted", "scratch", "full, adapted")  # rows of the comparison
TOP = 10


def gather(runs_dir: Path) -> Group:
    """Rank correlations and the stars of the ten best films, by the first seed of each model."""
    rows = [row for row in read(runs_dir).rows if row.labels is None and row.name in MODELS and row.runs]
    figures = dict(_all(runs_dir, rows))
    records = [RunFolder(runs_dir / row.runs[0]).record() for row in rows]
    return group("tfl recommend --run RUN", records, figures)


def _all(runs_dir: Path, rows: list[Row]) -> Iterator[tuple[str, Figure]]:
    run = load_run(RunFolder(runs_dir / rows[0].runs[0]))
    info = corpora.info(corpora.PAIRS[run.config.pair][1])
    split = corpora.load(info.name, "test")
    films: dict[str, list[int]] = {}
    for index, film in enumerate(split.films):
        if film:
            films.setdefault(film, []).append(index)
    stars = {film: found for film, own in films.items() if (found := mean_stars(split, own)) is not None}
    yield "films", Figure(value=len(films), kind="count")
    yield "reviews", Figure(value=sum(map(len, films.values())), kind="count")
    yield "lonely_films", Figure(value=sum(len(own) == 1 for own in films.values()) / len(films), kind="share")
    yield "strength", Figure(value=STRENGTH, kind="number")
    yield "many", Figure(value=MANY, kind="count")
    yield "mean_stars", Figure(value=fmean(stars.values()), kind="decimal")
    for row in rows:
        yield from _of_model(key(row), load_run(RunFolder(runs_dir / row.runs[0])), films, stars)


def _of_model(
    name: str, run: LoadedRun, films: dict[str, list[int]], stars: dict[str, float]
) -> Iterator[tuple[str, Figure]]:
    info = corpora.info(corpora.PAIRS[run.config.pair][1])
    logits = review_logits(run, info, choose_device(run.config.precision), None, lambda event: None)
    positive = logits.softmax(dim=1)[:, 1].tolist()
    about = [(film, positive[row]) for film, own in films.items() for row in own]
    names, probabilities = [film for film, _ in about], [probability for _, probability in about]
    known = [film for film in films if film in stars]
    often = [film for film in known if len(films[film]) >= MANY]
    for way, strength in (("plain", 0.0), ("shrunk", STRENGTH)):
        scores = REFERENCE.film_scores(names, probabilities, strength)
        for which, chosen in (("all", known), ("often", often)):
            found = REFERENCE.rank_correlation([scores[film] for film in chosen], [stars[film] for film in chosen])
            yield f"{name}.{way}.{which}", Figure(value=found, kind="correlation")
        best = [film for film, _ in REFERENCE.rank_films(scores) if film in stars][:TOP]
        yield f"{name}.{way}.top_stars", Figure(value=fmean(stars[film] for film in best), kind="decimal")
        yield f"{name}.{way}.top_reviews", Figure(value=fmean(len(films[film]) for film in best), kind="decimal")
