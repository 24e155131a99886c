"""Reading a CSV file of two columns, a label and a text, such as people have of their own.

Nothing in the file says which column is which, or whether the first row is a header; two rules decide:
- the label's column is the one with fewer different values;
- the first row is a header when its label never comes again.
"""

from pathlib import Path

from tfl.corpora.records import Row
from tfl.corpora.table import Rejected, read_lines
from tfl.errors import CorpusError

NEGATIVE = {"neg", "negative", "0"}
POSITIVE = {"pos", "positive", "1"}
MOST_CLASSES = 50


def read(paths: dict[str, Path]) -> tuple[list[str], dict[str, list[Row]], list[Rejected]]:
    """Classes, rows by split and rejected lines of one file a split, which must agree on their classes.

    Raises CorpusError when there is not a handful of classes.
    """
    pairs, rejected = {}, []
    for split, path in paths.items():
        pairs[split], faults = _pairs(path)
        rejected += faults
    if rejected and not any(pairs.values()):
        file, where, reason = rejected[0]
        raise CorpusError(f"{file} has no usable rows ({where}: {reason}).", "Each row is to be a label and a text.")
    names = sorted({label for found in pairs.values() for label, _ in found}, key=_natural)
    if not 2 <= len(names) <= MOST_CLASSES:
        count = "1 label" if len(names) == 1 else f"{len(names)} different labels"
        raise CorpusError(
            f"{', '.join(path.name for path in paths.values())} has {count}.",
            f"A corpus needs 2 to {MOST_CLASSES} classes; each row is a label and a text.",
        )
    rows = {split: [Row(text, names.index(label)) for label, text in found] for split, found in pairs.items()}
    sentiment = len(names) == 2 and names[0].lower() in NEGATIVE and names[1].lower() in POSITIVE
    return ["neg", "pos"] if sentiment else names, rows, rejected


def _pairs(path: Path) -> tuple[list[tuple[str, str]], list[Rejected]]:
    """Label and text of each usable row."""
    usable, rejected = [], []
    for number, cells, fault in read_lines(path):
        cells = [cell.strip() for cell in cells]
        if len(cells) != 2:
            fault = fault or f"{len(cells)} column{'s' * (len(cells) > 1)} instead of 2 (label, text)"
        elif not all(cells):
            fault = "no label or no text"
        if fault:
            rejected.append(Rejected(path.name, f"line {number}", fault))
        else:
            usable.append(cells)
    label, text = sorted((0, 1), key=lambda column: len({cells[column] for cells in usable}))
    if usable and usable[0][label] not in {cells[label] for cells in usable[1:]}:
        usable = usable[1:]  # a header
    return [(cells[label], cells[text]) for cells in usable], rejected


def _natural(label: str) -> tuple[bool, int, str]:
    """Numbers in their order, then words in theirs."""
    return (not label.isdecimal(), int(label) if label.isdecimal() else 0, label)
