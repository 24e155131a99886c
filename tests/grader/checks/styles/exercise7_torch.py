import torch
from torch import Tensor


def film_scores(films, probabilities, strength=5.0):
    if len(films) != len(probabilities):
        raise ValueError("lengths differ")
    if not films:
        return {}
    ids = {f: i for i, f in enumerate(dict.fromkeys(films))}
    index = torch.tensor([ids[f] for f in films])
    p = torch.tensor(probabilities, dtype=torch.float64)
    total = torch.zeros(len(ids), dtype=torch.float64).index_add_(0, index, p)
    count = torch.bincount(index)
    score = (total + strength * p.mean()) / (count + strength)
    return dict(zip(ids, score.tolist()))


def rank_films(scores, top=None):
    ranked = sorted(scores, key=lambda f: (-scores[f], f))
    if top is not None:
        ranked = ranked[:top]
    return [(f, scores[f]) for f in ranked]


def rank_correlation(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} != {len(b)}")
    if len(a) < 2:
        return float("nan")

    def rank(v):
        v = torch.tensor(v, dtype=torch.float64)
        return (v[:, None] > v).sum(1) + ((v[:, None] == v).sum(1) + 1) / 2

    ra, rb = rank(a).double(), rank(b).double()
    if ra.std() == 0 or rb.std() == 0:
        return float("nan")
    return torch.corrcoef(torch.stack([ra, rb]))[0, 1].item()
