"""A text on its way into the model: tokens, ids, padding, mask; and what padding costs in batches of real lengths."""

import random
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tfl import corpora, paths
from tfl.errors import CacheError, RunError
from tfl.jobs import Request
from tfl.loading import best_run
from tfl.parts import REFERENCE
from tfl.text.tokenized import is_cached, tokenized
from tfl.text.tokenizer import tokenize
from tfl.text.vocabulary import UNK, Vocabulary

REVIEWS = 2_000  # as many lengths as a look at batches needs


def tokens(request: Request) -> dict[str, Any]:
    """The rectangle that a batch of `texts` becomes: for each text its tokens and ids, and the mask of all.

    Unknown words have the id 1.  `vocabulary` says whose words are known.
    """
    known, whose = _vocabulary(str(request.get("runs_dir") or paths.runs_dir()))
    texts = [tokenize(text) for text in request["texts"]]
    full = [text for text in texts if text]
    found: dict[str, Any] = {"vocabulary": whose, "words": len(known), "texts": [], "mask": [], "padding": 0.0}
    if full:
        ids, mask = REFERENCE.pad_and_mask([torch.from_numpy(known.encode(text)) for text in full])
        found["texts"] = [{"tokens": t, "ids": row.tolist()} for t, row in zip(full, ids, strict=True)]
        found["mask"] = mask.int().tolist()
        found["padding"] = round(1 - mask.float().mean().item(), 4)
        found["unknown"] = int((ids[mask] == UNK).sum())
    return found


def padding(request: Request) -> dict[str, Any]:
    """The share of padding in batches of training reviews: `size` of them drawn at random, and by length.

    Both ways put about the same number of tokens in a batch.  Reviews are cut to `longest` tokens.
    """
    lengths, corpus = _lengths()
    lengths = [min(length, int(request["longest"])) for length in lengths]
    size = int(request["size"])
    order = random.Random(0).sample(range(len(lengths)), len(lengths))
    at_random = [order[start : start + size] for start in range(0, len(order), size)]
    budget = sum(len(batch) * max(lengths[i] for i in batch) for batch in at_random) // len(at_random)
    bucketed = REFERENCE.length_buckets(lengths, budget, 0)
    return {
        "corpus": corpus,
        "reviews": len(lengths),
        "random": _waste(at_random, lengths),
        "bucketed": _waste(bucketed, lengths),
        "example": {
            "random": [lengths[i] for i in at_random[0]],
            "bucketed": [lengths[i] for i in bucketed[len(bucketed) // 2]],
        },
    }


def _waste(batches: list[list[int]], lengths: list[int]) -> float:
    """The share of the cells that hold no token."""
    cells = sum(len(batch) * max(lengths[i] for i in batch) for batch in batches)
    return round(1 - sum(lengths) / cells, 4)


@cache
def _lengths() -> tuple[list[int], str]:
    """Lengths of training reviews: IMDB's where they have been tokenized before, else the sample's."""
    pair = corpora.default_pair()
    if pair == "real" and not is_cached("imdb", "train"):
        pair = "sample"
    name = corpora.PAIRS[pair][1]
    split = tokenized(name, "train")
    lengths = np.diff(split.offsets).tolist()
    chosen = random.Random(0).sample(lengths, min(REVIEWS, len(lengths)))
    return chosen, corpora.info(name).title


@cache
def _vocabulary(runs_dir: str) -> tuple[Vocabulary, str]:
    """The words that the best run knows; where there is no run, those of the sample's training reviews."""
    try:
        folder = best_run(Path(runs_dir))
        return Vocabulary.read(folder.vocabulary), f"the run {folder.id}"
    except (RunError, CacheError, OSError):
        split = tokenized(corpora.PAIRS["sample"][1], "train")
        words = Vocabulary.from_counts([(split.lexicon, split.counts())], 4_000)
        return words, "the sample's reviews (synthetic)"
