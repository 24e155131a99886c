"""Exercise 7: what right answers earn however they are written, and what plausible wrong ones are told."""

import pytest

from tests.grader.checks.bench import COURSE, Bench, Wrong, wrong

BENCH = Bench(COURSE.exercise("exercise7"))

OTHERWISE = '''
import math
from collections import OrderedDict
import numpy as np

def film_scores(names, p, k=5.0):
    """A dictionary of another kind, of NumPy numbers."""
    if len(names) != len(p):
        raise ValueError
    out, m = OrderedDict(), np.mean(p) if len(p) else 0.0
    for name in names:
        own = [q for n, q in zip(names, p) if n == name]
        out[name] = np.float64((sum(own) + k * m) / (len(own) + k))
    return out

def rank_films(s, n=None):
    order = sorted(sorted(s), key=s.get, reverse=True)
    return [[film, s[film]] for film in order][: len(order) if n is None else n]

def rank_correlation(u, v):
    def ranks(w):
        return [sum(x < y for x in w) + (sum(x == y for x in w) + 1) / 2 for y in w]
    if len(u) != len(v):
        raise ValueError
    a, b = ranks(u), ranks(v)
    if len(set(a)) < 2 or len(set(b)) < 2:
        return math.nan
    return np.corrcoef(a, b)[0, 1]
'''

WRONG = [
    wrong(
        "the plain mean",
        ("(sum(own) + strength * mean) / (len(own) + strength)", "sum(own) / len(own)"),
        fails={"scores": "the plain mean came", "default-strength": ""},
    ),
    wrong(
        "the mean of the films' means",
        (
            "mean = sum(everything) / max(1, len(everything))",
            "mean = sum(sum(own) / len(own) for own in reviews.values()) / max(1, len(reviews))",
        ),
        fails={"scores": "m were the mean of the films' means", "default-strength": ""},
    ),
    wrong(
        "shrunk towards one half",
        ("strength * mean", "strength * 0.5"),
        fails={"scores": "had the mood 0.5", "default-strength": ""},
    ),
    wrong(
        "shrunk towards nothing",
        ("(sum(own) + strength * mean)", "sum(own)"),
        fails={"scores": "had the mood 0;", "default-strength": ""},
    ),
    wrong(
        "not counted below the line",
        ("(len(own) + strength)", "len(own)"),
        fails={"scores": "not counted below the line", "default-strength": ""},
    ),
    wrong(
        "another strength",
        ("strength: float = 5.0", "strength: float = 10.0"),
        fails={
            "default-strength": "5 unless told",
            "one-glowing-review": "",
            "first-reviews": "",
            "score-extremes": "",
            "unpaired": "",
            "untouched": "",
        },
    ),
    wrong(
        "films by name",
        ("for film, own in reviews.items()}", "for film, own in sorted(reviews.items())}"),
        fails={"first-reviews": "in the order of their first reviews"},
    ),
    wrong(
        "no reviews break it",
        ("max(1, len(everything))", "len(everything)"),
        fails={"score-extremes": "ZeroDivisionError"},
    ),
    wrong(
        "what does not pair is dropped",
        ("strict=True", "strict=False"),
        fails={"unpaired": "ValueError is expected; no error came"},
    ),
    wrong("the worst first", ("(-item[1], item[0])", "(item[1], item[0])"), fails={"rank": "the worst came first"}),
    wrong("equals as they come", ("(-item[1], item[0])", "-item[1]"), fails={"rank-ties": "the order"}),
    wrong(
        "equals backwards",
        (
            "sorted(scores.items(), key=lambda item: (-item[1], item[0]))",
            "sorted(scores.items(), key=lambda item: (item[1], item[0]), reverse=True)",
        ),
        fails={"rank-ties": "the order"},
    ),
    wrong(
        "films alone",
        ("(-item[1], item[0]))[:top]", "(-item[1], item[0]))[:top]  # pairs\n"),
        ("    return sorted(scores.items()", "    return list(scores) and sorted(scores)  # "),
        fails={"rank": "an entry (film, score)"},
    ),
    wrong("ten unless told", ("top: int | None = None", "top: int | None = 10"), fails={"rank": "the order"}),
    wrong("top is forgotten", ("[:top]", "[:None]"), fails={"top": "the order", "recommended": "The best films"}),
    wrong("top 0 is all", ("[:top]", "[: top or None]"), fails={"top": "top=0"}),
    wrong(
        "values instead of ranks",
        (
            "(_ranks(a), _ranks(b)))",
            "(torch.as_tensor(a, dtype=torch.float64), torch.as_tensor(b, dtype=torch.float64)))",
        ),
        fails={"correlation": "it is their ranks", "shared-ranks": "", "order-only": "it is their ranks"},
    ),
    wrong(
        "equal values do not share",
        ("last - (counts - 1) / 2", "last - counts + 1"),
        fails={"shared-ranks": "they share the mean of theirs"},
    ),
    wrong(
        "no number where it is not defined",
        (
            "return float(x @ y / ((x @ x) * (y @ y)).sqrt())",
            "return float(x @ y / ((x @ x) * (y @ y)).sqrt().clamp(min=1e-9))",
        ),
        fails={"undefined": "NaN is expected; 0 came"},
    ),
    wrong(
        "the sign turned round",
        ("float(x @ y", "float(-x @ y"),
        fails={"correlation": "The sign is turned round", "shared-ranks": "", "order-only": "", "extremes": ""},
    ),
    wrong(
        "unequal lengths are cut",
        (
            "    if len(a) != len(b):\n        raise",
            "    if len(a) != len(b):\n        a, b = a[: len(b)], b[: len(a)]\n    if len(a) != "
            "len(b):\n        raise",
        ),
        fails={"unequal-lengths": "no error came"},
    ),
    wrong(
        "the list is sorted",
        (
            "    x, y =",
            "    if isinstance(a, list):\n        kept = list(a)\n        a.sort()\n        a = kept\n    x, y =",
        ),
        fails={"untouched": "sort a copy"},
    ),
]


@pytest.mark.parametrize("seed", ["0", "1", "2"])
@pytest.mark.parametrize("source", [BENCH.solution, OTHERWISE], ids=["ours", "otherwise"])
def test_right_answers_earn_everything(source: str, seed: str) -> None:
    assert BENCH.failures(source, seed) == {}


@pytest.mark.parametrize("answer", WRONG, ids=lambda answer: answer.name)
def test_wrong_answers_are_told_what_is_wrong(answer: Wrong) -> None:
    answer.confirm(BENCH)
