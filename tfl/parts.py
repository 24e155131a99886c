"""The parts of the engine that the exercises ask for.

The engine calls its parts through one bundle.  `REFERENCE` holds the solutions; training with a learner's code is the
same engine with some of them replaced: `replace(REFERENCE, positional_encoding=theirs)`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from solutions import (
    exercise1_positional_encoding,
    exercise2_batches,
    exercise3_layer_unfreezing,
    exercise4_gradual_unfreezing,
    exercise5_evaluation,
    exercise7_recommender,
)


@dataclass(frozen=True)
class Parts:
    """One callable for each thing that a learner writes; called by position."""

    positional_encoding: Callable[..., Any] = exercise1_positional_encoding.PositionalEncoding
    stratified_split: Callable[..., Any] = exercise2_batches.stratified_split
    pad_and_mask: Callable[..., Any] = exercise2_batches.pad_and_mask
    length_buckets: Callable[..., Any] = exercise2_batches.length_buckets
    freeze: Callable[..., Any] = exercise3_layer_unfreezing.freeze
    replace_head: Callable[..., Any] = exercise3_layer_unfreezing.replace_head
    unfreeze: Callable[..., Any] = exercise3_layer_unfreezing.unfreeze
    layer_groups: Callable[..., Any] = exercise4_gradual_unfreezing.layer_groups
    discriminative_rates: Callable[..., Any] = exercise4_gradual_unfreezing.discriminative_rates
    unfreezing_schedule: Callable[..., Any] = exercise4_gradual_unfreezing.unfreezing_schedule
    accuracy: Callable[..., Any] = exercise5_evaluation.accuracy
    confusion_matrix: Callable[..., Any] = exercise5_evaluation.confusion_matrix
    generalisation_gap: Callable[..., Any] = exercise5_evaluation.generalisation_gap
    best_epoch: Callable[..., Any] = exercise5_evaluation.best_epoch
    film_scores: Callable[..., Any] = exercise7_recommender.film_scores
    rank_films: Callable[..., Any] = exercise7_recommender.rank_films
    rank_correlation: Callable[..., Any] = exercise7_recommender.rank_correlation


REFERENCE = Parts()
