import math, warnings
from collections import defaultdict, Counter
import numpy as np
from scipy import stats


def film_scores(films, probabilities, strength=5.0):
    films, probabilities = list(films), list(probabilities)
    if len(films) != len(probabilities):
        raise ValueError
    n, total = Counter(), defaultdict(float)
    for f, p in zip(films, probabilities):
        n[f] += 1
        total[f] += p
    m = np.mean(probabilities) if probabilities else float("nan")
    return {f: (total[f] + strength * m) / (n[f] + strength) for f in n}


def rank_films(scores, top=None):
    items = sorted(scores.items())
    items.sort(key=lambda kv: kv[1], reverse=True)
    return items if top is None else items[:top]


def rank_correlation(a, b):
    if len(a) != len(b):
        raise ValueError
    if len(a) < 2 or len(set(a)) == 1 or len(set(b)) == 1:
        return math.nan
    return stats.spearmanr(a, b).statistic
