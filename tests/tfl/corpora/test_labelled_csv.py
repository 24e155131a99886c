"""One's own labelled texts, in a file of rows."""

from pathlib import Path

import pytest

from tfl.corpora import labelled_csv
from tfl.corpora.records import Row
from tfl.errors import CorpusError


def read(folder: Path, train: str, test: str = "") -> tuple[list[str], dict[str, list[Row]]]:
    paths = {}
    for split, text in (("train", train), ("test", test)):
        if text:
            paths[split] = folder / f"{split}.csv"
            paths[split].write_text(text)
    classes, rows, rejected = labelled_csv.read(paths)
    assert rejected == []
    return classes, rows


BODY = "neg,It dragged.\npos,It flew.\nneg,It sank.\npos,It sang.\n"
ROWS = [Row("It dragged.", 0), Row("It flew.", 1), Row("It sank.", 0), Row("It sang.", 1)]


def test_a_label_and_a_text(tmp_path: Path) -> None:
    assert read(tmp_path, BODY) == (["neg", "pos"], {"train": ROWS})


@pytest.mark.parametrize("header", ["label,text\n", "mood,what they wrote\n"])
def test_a_header_is_seen_because_its_label_never_comes_again(tmp_path: Path, header: str) -> None:
    assert read(tmp_path, header + BODY) == (["neg", "pos"], {"train": ROWS})


def test_the_columns_may_stand_the_other_way_round(tmp_path: Path) -> None:
    swapped = "review,sentiment\nIt dragged.,neg\nIt flew.,pos\nIt sank.,neg\nIt sang.,pos\n"

    assert read(tmp_path, swapped) == (["neg", "pos"], {"train": ROWS})


@pytest.mark.parametrize(("bad", "good"), [("0", "1"), ("negative", "positive"), ("NEG", "POS")])
def test_other_names_for_sentiments_become_neg_and_pos(tmp_path: Path, bad: str, good: str) -> None:
    assert read(tmp_path, BODY.replace("neg", bad).replace("pos", good)) == (["neg", "pos"], {"train": ROWS})


def test_other_classes_keep_their_names_in_order_numbers_as_numbers(tmp_path: Path) -> None:
    assert read(tmp_path, "10,a\n9,b\n10,c\n9,d\n")[0] == ["9", "10"]
    assert read(tmp_path, "late,a\nearly,b\nlate,c\nearly,d\n")[0] == ["early", "late"]


def test_train_and_test_share_their_classes(tmp_path: Path) -> None:
    classes, rows = read(tmp_path, BODY, "label,text\npos,It soared.\npos,It rose.\n")

    assert classes == ["neg", "pos"]
    assert rows["test"] == [Row("It soared.", 1), Row("It rose.", 1)]


def test_rows_that_do_not_fit_are_rejected_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(BODY + "neg,one,too many\npos,\n")
    _, rows, rejected = labelled_csv.read({"train": path})

    assert rows["train"] == ROWS
    assert [(r.where, r.reason) for r in rejected] == [
        ("line 5", "3 columns instead of 2 (label, text)"),
        ("line 6", "no label or no text"),
    ]


def test_a_quote_that_is_never_closed_says_how_much_it_has_cost(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(BODY + 'neg,"never closed\npos,lost\nneg,lost too\n')
    _, rows, [rejected] = labelled_csv.read({"train": path})

    assert rows["train"] == ROWS
    assert rejected.where == "line 5"
    assert "2 more lines" in rejected.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("neg,a\nneg,b\nneg,c\n", "has 1 label[.]"),
        ("".join(f"{i},text {i}\n{i},other {i}\n" for i in range(51)), "51 different labels"),
        ("a,\nb,\n", r"no usable rows \(line 1: no label or no text\)"),
    ],
)
def test_what_is_not_a_handful_of_classes_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(CorpusError, match=reason):
        read(tmp_path, text)
