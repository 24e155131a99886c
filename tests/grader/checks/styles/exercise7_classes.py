import math
from dataclasses import dataclass, field
from typing import NamedTuple, Optional


@dataclass
class Film:
    moods: list[float] = field(default_factory=list)

    def score(self, m: float, k: float) -> float:
        return (math.fsum(self.moods) + k * m) / (len(self.moods) + k)


class Ranked(NamedTuple):
    film: str
    score: float


def film_scores(films, probabilities, strength: float = 5.0):
    shelf: dict[str, Film] = {}
    if len(films) != len(probabilities):
        raise ValueError("no pairs")
    for name, p in zip(films, probabilities):
        shelf.setdefault(name, Film()).moods.append(p)
    m = math.fsum(probabilities) / (len(probabilities) or 1)
    return {name: film.score(m, strength) for name, film in shelf.items()}


def rank_films(scores, top: Optional[int] = None):
    order = sorted((Ranked(f, s) for f, s in scores.items()), key=lambda r: (-r.score, r.film))
    return order if top is None else order[:top]


def rank_correlation(a, b):
    if len(a) != len(b):
        raise ValueError
    n = len(a)
    rank = lambda v: [1 + sum(w < x for w in v) + 0.5 * (sum(w == x for w in v) - 1) for x in v]
    x, y = rank(a), rank(b)
    mx = my = (n + 1) / 2
    sxy = sum((p - mx) * (q - my) for p, q in zip(x, y))
    sxx = sum((p - mx) ** 2 for p in x)
    syy = sum((q - my) ** 2 for q in y)
    return sxy / math.sqrt(sxx * syy) if sxx and syy else math.nan
