"""Reading AG News (Zhang, Zhao & LeCun 2015): CSV rows of class 1–4, title, description."""

from pathlib import Path

from tfl.corpora.records import Row
from tfl.corpora.table import Rejected, read_lines

NAME = "ag-news"
TITLE = "AG News"
CLASSES = ["World", "Sports", "Business", "Sci/Tech"]
ROWS = {"train": 120_000, "test": 7_600}  # of the published files
MD5 = {"train": "b1a00f826fdfbd249f79597b59e1dc12", "test": "d52ea96a97a2d943681189a97654912d"}
HEADER = ["class index", "title", "description"]  # the published files have none; some copies do


def fits(cells: list[str]) -> bool:
    """Whether a file whose first row is `cells` looks like AG News."""
    return len(cells) == 3 and (cells[0] in {"1", "2", "3", "4"} or _is_header(cells))


def read(path: Path) -> tuple[list[Row], list[Rejected]]:
    """The rows of one file in its order, text = "title description", and the lines it had to leave out."""
    rows, rejected = [], []
    for number, cells, fault in read_lines(path):
        if number == 1 and _is_header(cells):
            continue
        if fault or (fault := _fault(cells)):
            rejected.append(Rejected(path.name, f"line {number}", fault))
        else:
            rows.append(Row(_text(cells), label=int(cells[0]) - 1))
    return rows, rejected


def _is_header(cells: list[str]) -> bool:
    return [cell.strip().lower() for cell in cells] == HEADER


def _fault(cells: list[str]) -> str:
    if len(cells) != 3:
        return f"{len(cells)} columns instead of 3 (class, title, description)"
    if cells[0] not in {"1", "2", "3", "4"}:
        return f"class “{cells[0][:20]}” is not one of 1, 2, 3, 4"
    return "" if _text(cells) else "no text"


def _text(cells: list[str]) -> str:
    return " ".join(part for cell in cells[1:] if (part := cell.strip()))
