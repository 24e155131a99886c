"""Exercise 7: recommend films by the mood of their reviews.

The model gives every review a probability of being positive.  The mean of a film's reviews would be a poor
score: a single glowing review would beat fifty good ones.  So a film starts with `strength` imagined reviews
of average mood, and its own reviews pull it away from there:

    score(film) = (sum of its probabilities + strength · m) / (its reviews + strength)

where m is the mean probability of all reviews.
For example, with m = 0.5 and strength 5 one review of 1.0 scores (1.0 + 2.5) / 6 = 0.583, and fifty of 0.9
score (45 + 2.5) / 55 = 0.864.

Sources: Efron & Morris, "Stein's Paradox in Statistics" (1977), https://doi.org/10.1038/scientificamerican0577-119
(shrinking towards the mean); Spearman, "The Proof and Measurement of Association between Two Things" (1904),
https://doi.org/10.2307/1412159 (rank correlation)
"""

from collections import defaultdict
from collections.abc import Sequence

import torch
from torch import Tensor


def film_scores(films: Sequence[str], probabilities: Sequence[float], strength: float = 5.0) -> dict[str, float]:
    """The score of each film: the mean of its reviews, shrunk towards the mean of all reviews.

    Args:
        films: the film that each review is about.
        probabilities: how probably each review is positive, between 0 and 1.
        strength: how many average reviews a film starts with; 0 gives the plain mean.

    Returns:
        {film: score}, in the order of their first reviews.

    Raises:
        ValueError: there are not as many probabilities as films.
    """
    reviews: dict[str, list[float]] = defaultdict(list)
    for film, probability in zip(films, probabilities, strict=True):
        reviews[film].append(float(probability))
    everything = [probability for own in reviews.values() for probability in own]
    mean = sum(everything) / max(1, len(everything))
    return {film: (sum(own) + strength * mean) / (len(own) + strength) for film, own in reviews.items()}


def rank_films(scores: dict[str, float], top: int | None = None) -> list[tuple[str, float]]:
    """The `top` films (None: all) as (film, score), the best first; equal scores in order of their ids."""
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:top]


def rank_correlation(a: Sequence[float], b: Sequence[float]) -> float:
    """Spearman's rank correlation: 1 when both order the films alike, −1 in reverse, about 0 when unrelated.

    It is the ordinary correlation of the ranks, where equal values share the mean of their ranks:
    [0.2, 0.9, 0.9] has the ranks [1, 2.5, 2.5].

    Returns:
        A number from −1 to 1; NaN when it is not defined: fewer than two values, or all of them equal.

    Raises:
        ValueError: `a` and `b` differ in length.
    """
    if len(a) != len(b):
        raise ValueError(f"There are {len(a)} values on one side and {len(b)} on the other.")
    x, y = (ranks - ranks.mean() for ranks in (_ranks(a), _ranks(b)))  # (n,) each
    return float(x @ y / ((x @ x) * (y @ y)).sqrt())


def _ranks(values: Sequence[float]) -> Tensor:
    """The rank of each value (n,), from 1 for the lowest; equal values share the mean of their ranks."""
    numbers = torch.as_tensor(values, dtype=torch.float64)
    _, group, counts = torch.unique(numbers, return_inverse=True, return_counts=True)
    last = counts.cumsum(0).double()  # the highest rank in each group of equal values
    return (last - (counts - 1) / 2)[group]
