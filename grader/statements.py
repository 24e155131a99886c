"""The statements of a notebook, and which of them stand on which."""

import ast
import builtins
import difflib
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from grader.names import Bound, Used, bound, used


@dataclass(frozen=True)
class Statement:
    """One statement at the top level of a cell."""

    cell: int  # counted from 1, over cells of every kind
    code: str
    node: ast.stmt
    line: int  # where it begins in its cell
    star: bool = False  # from … import *

    @cached_property
    def bound(self) -> Bound:
        """What it binds and changes."""
        return bound(self.node)

    @cached_property
    def used(self) -> Used:
        """What it uses."""
        return used(self.node, self.code)


def split(cell: int, lines: list[bytes], node: ast.stmt) -> Iterator[Statement]:
    """A statement; an import of several things as one statement each."""
    if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
        code = f"try:\n    {ast.unparse(node)}\nexcept ImportError:\n    pass"
        yield Statement(cell, code, ast.Pass(), node.lineno, star=True)
    elif isinstance(node, ast.Import | ast.ImportFrom) and not _is_future(node):
        for alias in node.names:
            one = (
                ast.Import([alias])
                if isinstance(node, ast.Import)
                else ast.ImportFrom(node.module, [alias], node.level)
            )
            yield Statement(cell, ast.unparse(one), one, node.lineno)
    else:
        yield Statement(cell, _code(lines, node), node, _first_line(node))


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _first_line(node: ast.stmt) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])


def _code(lines: list[bytes], node: ast.stmt) -> str:
    """The very lines of a statement, its decorators included.  Columns count bytes of UTF-8."""
    own = lines[_first_line(node) - 1 : node.end_lineno]
    if not own[-1][node.end_col_offset :].lstrip().startswith(b"#"):  # else: a comment at its end
        own[-1] = own[-1][: node.end_col_offset]
    own[0] = own[0][node.col_offset :]  # after a semicolon
    return b"\n".join(own).decode()


def needed_for(statements: list[Statement], asks: Iterable[str]) -> list[Statement]:
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
        declared: dict[str, set[str]] = {}  # function → what it binds by `global` when it is called
        for at, statement in enumerate(statements):
            found = statement.bound
            declared |= {name: found.declares for name in found.defines if found.declares}
            called = (names for name, names in declared.items() if name in found.calls)
            for names, places in (
                (found.binds.union(*called), self.binding),
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
