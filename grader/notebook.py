"""A notebook as a submission: what the exercise asks for is taken out of its code cells, and nothing else.

    cells → Python (magics gone) → statements → those that are needed → one source

Needed are the definitions that the exercise asks for and, transitively, whatever they name: imports, helper functions,
classes, constants, and statements that change one of these (`table[:, 0] = …`, `PositionalEncoding.forward = …`).
Installs, downloads, plots and training are named by nothing and stay behind, and so do imports that nothing uses.
Everything is done on the syntax tree; nothing is executed.
"""

import ast
import builtins
import difflib
import json
import re
import warnings
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from grader.names import Bound, Used, bound, used
from tfl.course import Exercise
from tfl.errors import SubmissionError
from tfl.printable import printable

LARGEST = 32_000_000  # bytes of a notebook: pictures in its outputs may be large
MOST_CODE = 1_000_000  # characters in all its code cells
MOST_STATEMENTS = 20_000
MOST_REPAIRS = 100  # lines of one cell that are no Python
MOST_PARSED = 5_000_000  # characters, while one cell is being repaired

TIMED = re.compile(r"\s*%%(time|timeit|capture|prun|memit|mprun)\b")  # cell magics around ordinary Python
TIMED_LINE = re.compile(r"^(\s*)%(?:time|timeit|prun|memit)\s+(?!-)(.+)$")
MAGIC = re.compile(r"^\s*([%!?]|(pip|conda|ls|cd|pwd|cat|mkdir|rm|cp|mv)\b)|\?\s*$|^\s*[\w.,\s]+=\s*[%!]")


@dataclass(frozen=True)
class Statement:
    """One statement at the top level of a cell."""

    cell: int  # counted from 1, over cells of every kind
    code: str
    node: ast.stmt
    star: bool = False  # from … import *

    @cached_property
    def bound(self) -> Bound:
        """What it binds and changes."""
        return bound(self.node)

    @cached_property
    def used(self) -> Used:
        """What it uses."""
        return used(self.node, self.code)


