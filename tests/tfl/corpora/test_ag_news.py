"""AG News as published: rows, classes, what does not fit."""

import csv
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfl.corpora import ag_news
from tfl.corpora.records import Row
from tfl.corpora.table import Rejected
from tfl.errors import CorpusError

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def read(text: str | bytes) -> tuple[list[Row], list[Rejected]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return ag_news.read(path)


@given(st.lists(st.tuples(st.integers(1, 4), TEXT, TEXT.filter(str.strip))))
def test_any_written_row_is_read_back(items: list[tuple[int, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows(items)
        rows, rejected = ag_news.read(path)

    assert rejected == []
    assert [row.label for row in rows] == [label - 1 for label, _, _ in items]
    assert [row.text for row in rows] == [f"{title.strip()} {said.strip()}".strip() for _, title, said in items]


def test_a_text_is_the_title_and_the_description() -> None:
    assert read('"3","Oil rises"," LONDON - Oil ""rose""."\n')[0] == [Row('Oil rises LONDON - Oil "rose".', 2)]


def test_a_title_may_be_empty() -> None:
    assert read('"1","","All is said here."\n')[0] == [Row("All is said here.", 0)]


def test_a_header_is_not_a_row() -> None:
    rows, rejected = read("Class Index,Title,Description\n2,They won,Again\n")

    assert rows == [Row("They won Again", 1)]
    assert rejected == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("5,a,b", "class “5” is not one of 1, 2, 3, 4"),
        ("1,a", "2 columns instead of 3 (class, title, description)"),
        ('1,"",""', "no text"),
        ('1,"a"b,c', "not valid CSV"),
    ],
)
def test_a_line_that_does_not_fit_is_rejected_with_its_number_and_the_others_are_kept(line: str, reason: str) -> None:
    rows, [rejected] = read(f'1,first,"of two\nlines"\n{line}\n2,last,one\n')

    assert [row.label for row in rows] == [0, 1]
    assert rejected[:2] == ("train.csv", "line 3")
    assert reason in rejected.reason


def test_a_file_cut_short_within_a_row_loses_that_row_only() -> None:
    rows, [rejected] = read('1,first,one\n2,"cut sho')

    assert rows == [Row("first one", 0)]
    assert rejected.where == "line 2"


def test_another_encoding_is_refused_with_the_line() -> None:
    with pytest.raises(CorpusError, match=r"not in UTF-8 \(line 2\).*iconv"):
        read("1,a,b\n1,café,b\n".encode("latin1"))


def test_a_byte_order_mark_is_no_part_of_the_first_row() -> None:
    assert read("1,a,b\n".encode("utf-8-sig"))[0] == [Row("a b", 0)]


def test_a_file_that_is_not_text_is_refused() -> None:
    with pytest.raises(CorpusError, match="not text"):
        read(b"\x7fELF\0\0\0")
