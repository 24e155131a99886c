"""The examples that a configuration asks for: corpora, split, tokenized, encoded, cut.

    large corpus   train 95 %  validation 5 %   test          for pre-training
    small corpus   train 90 %  validation 10 %  test  unsup   for everything after it

Test examples are read by `large_test` and `small_test` alone, which only the final evaluation calls.
"""

import random
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import numpy as np

from tfl import corpora
from tfl.batches import Examples, make_examples
from tfl.config import FEW, Config
from tfl.corpora import UNLABELLED, CorpusInfo
from tfl.errors import UsageError
from tfl.events import Event, Notice, Progress
from tfl.parts import REFERENCE, Parts
from tfl.text.tokenized import TokenizedSplit, tokenized
from tfl.text.vocabulary import Vocabulary
from tfl.training import Data

LARGE_VALIDATION = 0.05
SMALL_VALIDATION = 0.10
FEW_VALIDATION = 0.20  # of a few labels a tenth would be too few to stop by


class Materials:
    """Everything that is read for one pair of corpora, seed and size; computed at first use, then kept."""

    def __init__(
        self,
        config: Config,
        data_dir: Path | None = None,
        emit: Callable[[Event], None] = lambda event: None,
        parts: Parts = REFERENCE,
    ) -> None:
        self.config, self.data_dir, self.emit, self.parts = config, data_dir, emit, parts
        self.large_name, self.small_name = corpora.PAIRS[config.pair]
        self._tokenized: dict[tuple[str, str], TokenizedSplit] = {}
        self._encoded: dict[tuple[str, str], np.ndarray] = {}

    @cached_property
    def large(self) -> CorpusInfo:
        """What is known about the large corpus."""
        return self._info(self.large_name)

    @cached_property
    def small(self) -> CorpusInfo:
        """What is known about the small corpus."""
        return self._info(self.small_name)

    def _info(self, name: str) -> CorpusInfo:
        return corpora.info(
            name,
            self.data_dir,
            notice=lambda text: self.emit(Notice(text=text)),
            progress=lambda stage, done, total, unit: self.emit(
                Progress(stage=stage, done=done, total=total, unit=unit)
            ),
        )

    # ------------------------------------------------------------------------------------------------- rows

    @cached_property
    def large_rows(self) -> tuple[list[int], list[int]]:
        """Rows of the large corpus for training and for validation."""
        return self._divide(self._allowed(self.large_name), self.large_name, LARGE_VALIDATION)

    @cached_property
    def small_rows(self) -> tuple[list[int], list[int]]:
        """Rows of the small corpus for training and for validation, when every label is used."""
        return self._divide(self._allowed(self.small_name), self.small_name, SMALL_VALIDATION)

    def labelled_rows(self, labels: int | None) -> tuple[list[int], list[int]]:
        """The same for `labels` labelled reviews in all: nothing else of what carries a label is looked at."""
        if labels is None:
            return self.small_rows
        allowed = self._allowed(self.small_name)
        if labels > len(allowed):
            raise UsageError(f"There are {len(allowed):,} labelled reviews, not {labels:,}.", "Ask for fewer labels.")
        share = FEW_VALIDATION if labels < FEW else SMALL_VALIDATION
        return self._divide(self._exactly(labels, allowed), self.small_name, share)

    def _allowed(self, corpus: str) -> list[int]:
        rows = np.flatnonzero(~self._tokens(corpus, "train").excluded).tolist()
        return self._share(rows, corpus, self.config.part)

    def _share(self, rows: list[int], corpus: str, share: float, split: str = "train") -> list[int]:
        if share == 1:
            return rows
        labels = self._tokens(corpus, split).labels[rows].tolist()
        _, chosen = self.parts.stratified_split(labels, share, self.config.seed)
        return [rows[i] for i in chosen]

    def _exactly(self, count: int, rows: list[int]) -> list[int]:
        """`count` rows of the small corpus, stratified: what rounding within each class adds or lacks is put right."""
        chosen = self._share(rows, self.small_name, count / len(rows))
        dice = random.Random(self.config.seed)
        if len(chosen) > count:
            return sorted(dice.sample(chosen, count))
        return sorted(chosen + dice.sample(sorted(set(rows) - set(chosen)), count - len(chosen)))

    def _divide(self, rows: list[int], corpus: str, share: float) -> tuple[list[int], list[int]]:
        """Hold out whole films: a model that has read other reviews of a film knows its actors and their praise.

        What is split are groups of rows, stratified by the class that most of a group has.  A row without a film is a
        group of its own.
        """
        labels = self._tokens(corpus, "train").labels
        films = self._films if corpus == self.small_name else [""] * len(labels)
        groups: dict[str, list[int]] = {}
        for row in rows:
            groups.setdefault(films[row] or f"row {row}", []).append(row)
        usual = [round(float(np.mean(labels[group]))) for group in groups.values()]
        members = list(groups.values())
        train, validation = self.parts.stratified_split(usual, share, self.config.seed)
        return (
            sorted(row for group in train for row in members[group]),
            sorted(row for group in validation for row in members[group]),
        )

    @cached_property
    def _films(self) -> list[str]:
        return corpora.load(self.small_name, "train", self.data_dir).films

    # --------------------------------------------------------------------------------------------- examples

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The most frequent words of both corpora's training rows."""
        counted = []
        for corpus, (train, _) in ((self.large_name, self.large_rows), (self.small_name, self.small_rows)):
            split = self._tokens(corpus, "train")
            counted.append((split.lexicon, split.counts(np.array(train))))
        return Vocabulary.from_counts(counted, self.config.vocabulary)

    def large_data(self) -> Data:
        """Examples of the large corpus to pre-train on, labelled by topic."""
        train, validation = self.large_rows
        return Data(
            self._examples(self.large_name, "train", train),
            self._examples(self.large_name, "train", validation),
        )

    def small_data(self, labels: int | None) -> Data:
        """Examples of the small corpus to adapt to, labelled by sentiment."""
        train, validation = self.labelled_rows(labels)
        return Data(
            self._examples(self.small_name, "train", train),
            self._examples(self.small_name, "train", validation),
        )

    def running_texts(self, adapt: bool) -> list[tuple[np.ndarray, np.ndarray]]:
        """Whole texts for pre-training without labels: token ids (tokens,) and offsets (texts + 1,) of each split.

        They are those of the large corpus, and when adapting the reviews: those that `small_rows` trains on, without
        their labels, and the unlabelled ones.  A run with few labels divides its own reviews, so the texts of some that
        it validates on are read here too; never a label, and never a test review.
        """
        found = [self._running(self.large_name, "train", self.large_rows[0])]
        if adapt:
            found.append(self._running(self.small_name, "train", self.small_rows[0]))
            if (rows := self._unsup_rows()) is not None:
                found.append(self._running(self.small_name, "unsup", rows))
        return found

    @cached_property
    def large_test(self) -> Examples:
        """The test split of the large corpus, for the final evaluation."""
        return self._examples(self.large_name, "test", self.test_rows(self.large_name))

    @cached_property
    def small_test(self) -> Examples:
        """The test split of the small corpus, for the final evaluation."""
        return self._examples(self.small_name, "test", self.test_rows(self.small_name))

    def test_rows(self, corpus: str) -> list[int]:
        """The rows of a test split: all of them, unless a part was asked for."""
        rows = list(range(len(self._tokens(corpus, "test"))))
        return self._share(rows, corpus, self.config.part, "test")

    def _unsup_rows(self) -> list[int] | None:
        if "unsup" not in self.small.splits:
            return None
        split = self._tokens(self.small_name, "unsup")
        assert (split.labels == UNLABELLED).all()
        return self._share(np.flatnonzero(~split.excluded).tolist(), self.small_name, self.config.part, "unsup")

    # ----------------------------------------------------------------------------------------------- tokens

    def _examples(self, corpus: str, split: str, rows: list[int]) -> Examples:
        longest = self.config.large_tokens if corpus == self.large_name else self.config.small_tokens
        tokens = self._tokens(corpus, split)
        return make_examples(self._ids(corpus, split), tokens.offsets, tokens.labels, rows, longest)

    def _running(self, corpus: str, split: str, rows: list[int]) -> tuple[np.ndarray, np.ndarray]:
        lengths = np.diff(self._tokens(corpus, split).offsets)
        chosen = np.zeros(len(lengths), dtype=bool)
        chosen[rows] = True
        ids = self._ids(corpus, split)[np.repeat(chosen, lengths)]
        return ids, np.concatenate([[0], np.cumsum(lengths[chosen])])

    def _ids(self, corpus: str, split: str) -> np.ndarray:
        if (corpus, split) not in self._encoded:
            self._encoded[corpus, split] = self._tokens(corpus, split).encode(self.vocabulary)
        return self._encoded[corpus, split]

    def _tokens(self, corpus: str, split: str) -> TokenizedSplit:
        key = (corpus, split)
        if key not in self._tokenized:
            started = time.perf_counter()

            def report(done: int, total: int) -> None:
                left = (time.perf_counter() - started) / done * (total - done)
                self.emit(
                    Progress(stage=f"tokenizing {split}", done=done, total=total, unit="texts", seconds_left=left)
                )

            _ = self.large if corpus == self.large_name else self.small  # imports it, with a notice, where needed
            self._tokenized[key] = tokenized(corpus, split, self.data_dir, report)
        return self._tokenized[key]