def is_one(content: bytes, suffix: str) -> bool:
    """Whether a file is a notebook: by its name, or because it begins like one."""
    beginning = content[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if suffix.lower() == ".ipynb":
        return True
    return (
        beginning.startswith(b"{")
        and re.match(rb'\{\s*"(cells|metadata|nbformat|worksheets)"\s*:', beginning) is not None
    )


def extract(text: str, name: str, exercise: Exercise) -> tuple[str, list[str]]:
    """The source of what `exercise` asks for, and notes on the cells that it came from.

    Raises SubmissionError where the text is no notebook, or nothing that is asked for is in it.
    """
    cells = code_cells(text, name)
    found, broken = needed(cells, name, exercise)
    parts, last = [], 0
    for statement in found:
        if statement.cell != last:
            parts.append(f"# cell {statement.cell}")
            last = statement.cell
        parts.append(statement.code)
    used = sorted({statement.cell for statement in found})
    left = len(cells) - len(used)
    note = f"Used cell{'s' if len(used) > 1 else ''} {_listed(used)} of {name}, counted from the top"
    note += f"; {left} other code cell{' was' if left == 1 else 's were'} not needed." if left else "."
    return "\n\n".join(parts) + "\n", [note, *broken]


def needed(cells: list[tuple[int, str]], name: str, exercise: Exercise) -> tuple[list[Statement], list[str]]:
    """The statements that `exercise` needs, and notes on cells that are no Python.  Raises SubmissionError."""
    statements, broken = _statements(cells)
    if len(statements) > MOST_STATEMENTS:
        raise SubmissionError(f"{name} has more than 20,000 statements.", "Hand in the code alone, without data.")
    try:
        found = _needed(statements, exercise.asks)
    except RecursionError as error:
        raise SubmissionError(
            f"{name} is nested too deeply for Python to read.", "Write it in smaller steps."
        ) from error
    if not found:
        raise SubmissionError(
            " ".join([f"No cell of {name} defines {' or '.join(exercise.asks)}.", *broken[:1]]),
            f"{exercise.id} asks for it in a code cell.",
        )
    return found, broken


def code_cells(text: str, name: str) -> list[tuple[int, str]]:
    """The code cells of a notebook (nbformat 3 or 4) with their places.  Raises SubmissionError."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, json.JSONDecodeError) else "it is nested too deeply"
        raise SubmissionError(f"{name} is no notebook: {reason}.", "Save it again from Jupyter.") from error
    cells = found.get("cells") if isinstance(found, dict) else None
    if cells is None and isinstance(found, dict) and isinstance(found.get("worksheets"), list):  # nbformat 3
        sheets = [sheet.get("cells") for sheet in found["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    if not isinstance(cells, list):
        raise SubmissionError(f"{name} is no notebook: it has no cells.", "Save it again from Jupyter.")
    code = []
    for number, cell in enumerate(cells, 1):
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = cell.get("source", cell.get("input", ""))
            if isinstance(source, list):
                source = "".join(line for line in source if isinstance(line, str))
            if isinstance(source, str) and source.strip():
                code.append((number, source.replace("\r\n", "\n").encode(errors="replace").decode()))
    if not code:
        raise SubmissionError(f"{name} has no code cells.", "Write your answer into a code cell.")
    if sum(len(source) for _, source in code) > MOST_CODE:
        raise SubmissionError(f"{name} holds more than 1 MB of code.", "Hand in the code alone, without data.")
    return code


def python(source: str) -> str:
    """The Python of a cell: lines that IPython alone understands become `pass`; the other lines keep their places.

    Raises SyntaxError where the rest is no Python.
    """
    first, _, rest = source.partition("\n")
    if first.lstrip().startswith("%%"):
        if not TIMED.match(first):
            return ""
        source = f"pass\n{rest}"
    for _ in range(min(MOST_REPAIRS, 1 + MOST_PARSED // (len(source) + 1))):
        try:
            parse(source)
            return source
        except SyntaxError as error:
            lines = source.split("\n")
            at = (error.lineno or 0) - 1
            if not 0 <= at < len(lines) or not MAGIC.search(lines[at]):
                raise
            if timed := TIMED_LINE.match(lines[at]):
                lines[at] = timed[1] + timed[2]
            else:
                indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
                while lines[at].endswith("\\") and at + 1 < len(lines):  # a command over several lines
                    lines[at] = ""
                    at += 1
                lines[at] = f"{indent}pass"
            source = "\n".join(lines)
    raise SyntaxError("too many lines are no Python")


def parse(source: str) -> ast.Module:
    """The syntax tree of a cell, in which `await` may stand at the top level.  Raises SyntaxError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            tree = compile(source, "cell", "exec", flags, dont_inherit=True)
    except ValueError as error:
        raise SyntaxError(str(error)) from error
    except (MemoryError, RecursionError) as error:
        raise SyntaxError("it is nested too deeply") from error
    assert isinstance(tree, ast.Module)
    return tree


# ---------------------------------------------------------------------------------------------------- statements


def _statements(cells: Iterable[tuple[int, str]]) -> tuple[list[Statement], list[str]]:
    """Every statement in the order of the cells, and notes on cells that are no Python."""
    statements: list[Statement] = []
    broken = []
    for number, source in cells:
        try:
            source = python(source)
            lines = source.encode().split(b"\n")
            for node in parse(source).body:
                statements += _split(number, lines, node)
        except (SyntaxError, RecursionError) as error:
            reason = printable(error.msg if isinstance(error, SyntaxError) else "it is nested too deeply", 100)
            where = f" in its line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
            broken.append(f"Cell {number} is no valid Python and was left out: {reason}{where}.")
    return statements, broken


def _split(cell: int, lines: list[bytes], node: ast.stmt) -> Iterator[Statement]:
    """A statement; an import of several things as one statement each."""
    if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
        code = f"try:\n    {ast.unparse(node)}\nexcept ImportError:\n    pass"
        yield Statement(cell, code, ast.Pass(), star=True)
    elif isinstance(node, ast.Import | ast.ImportFrom) and not _is_future(node):
        for alias in node.names:
            one = (
                ast.Import([alias])
                if isinstance(node, ast.Import)
                else ast.ImportFrom(node.module, [alias], node.level)
            )
            yield Statement(cell, ast.unparse(one), one)
    else:
        yield Statement(cell, _code(lines, node), node)


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _code(lines: list[bytes], node: ast.stmt) -> str:
    """The very lines of a statement, its decorators included.  Columns count bytes of UTF-8."""
    start = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
    own = lines[start - 1 : node.end_lineno]
    if not own[-1][node.end_col_offset :].lstrip().startswith(b"#"):  # else: a comment at its end
        own[-1] = own[-1][: node.end_col_offset]
    own[0] = own[0][node.col_offset :]  # after a semicolon
    return b"\n".join(own).decode()


# ------------------------------------------------------------------------------------------------- what is needed


def _needed(statements: list[Statement], asks: Iterable[str]) -> list[Statement]:
    """The statements that the asked names stand on, in an order in which each finds what it uses."""
    graph = _Graph(statements)
    missing = [name for name in asks if not graph.last(name)]
    roots = {at for name in [*asks, *_near(graph, missing)] for at in graph.last(name)}
    closed = graph.closure(roots) if roots else set()
    if graph.is_unexplained(closed):
        closed |= {at for at, statement in enumerate(statements) if statement.star}
    return [statements[at] for at in graph.order(closed)]


def _near(graph: "_Graph", missing: Iterable[str]) -> Iterator[str]:
    """Names like those that are missing, so that the checks can say which were found instead."""
    plain = {name.replace("_", "").lower(): name for name in graph.definitions()}
    for name in missing:
        for near in difflib.get_close_matches(name.replace("_", "").lower(), plain, n=1, cutoff=0.6):
            yield plain[near]


class _Graph:
    """Which statement stands on which.  Statements are known by their places in the notebook."""

    def __init__(self, statements: list[Statement]) -> None:
        self.statements = statements
        self.binding: dict[str, list[int]] = {}  # name → the statements that bind it
        self.changing: dict[str, list[int]] = {}  # name → those that change what it stands for
        self.importing: dict[str, list[int]] = {}  # a.b → import a.b
        for at, statement in enumerate(statements):
            found = statement.bound
            for names, places in (
                (found.binds, self.binding),
                (found.changes, self.changing),
                (found.imports, self.importing),
            ):
                for name in names:
                    places.setdefault(name, []).append(at)

    def definitions(self) -> Iterator[str]:
        """The names that classes and functions have."""
        for statement in self.statements:
            yield from statement.bound.defines

    def last(self, name: str, before: int | None = None) -> set[int]:
        """What makes a name what it is in the end, or before a place: its last binding and the last change since.

        Where a name is bound only after the place, the cells were run in another order: its first binding.
        """
        places, changes = self.binding.get(name, []), self.changing.get(name, [])
        end = len(self.statements) if before is None else before
        bound = bisect_left(places, end)
        if not bound:
            return {place for place in places[:1] if place != before}
        changed = bisect_left(changes, end)
        found = {places[bound - 1]}
        # One change is enough: it uses the name itself, and so brings those before it.
        return found | {change for change in changes[changed - 1 : changed] if change > places[bound - 1]}

    def at_once(self, at: int) -> set[int]:
        """What must have run before a statement does."""
        return {place for name in self.statements[at].used.at_once for place in self.last(name, at)}

    def later(self, at: int) -> set[int]:
        """What must have run before that which a statement binds is used."""
        statement = self.statements[at]
        found = {place for name in statement.used.later for place in self.last(name)}
        return found | {place for name in statement.used.dotted for place in self.importing.get(name, [])}

    def closure(self, roots: set[int]) -> set[int]:
        """The roots and all that they stand on."""
        found, waiting = set(roots), list(roots)
        while waiting:
            at = waiting.pop()
            more = (self.at_once(at) | self.later(at)) - found
            found |= more
            waiting += more
        return found | {at for at, statement in enumerate(self.statements) if _is_future(statement.node)}

    def is_unexplained(self, closed: set[int]) -> bool:
        """Whether names are used that are neither bound nor built in: a star import may bring them."""
        used = {name for at in closed for name in self.statements[at].used.at_once | self.statements[at].used.later}
        return bool(used - self.binding.keys() - set(dir(builtins)) - {"__file__", "__name__"})

    def order(self, closed: set[int]) -> list[int]:
        """As the cells stand; but what a statement needs at once comes before it, with all that this one calls."""
        first = [at for at in closed if _is_future(self.statements[at].node)]
        first += [at for at in closed if self.statements[at].star]
        order, placed, called = list(first), set(first), set(first)
        tasks = [("place", at) for at in sorted(closed, reverse=True)]
        while tasks:
            task, at = tasks.pop()
            if task == "put":
                order.append(at)
            elif task == "place" and at not in placed:
                placed.add(at)
                tasks.append(("put", at))
                tasks += [("prepare", before) for before in sorted(self.at_once(at), reverse=True)]
            elif task == "prepare" and at not in called:
                called.add(at)
                tasks += [("prepare", after) for after in sorted(self.later(at), reverse=True)]
                tasks.append(("place", at))
        return order


def _listed(numbers: list[int]) -> str:
    return str(numbers[0]) if len(numbers) == 1 else f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
