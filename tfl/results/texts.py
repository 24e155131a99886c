"""What the corpora are like: how many, how long, how much of a batch is padding."""

from collections.abc import Callable

import numpy as np

from tfl import corpora
from tfl.batches import head_and_tail, padded
from tfl.config import config
from tfl.lessons.figures import Figure, Group
from tfl.materials import Materials
from tfl.parts import REFERENCE
from tfl.results.comparisons import today
from tfl.text.tokenized import tokenized
from tfl.text.vocabulary import UNK
from tfl.training import Recipe

BATCH = 32  # reviews in a batch drawn at random, as the lab does


def gather() -> Group:
    """Lengths, unknown words and padding of IMDB; rows of AG News."""
    settings = config(pair="real", strategy="full")
    materials = Materials(settings)
    large, small = materials.large, materials.small
    split = tokenized("imdb", "train")
    lengths = np.diff(split.offsets)
    films = corpora.load("imdb", "train").films
    cut = np.minimum(lengths, settings.small_tokens)
    test = tokenized("imdb", "test")
    unknown = float(np.mean(test.encode(materials.vocabulary) == UNK))
    buckets = REFERENCE.length_buckets(cut.tolist(), Recipe().batch_tokens, 0)
    rounded = REFERENCE.length_buckets([padded(length) for length in cut.tolist()], Recipe().batch_tokens, 0)
    counts = {
        "ag_news.rows": large.splits["train"].rows,
        "ag_news.test_rows": large.splits["test"].rows,
        "imdb.rows": small.splits["train"].rows,
        "imdb.test_rows": small.splits["test"].rows,
        "imdb.unlabelled": small.splits["unsup"].rows,
        "imdb.train_rows": len(materials.small_rows[0]),
        "imdb.validation_rows": len(materials.small_rows[1]),
        "imdb.films": len(set(films) - {""}),
        "imdb.median": float(np.median(lengths)),
        "imdb.long": float(np.quantile(lengths, 0.9)),
        "imdb.longest": int(lengths.max()),
        "imdb.read": len(head_and_tail(REFERENCE.pad_and_mask([range(2000)])[0][0], settings.small_tokens)),
        "imdb.words": len(split.lexicon),
        "vocabulary": len(materials.vocabulary),
        "batch_tokens": Recipe().batch_tokens,
    }
    shares = {
        "imdb.cut": float(np.mean(lengths > settings.small_tokens)),
        "imdb.unknown": unknown,
        "padding.whole": padding_at_random(lengths, BATCH),
        "padding.cut": padding_at_random(cut, BATCH),
        "padding.buckets": padding([cut[batch] for batch in buckets]),
        "padding.engine": padding([cut[batch] for batch in rounded], padded),
    }
    notes = [f"{info.title}: {info.partial}" for info in (large, small) if info.partial]
    return Group(
        command="python -m tfl.results texts",
        date=today(),
        corpus=f"{large.title}, {small.title}",
        seeds=[0],
        notes=notes,
        figures={
            **{name: Figure(value=value, kind="count") for name, value in counts.items()},
            **{name: Figure(value=value, kind="share") for name, value in shares.items()},
            "partial": Figure(value=large.partial or "complete", kind="text"),
        },
    )


def padding_at_random(lengths: np.ndarray, size: int) -> float:
    """The share of padding in random batches of `size` texts of these lengths."""
    order = np.random.default_rng(0).permutation(lengths)
    return padding([order[start : start + size] for start in range(0, len(order), size)])


def padding(batches: list[np.ndarray], width: Callable[[int], int] = int) -> float:
    """The share of cells that are padding in batches of texts of these lengths, as wide as `width` of the longest."""
    cells = sum(len(batch) * width(int(batch.max())) for batch in batches)
    return 1 - sum(int(batch.sum()) for batch in batches) / cells
