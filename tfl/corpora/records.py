"""What a corpus is, as plain data: its rows, its splits, and what is known about them."""

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

UNLABELLED = -1

Notice = Callable[[str], None]  # one sentence for the user
Progress = Callable[[str, int, int, str], None]  # stage, done, total (0 = unknown), unit


class Row(NamedTuple):
    """One example as a reader finds it."""

    text: str
    label: int = UNLABELLED  # index into the corpus' classes
    film: str = ""  # IMDb id such as tt0064354; "" where unknown
    stars: int = 0  # 1 to 10; 0 where unknown


@dataclass(frozen=True)
class Split:
    """The examples of one split, one list a column, all of the same length.

    `excluded` marks a repeat of an earlier row of the split, or a text that also stands in test.
    Such a row is kept, and never trained or validated on.  In a test split nothing is excluded:
    published results count every row.
    """

    texts: list[str]
    labels: list[int]
    films: list[str]
    stars: list[int]
    excluded: list[bool]

    @classmethod
    def of(cls, rows: Iterable[Row], test_texts: Set[str] | None = None) -> "Split":
        """The split made of `rows`; for every split but test, `test_texts` must not be trained on."""
        rows = list(rows)
        seen: set[str] = set()
        excluded = []
        for row in rows:
            excluded.append(test_texts is not None and (row.text in seen or row.text in test_texts))
            seen.add(row.text)
        texts, labels, films, stars = map(list, zip(*rows, strict=True)) if rows else ([], [], [], [])
        return cls(texts, labels, films, stars, excluded)

    def __len__(self) -> int:
        return len(self.texts)


class SplitInfo(BaseModel):
    """What is known about one split without reading it."""

    model_config = ConfigDict(frozen=True)

    rows: int
    per_class: dict[str, int]  # empty for an unlabelled split
    duplicates: int  # rows whose text stands in an earlier row of the split
    also_in_test: int  # rows whose text stands in the test split too; 0 for test itself
    sha256: str  # of the split's canonical form
    file: str  # within the corpus' folder; "" for a corpus made in memory


class CorpusInfo(BaseModel):
    """What is known about a corpus without reading its rows."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: str  # as tables and plots show it
    classes: list[str]
    splits: dict[str, SplitInfo]
    synthetic: bool
    partial: str  # what is missing from the published corpus; "" when nothing is
    source: str  # the names of the files it was read from
    folder: Path = Field(default=Path(), exclude=True)


def make_splits(rows: dict[str, list[Row]]) -> dict[str, Split]:
    """Splits from rows; repeats and texts of the test split are marked in every other split."""
    test_texts = {row.text for row in rows.get("test", [])}
    return {name: Split.of(found, None if name == "test" else test_texts) for name, found in rows.items()}
