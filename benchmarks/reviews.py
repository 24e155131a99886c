"""The reviews that the contenders get: the same for all, each in the form that it reads."""

import random
from dataclasses import dataclass

import numpy as np
import torch

from benchmarks import lab_baseline
from tfl.batches import Examples
from tfl.config import Config
from tfl.errors import UsageError
from tfl.materials import Materials
from tfl.text.tokenized import tokenized

FEWEST = 64


@dataclass(frozen=True)
class Reviews:
    """Reviews as tfl reads them, cut, and as the lab does, whole."""

    ours: Examples
    lab: list[lab_baseline.Review]

    def __len__(self) -> int:
        return len(self.lab)

    def first(self, count: int) -> "Reviews":
        return Reviews(self.ours.select(range(min(count, len(self)))), self.lab[:count])


@dataclass(frozen=True)
class Material:
    """Reviews to train on, a ninth as many to validate on (as the engine does), half as many to test on."""

    train: Reviews
    validation: Reviews
    test: Reviews

    def first(self, count: int) -> "Material":
        return Material(self.train.first(count), self.validation.first(count), self.test.first(count))

    def __str__(self) -> str:
        train, validation, test = len(self.train), len(self.validation), len(self.test)
        return f"{train:,} to train on, {validation:,} to validate on, {test:,} to test on"


def read(settings: Config, count: int) -> Material:
    """`count` random reviews to train on, always the same, and those that go with them."""
    if count < FEWEST:
        raise UsageError(f"{count} reviews are too few to measure.", f"Ask for {FEWEST} or more.")
    materials = Materials(settings)
    data = materials.small_data(None)
    return Material(
        _choose(materials.small_name, "train", data.train, count),
        _choose(materials.small_name, "train", data.validation, count // 9),
        _choose(materials.small_name, "test", materials.small_test, count // 2),
    )


def _choose(corpus: str, split: str, examples: Examples, count: int) -> Reviews:
    if count > len(examples):
        raise UsageError(f"There are {len(examples):,} reviews, not {count:,}.", "Ask for fewer with --reviews.")
    chosen = examples.select(random.Random(0).sample(range(len(examples)), count))
    tokens = tokenized(corpus, split)
    # Which word has which id is of no account here, as the lab's vectors are random.
    ids = torch.from_numpy(tokens.ids.astype(np.int64)) + len(lab_baseline.SPECIALS)
    whole = [ids[tokens.offsets[row] : tokens.offsets[row + 1]] for row in chosen.rows]
    return Reviews(chosen, list(zip(chosen.labels.tolist(), whole, strict=True)))
