"""What a recommender makes of a weak and of a strong model: ranks against true stars."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from statistics import fmean

from tfl import corpora
from tfl.device import choose_device
from tfl.lessons.figures import Figure, Group, Kind
from tfl.loading import LoadedRun, load_run
from tfl.parts import REFERENCE
from tfl.recommendation import MANY, STRENGTH, mean_stars, review_logits
from tfl.results.comparisons import group, key, over_seeds, read, same_seeds
from tfl.runs import RunFolder, RunRecord

MODELS = (  # figures of the comparison, the weakest first; the second and the last are some five points apart
    "final_layer",
    "labels_1000.final_layer_adapted",
    "final_layer_adapted",
    "scratch",
    "full_adapted",
)
TOP = 10


def gather(runs_dir: Path) -> Group:
    """Rank correlations and the stars of the ten best films, over the seeds of each model."""
    rows = [row for row in read(runs_dir).rows if key(row) in MODELS and row.runs]
    records = {key(row): [RunFolder(runs_dir / run).record() for run in row.runs] for row in rows}
    found = same_seeds(records)
    figures = dict(_all(runs_dir, found))
    return group("tfl recommend --run RUN", list(chain.from_iterable(found.values())), figures)


def _all(runs_dir: Path, found: dict[str, list[RunRecord]]) -> Iterator[tuple[str, Figure]]:
    first = next(iter(found.values()))
    info = corpora.info(corpora.PAIRS[first[0].pair][1])
    split = corpora.load(info.name, "test")
    films: dict[str, list[int]] = {}
    for index, film in enumerate(split.films):
        if film:
            films.setdefault(film, []).append(index)
    stars = {film: mean for film, own in films.items() if (mean := mean_stars(split, own)) is not None}
    yield "films", Figure(value=len(films), kind="count")
    yield "reviews", Figure(value=sum(map(len, films.values())), kind="count")
    yield "lonely_films", Figure(value=sum(len(own) == 1 for own in films.values()) / len(films), kind="share")
    yield "strength", Figure(value=STRENGTH, kind="number")
    yield "many", Figure(value=MANY, kind="count")
    yield "mean_stars", Figure(value=fmean(stars.values()), kind="decimal")
    for name, records in found.items():
        seeds = [dict(_of_model(load_run(RunFolder(runs_dir / record.id)), films, stars)) for record in records]
        for own, (_, kind) in seeds[0].items():
            yield f"{name}.{own}", over_seeds([values[own][0] for values in seeds], kind)


def _of_model(
    run: LoadedRun, films: dict[str, list[int]], stars: dict[str, float]
) -> Iterator[tuple[str, tuple[float, Kind]]]:
    """What one run makes of the films: name → value and kind."""
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
            yield f"{way}.{which}", (found, "correlation")
        best = [film for film, _ in REFERENCE.rank_films(scores) if film in stars][:TOP]
        yield f"{way}.top_stars", (fmean(stars[film] for film in best), "decimal")
        yield f"{way}.top_reviews", (fmean(len(films[film]) for film in best), "decimal")
