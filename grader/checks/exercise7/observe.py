"""What is looked at in a submission of exercise 7."""

from collections.abc import Mapping

from grader.sandbox.observing import attempt


def _plain(scores):
    """A dictionary of any kind as a plain one."""
    return dict(scores) if isinstance(scores, Mapping) else scores


def scores(lab, films, probabilities, *strength):
    """The scores of films."""
    return _plain(lab.film_scores(films, probabilities, *strength))


def scores_then(lab, films, probabilities):
    """The scores of films, and the inputs afterwards."""
    films, probabilities = list(films), list(probabilities)
    found = _plain(lab.film_scores(films, probabilities))
    return {"scores": found, "films": films, "probabilities": probabilities}


def unpaired(lab, films, probabilities):
    """Scores where films and probabilities pair up, and where one is missing on either side."""
    return {
        "paired": _plain(lab.film_scores(films, probabilities)),
        "wrong": [
            attempt(lab.film_scores, films[:-1], probabilities),
            attempt(lab.film_scores, films, probabilities[:-1]),
        ],
    }


def ranked(lab, scores, *top):
    """Films in the order of their scores, and the scores afterwards."""
    found = lab.rank_films(scores, *top)
    return {"ranked": found, "scores": list(scores.items())}


def correlations(lab, pairs):
    """The rank correlation of each pair of lists."""
    return [lab.rank_correlation(a, b) for a, b in pairs]


def correlated_then(lab, a, b):
    """A rank correlation, and the lists afterwards."""
    return {"correlation": lab.rank_correlation(a, b), "a": a, "b": b}


def uncorrelated(lab, a, b):
    """A rank correlation, and what comes of lists of unequal length."""
    wrong = [attempt(lab.rank_correlation, a[:-1], b), attempt(lab.rank_correlation, a, b[:-1])]
    return {"fine": lab.rank_correlation(a, b), "wrong": wrong}


def recommended(lab, films, probabilities, strength, top, stars):
    """All three together: the best films, and how well their order agrees with their stars."""
    found = lab.film_scores(films, probabilities, strength)
    return {
        "best": lab.rank_films(found, top),
        "agreement": lab.rank_correlation([found[film] for film in stars], list(stars.values())),
    }
