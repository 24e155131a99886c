"""CSV files as rows with line numbers; a line that cannot be used is reported, never guessed at."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tfl.errors import CorpusError

START = 65536  # bytes that are enough to see what a file is


class Line(NamedTuple):
    """One row of a CSV file."""

    number: int  # of the line in the file that it starts on, from 1
    cells: list[str]
    fault: str  # why it is not valid CSV; "" when it is


class Rejected(NamedTuple):
    """Something in a file that could not become a row."""

    file: str
    where: str  # "line 17", or the name of a member of an archive
    reason: str


def read_lines(path: Path) -> Iterator[Line]:
    """The rows of a file, blank lines left out.  Raises CorpusError when the file is not UTF-8 text."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            more = reader.line_num - number  # a quote that is never closed takes the lines behind it with it
            rest = f"; {more:,} more lines were taken for part of it" if more > 0 else ""
            yield Line(number, [], f"not valid CSV: {error}{rest}")
            continue
        if cells:
            yield Line(number, cells, "")


def first_cells(path: Path) -> list[str]:
    """The cells of the first row, read from the start of the file; none when there is no row."""
    with path.open("rb") as file:
        start = _require_text(path, file.read(START)).decode("utf-8-sig", "replace")
    return next((cells for cells in csv.reader(io.StringIO(start, newline="")) if cells), [])


def _text(path: Path) -> str:
    data = _require_text(path, path.read_bytes())
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CorpusError(
            f"{path.name} is not in UTF-8 (line {line}).",
            f"Save it as UTF-8, for example: iconv -f latin1 -t utf-8 {path.name} > utf8.csv.",
        ) from error


def _require_text(path: Path, data: bytes) -> bytes:
    if b"\0" in data[:START]:
        raise CorpusError(
            f"{path.name} is not text in UTF-8.",
            "Give a CSV file saved as UTF-8, the aclImdb folder, or its archive.",
        )
    return data
