"""Reading what a learner hands in: a Python file or a notebook, never executed here.

What can be accepted is accepted, with a note: a byte-order mark, UTF-16, a declared encoding, `exercise1.py.txt`, a
notebook.  What cannot be read at all is a SubmissionError in one clear sentence.
"""

import ast
import codecs
import io
import re
import sys
import tokenize
import warnings
from dataclasses import dataclass
from pathlib import Path

from grader import notebook
from grader.marks import Verdict
from tfl.course import Exercise
from tfl.errors import SubmissionError
from tfl.printable import defused, printable

LARGEST = 1_000_000  # bytes of Python source
MARKS = (  # of longer ones first: UTF-32's begins like UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SIGNATURES = (  # how files begin that are often handed in by mistake
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x7fELF", "a program"),
    (b"{\\rtf", "a rich-text document"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
)
FOREIGN = (  # how lines begin that come from elsewhere, and are no Python
    ("<<<<<<<", "the mark of a merge conflict"),
    (">>>>>>>", "the mark of a merge conflict"),
    ("=======", "the mark of a merge conflict"),
    (">>> ", "copied from a console: leave the >>> out"),
    ("```", "a fence of Markdown"),
    ("type ", f"Python {sys.version_info.major}.{sys.version_info.minor} reads it"),
    ("%", "a line for IPython"),
    ("!", "a line for IPython"),
)
LINE = re.compile(r"line (\d+)(?=,)")  # as a trace begins
LONGEST_LINE = 100  # characters of a faulty line that are shown


@dataclass(frozen=True)
class Submission:
    """One submission, ready for the checks."""

    file: str  # the name that messages and tracebacks show
    source: str  # valid Python
    notes: tuple[str, ...] = ()  # what the learner should know of how it was read
    places: tuple[str, ...] = ()  # of a notebook: where each line of the source stands in it

    def placed(self, verdict: Verdict) -> Verdict:
        """A verdict of this submission; its trace names the places that its author knows: cell and line."""
        if not self.places or not verdict.trace:
            return verdict
        return verdict.model_copy(update={"trace": tuple(map(self._placed, verdict.trace))})

    def _placed(self, told: str) -> str:
        found = LINE.match(told)
        at = int(found[1]) if found and len(found[1]) < 7 else 0
        return self.places[at - 1] + told[len(found[0]) :] if found and 0 < at <= len(self.places) else told


def read(path: Path, exercise: Exercise) -> Submission:
    """The submission in a file: `.py`, `.ipynb`, or anything else that holds Python, written out of a notebook too.

    Raises SubmissionError: missing, a folder, empty, too large, no text, no valid Python.
    """
    name = printable(path.name)
    content = _bytes(path, name)
    notes: list[str] = []
    places: list[str] = []
    if notebook.is_one(content, path.suffix):
        if path.suffix.lower() != ".ipynb":
            notes.append(f"{name} holds a notebook; it was read as one.")
        source, more, places = notebook.extract(_text(content, name), name, exercise)
        notes += more
    else:
        source = _text(content, name)
        if path.suffix.lower() != ".py":
            notes.append(f"{name} was read as Python although its name does not end in .py.")
        if notebook.is_script(source):
            source, more = notebook.extract_script(source, name, exercise)
            notes += more
    if not source.strip():
        raise SubmissionError(f"{name} is empty.", "Fill in the stub and save it.")
    if len(source.encode()) > LARGEST:
        raise SubmissionError(f"{name} holds more than 1 MB of Python.", "Hand in the code alone, without data.")
    check_syntax(source, name)
    return Submission(name, source, tuple(notes), tuple(places))


def read_text(path: Path) -> str:
    """The text of a file, however it is encoded, with \\n at the ends of its lines.  Raises SubmissionError."""
    name = printable(path.name)
    return _text(_bytes(path, name), name)


def check_syntax(source: str, name: str) -> None:
    """Raises SubmissionError, with the line and a caret, where the source is no valid Python.  Nothing is executed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes and the like: Python accepts them
            ast.parse(source, name)
            compile(source, name, "exec", dont_inherit=True)  # finds what is wrong beyond the grammar: a stray return
    except SyntaxError as error:
        raise SubmissionError(f"{name}{_where(error)}: {_reason(error, source)}.", _excerpt(error, source)) from error
    except ValueError as error:
        raise SubmissionError(f"{name} is no Python text: {error}.", "Save it as plain text in UTF-8.") from error
    except (MemoryError, RecursionError) as error:
        raise SubmissionError(
            f"{name} is nested too deeply for Python to read.", "Write it in smaller steps."
        ) from error


def _bytes(path: Path, name: str) -> bytes:
    limit = notebook.LARGEST if path.suffix.lower() == ".ipynb" else LARGEST
    try:
        if path.is_dir():
            raise SubmissionError(f"{name} is a folder.", "Name the file in it.")
        if path.exists() and not path.is_file():
            raise SubmissionError(f"{name} is no ordinary file.", "Name a .py file or a notebook.")
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except FileNotFoundError as error:
        raise SubmissionError(f"{printable(str(path))} does not exist.", "Look at its name and folder.") from error
    except OSError as error:
        raise SubmissionError(f"{name} cannot be read: {error.strerror}.", "Look at its permissions.") from error
    if len(content) > limit:
        raise SubmissionError(
            f"{name} is larger than {limit // 1_000_000} MB.",
            "Clear the notebook's outputs." if path.suffix.lower() == ".ipynb" else "Hand in the code alone.",
        )
    if not content.strip():
        raise SubmissionError(f"{name} is empty.", "Fill in the stub and save it.")
    for beginning, kind in SIGNATURES:
        if content.lstrip()[:16].lower().startswith(beginning.lower()):
            raise SubmissionError(f"{name} is {kind}, no Python.", "Hand in the .py file or the notebook itself.")
    return content


def _text(content: bytes, name: str) -> str:
    """The text of a file, with \\n at the ends of its lines."""
    try:
        encoding = _encoding(content)
        if b"\0" in content and not encoding.startswith(("utf-16", "utf-32")):
            raise SubmissionError(f"{name} is no text: it holds null bytes.", "Save it as plain text in UTF-8.")
        text = content.decode(encoding)
        text.encode()  # half of a surrogate pair, as unicode_escape can make, is no text
    except UnicodeDecodeError as error:
        line, byte = content.count(b"\n", 0, error.start) + 1, content[error.start]
        raise SubmissionError(
            f"{name} is not written in {error.encoding.upper()}: line {line} has the byte 0x{byte:02x}.",
            "Save it as UTF-8, or declare its encoding in the first line.",
        ) from error
    except (SyntaxError, LookupError, UnicodeError) as error:
        raise SubmissionError(f"{name} cannot be read: {error}.", "Save it as UTF-8.") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _encoding(content: bytes) -> str:
    """By the byte-order mark, or as declared in one of the first two lines (PEP 263), or UTF-8."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return encoding
    try:
        return tokenize.detect_encoding(io.BytesIO(content).readline)[0]
    except SyntaxError as error:
        if "unknown encoding" in str(error):
            raise
        return "utf-8"  # it fails when it is decoded, with the place


def _where(error: SyntaxError) -> str:
    return f", line {error.lineno}" if error.lineno else ""


def _reason(error: SyntaxError, source: str) -> str:
    reason = printable(error.msg, 200).rstrip(".?")
    line = source.split("\n")[(error.lineno or 1) - 1 :][:1]
    for beginning, kind in FOREIGN:
        if line and line[0].lstrip().startswith(beginning):
            return f"{reason} ({kind})"
    if isinstance(error, TabError):
        return f"{reason} (use four spaces everywhere)"
    return reason


def _excerpt(error: SyntaxError, source: str) -> str:
    """The faulty line with a caret below it."""
    lines = source.split("\n")
    if not error.lineno or error.lineno > len(lines):
        return "Mend it and check again."
    line, column = lines[error.lineno - 1], max((error.offset or 1) - 1, 0)
    before = defused(line[:column])
    start = max(0, len(before) - LONGEST_LINE // 2) if len(defused(line)) > LONGEST_LINE else 0
    shown = defused(line)[start : start + LONGEST_LINE]
    number = str(error.lineno)
    return f"Mend it:\n  {number} │ {shown}\n  {' ' * len(number)} │ {' ' * (len(before) - start)}^"
