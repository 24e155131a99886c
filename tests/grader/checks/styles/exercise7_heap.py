import heapq, math
from statistics import mean, correlation, StatisticsError
from itertools import groupby


def film_scores(films, probabilities, strength=5.0):
    total = mean(probabilities) if len(probabilities) else 0
    groups = {}
    for f, p in zip(films, probabilities, strict=True):
        groups.setdefault(f, []).append(p)
    return {f: (sum(g) + strength * total) / (len(g) + strength) for f, g in groups.items()}


def rank_films(scores, top=None):
    k = len(scores) if top is None else top
    return [(f, -s) for s, f in heapq.nsmallest(k, ((-s, f) for f, s in scores.items()))]


def _ranks(v):
    out, pos = [0.0] * len(v), 1
    for _, g in groupby(sorted(range(len(v)), key=v.__getitem__), key=v.__getitem__):
        g = list(g)
        for i in g:
            out[i] = pos + (len(g) - 1) / 2
        pos += len(g)
    return out


def rank_correlation(a, b):
    if len(a) != len(b):
        raise ValueError("unequal")
    try:
        return correlation(_ranks(a), _ranks(b))
    except StatisticsError:
        return float("nan")
