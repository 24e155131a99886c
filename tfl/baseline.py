"""The yardstick: a linear classifier on the words and word pairs of a review, without any pre-training.

    texts → which words and pairs occur (n, f) → times how telling each one is → unit length → logistic regression

Wang & Manning (2012) weigh a word by how much more often one class uses it than the others (the log ratio of naive
Bayes) and find the result hard to beat on film reviews.  A transformer that does not beat it has not earned its keep.
"""

import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec

import numpy as np
import scipy.sparse as sparse
import torch

from tfl.config import Config
from tfl.errors import TflError
from tfl.evaluation import Evaluation, judge_logits
from tfl.runs import RunFolder, RunRecord, Score
from tfl.session import Session, finish
from tfl.text.tokenized import TokenizedSplit, tokenized

RARE = 3  # labelled reviews that a word or pair must occur in
LOOSENESS = 10.0  # inverse of the penalty on the weights; did best on the validation split of IMDB

INSTALL = "Install it with `pip install 'tfl[baseline]'`."


def is_available() -> bool:
    """Whether scikit-learn, an optional extra, is installed."""
    return find_spec("sklearn") is not None


def train_baseline(session: Session, config: Config, resume: bool = True, again: bool = False) -> RunRecord:
    """The record of the baseline for a configuration's seed and labels.  Raises TflError without scikit-learn."""
    if not is_available():
        raise TflError("The baseline needs scikit-learn.", INSTALL)

    def work(folder: RunFolder, record: RunRecord, resume: bool) -> RunRecord:
        return _fit(session, config, record)

    labels = f", {config.labels} labels" if config.labels else ""
    return session.perform(config, f"linear baseline{labels}, seed {config.seed}", work, resume, again)


def _fit(session: Session, config: Config, record: RunRecord) -> RunRecord:
    from sklearn.linear_model import LogisticRegression

    materials = session.materials(config)
    train_rows, validation_rows = materials.labelled_rows(config.labels)
    started = time.perf_counter()
    split = tokenized(materials.small_name, "train", materials.data_dir)
    words = {word: number for number, word in enumerate(split.lexicon)}
    found, grams = occurrences(split, train_rows, words)
    common = found.getnnz(axis=0) >= RARE
    found, grams = found[:, common], grams[common]
    labels = split.labels[train_rows]
    weights = tellingness(found, labels)
    train = weighted(found, weights)
    model = LogisticRegression(C=LOOSENESS, max_iter=500).fit(train, labels)
    record = finish(record, time.perf_counter() - started)

    def judge(features: sparse.csr_matrix, labels: np.ndarray) -> Evaluation:
        logits = torch.from_numpy(model.predict_log_proba(features)).float()
        return judge_logits(logits, torch.from_numpy(labels.astype(np.int64)), session.parts)

    def score(split: TokenizedSplit, rows: Sequence[int]) -> Evaluation:
        features = weighted(columns(*occurrences(split, rows, words), grams), weights)
        return judge(features, split.labels[rows])

    fitted, validation = judge(train, labels), score(split, validation_rows)
    test_rows = materials.test_rows(materials.small_name)
    test = score(tokenized(materials.small_name, "test", materials.data_dir), test_rows)
    parameters = model.coef_.size + model.intercept_.size
    return record.model_copy(
        update={
            "parameters_total": parameters,
            "parameters_trainable": parameters,
            "examples_per_second": round(len(train_rows) / max(record.seconds, 1e-9), 1),
            "train": Score(loss=fitted.loss, accuracy=fitted.accuracy),
            "validation": Score(loss=validation.loss, accuracy=validation.accuracy),
            **test.results(),
        }
    )


def occurrences(
    split: TokenizedSplit, rows: Sequence[int], words: Mapping[str, int]
) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Which words and pairs of neighbouring words occur in the chosen texts: (n, g) of 0 and 1, and their keys (g,).

    A word's key is its number in `words`; a pair's is made of both, and larger than any word's.  Words that are not
    in `words` are passed over, and so are their pairs.
    """
    place = np.full(len(split), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    text = np.repeat(place, np.diff(split.offsets))
    number = np.array([words.get(word, -1) for word in split.lexicon], dtype=np.int64)[split.ids[text >= 0]]
    text = text[text >= 0]
    pair = (text[:-1] == text[1:]) & (number[:-1] >= 0) & (number[1:] >= 0)
    pairs = (number[:-1] + 1)[pair] * len(words) + number[1:][pair]
    keys, column = np.unique(np.concatenate([number[number >= 0], pairs]), return_inverse=True)
    row = np.concatenate([text[number >= 0], text[:-1][pair]])
    found = sparse.csr_matrix((np.ones(len(row), np.float32), (row, column)), shape=(len(rows), len(keys)))
    found.data[:] = 1  # occurs or not: how often says less
    return found, keys


def columns(found: sparse.csr_matrix, keys: np.ndarray, wanted: np.ndarray) -> sparse.csr_matrix:
    """The columns of `found` (n, g) whose keys are `wanted` (f,), in that order; one it lacks is empty: (n, f)."""
    at = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    present = np.flatnonzero(keys[at] == wanted)
    selection = sparse.csr_matrix(
        (np.ones(len(present), np.float32), (at[present], present)), shape=(len(keys), len(wanted))
    )
    return (found @ selection).tocsr()


def tellingness(found: sparse.csr_matrix, labels: np.ndarray) -> np.ndarray:
    """How far the use of each word or pair differs between a class and the others: (f,), at least 0.

    The naive Bayes log ratio, of the class in which it is largest.  Its sign is left to the classifier.
    """
    ratios = []
    for label in np.unique(labels):
        inside = np.asarray(found[labels == label].sum(axis=0)).ravel() + 1
        outside = np.asarray(found[labels != label].sum(axis=0)).ravel() + 1
        ratios.append(np.abs(np.log(inside / inside.sum()) - np.log(outside / outside.sum())))
    return np.max(ratios, axis=0).astype(np.float32)


def weighted(found: sparse.csr_matrix, weights: np.ndarray) -> sparse.csr_matrix:
    """Each column of `found` (n, f) times its weight, then each text brought to length 1."""
    features = found @ sparse.diags(weights)
    lengths = np.sqrt(np.asarray(features.multiply(features).sum(axis=1)).ravel())
    return (sparse.diags(1 / np.maximum(lengths, 1e-9)) @ features).tocsr().astype(np.float32)
