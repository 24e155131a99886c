"""Submissions that look alike: fingerprints of their syntax, compared after what everybody has is set aside.

Each submission becomes the sequence of its syntax nodes; names that it gives itself, numbers, strings, annotations,
comments and docstrings do not count, so renaming and reformatting change nothing.  Of every run of `GRAM` nodes a
hash is taken, and of these the smallest in each window is kept (winnowing), so that a common passage of at least
`GRAM + WINDOW - 1` nodes is sure to be found.  Fingerprints of the stub are set aside, and those that many of the
class have: common idioms, and the one natural way to write a line.

Source: Schleimer, Wilkerson, Aiken, "Winnowing: Local Algorithms for Document Fingerprinting" (2003).
"""

import ast
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

GRAM = 14  # syntax nodes in a fingerprint: about two lines
WINDOW = 6
COMMON_SHARE, COMMON = 0.3, 40  # a fingerprint in more of the class than this share, or this number, tells nothing
ALWAYS = 3  # … but one that no more than so many have is never taken for common
LEAST = 6  # fingerprints that a pair must share at least: fewer are chance

Lines = tuple[int, int]  # first and last line of a passage
Prints = Mapping[int, Sequence[Lines]]  # fingerprint → where it stands


@dataclass(frozen=True)
class Pair:
    """Two submissions and what they share beyond the common."""

    one: int
    other: int
    share: float  # of the fingerprints of the one that has fewer
    shared: int
    of_one: Sequence[Lines]
    of_other: Sequence[Lines]


def prints(source: str) -> Prints:
    """The fingerprints of a Python source; none when it is no Python."""
    try:
        nodes = list(_nodes(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    grams = [
        (zlib.crc32("\0".join(name for name, _ in nodes[at : at + GRAM]).encode()), at)
        for at in range(len(nodes) - GRAM + 1)
    ]
    found: dict[int, list[Lines]] = defaultdict(list)
    last = -1
    for start in range(max(1, len(grams) - WINDOW + 1)):
        window = grams[start : start + WINDOW]
        if not window:
            break
        value, at = min(window, key=lambda gram: (gram[0], -gram[1]))  # of equal ones the rightmost
        if at != last:
            last = at
            lines = [line for _, line in nodes[at : at + GRAM] if line]
            found[value].append((min(lines, default=1), max(lines, default=1)))
    return found


def pairs(classes: Mapping[int, Prints], stub: Prints, least: float = 0.6) -> list[Pair]:
    """The pairs that share at least so much (0 … 1), the most alike first.

    classes: fingerprints by a number of the submission.
    """
    having: dict[int, list[int]] = defaultdict(list)
    for number, found in classes.items():
        for value in found:
            if value not in stub:
                having[value].append(number)
    limit = max(ALWAYS, min(COMMON, int(COMMON_SHARE * len(classes))))
    telling = {value: numbers for value, numbers in having.items() if len(numbers) <= limit}
    sizes = Counter(number for numbers in telling.values() for number in numbers)
    shared: dict[tuple[int, int], list[int]] = defaultdict(list)
    for value, numbers in telling.items():
        for pair in combinations(numbers, 2):
            shared[pair].append(value)
    alike = []
    for (one, other), values in shared.items():
        share = len(values) / min(sizes[one], sizes[other])
        if len(values) >= LEAST and share >= least:
            of = [[lines for value in values for lines in classes[number][value]] for number in (one, other)]
            alike.append(Pair(one, other, share, len(values), *of))
    return sorted(alike, key=lambda pair: (-pair.share, -pair.shared, pair.one, pair.other))


def covered(passages: Iterable[Lines]) -> set[int]:
    """The lines that passages lie on."""
    return {line for first, last in passages for line in range(first, last + 1)}


def _nodes(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The syntax in order: what each node is, and its line (0 where it has none)."""
    own = _given_names(tree)

    def walk(node: ast.AST, line: int) -> Iterator[tuple[str, int]]:
        line = getattr(node, "lineno", line)
        match node:
            case ast.Expr(value=ast.Constant(value=str())):  # a docstring
                return
            case ast.Import() | ast.ImportFrom() | ast.expr_context():
                return
            case ast.Name(id=name):
                yield ("its own" if name in own else name), line
                return
            case ast.Attribute(attr=name, value=value):
                yield ("its own" if name in own else f".{name}"), line
                yield from walk(value, line)
                return
            case ast.Constant(value=value):
                yield type(value).__name__, line
                return
            case ast.arg():
                yield "argument", line
                return
        yield type(node).__name__, line
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "type_comment", "type_params"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from walk(child, line)

    yield from walk(tree, 0)


def _given_names(tree: ast.Module) -> set[str]:
    """The names that a source gives itself: everything assigned, passed or defined."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.FunctionDef(name=name):
                found.add(name)
            case ast.ClassDef(name=name) | ast.Attribute(attr=name, ctx=ast.Store()):
                found.add(name)
    return found
