"""Measured figures, and the small language in which texts ask for them.

`lessons/results.json` holds groups of figures, each with the command, seeds, versions and date that it comes from.
A text never holds such a number itself; it says

    {{ imdb.scratch.test }}                                   .883
    {{ imdb.scratch.test | spread }}                          .883 (.880–.886)
    {{ imdb.full.test - imdb.scratch.test | points }}         1.2
    {{ "more" if imdb.full.test > imdb.scratch.test else "less" }}

Expressions are Python's, of figure names, numbers, texts, + - * /, comparisons, `and`, `or`, `not`, `abs()` and
`if … else`.
"""

import ast
import operator
import re
from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from tfl import formats
from tfl.course import Course
from tfl.errors import CourseError

FILE = "results.json"
PLACEHOLDER = re.compile(r"\{\{\s*(.+?)\s*\}\}")
MISSING = "(not measured)"  # what a reader sees; `problems` reports it

Kind = Literal["accuracy", "correlation", "loss", "seconds", "count", "number", "decimal", "share", "ratio", "text"]
Value = float | str


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Figure(_Kept):
    """One thing that was measured; over several seeds its mean, and the lowest and highest."""

    value: Value
    kind: Kind
    low: float | None = None
    high: float | None = None


class Group(_Kept):
    """Figures that come from one measurement."""

    command: str  # that makes them again
    date: str
    corpus: str = ""
    seeds: list[int] = []
    device: str = ""
    versions: dict[str, str] = {}
    notes: list[str] = []
    figures: dict[str, Figure]


class Results(_Kept):
    """All that was measured, by group."""

    groups: dict[str, Group] = {}

    def figure(self, name: str) -> Figure:
        """The figure called `group.name`; `.low` and `.high` behind a name are the ends of its spread.

        Raises LookupError.
        """
        group, _, own = name.partition(".")
        figures = self.groups[group].figures if group in self.groups else {}
        if own in figures:
            return figures[own]
        base, _, end = own.rpartition(".")
        if base in figures and end in ("low", "high"):
            figure = figures[base]
            found = getattr(figure, end)
            return Figure(value=figure.value if found is None else found, kind=figure.kind)
        raise LookupError(f"there is no figure called {name}")


def results(course: Course) -> Results:
    """What was measured for a course; nothing where it has no results.json.  Raises CourseError for a damaged one."""
    path = course.lessons / FILE
    if not path.exists():
        return Results()
    try:
        return Results.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise CourseError(f"{path} is damaged or cannot be read.", "Write it again with `make results`.") from error


# ------------------------------------------------------------------------------------------------------ expressions

BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
}


def evaluate(expression: str, known: Results) -> Any:
    """The value of an expression.  Raises LookupError for a figure that is missing, ValueError for anything else."""
    try:
        return _value(ast.parse(expression.strip(), mode="eval").body, known)
    except (SyntaxError, TypeError, ZeroDivisionError) as error:
        raise ValueError(f"“{expression}” cannot be computed: {error}") from error


def _value(node: ast.expr, known: Results) -> Any:
    def of(inner: ast.expr) -> Any:
        return _value(inner, known)

    match node:
        case ast.Constant(value=int() | float() | str() as value):
            return value
        case ast.Attribute():
            return known.figure(_dotted(node)).value
        case ast.BinOp(op=op) if type(op) in BINARY:
            return BINARY[type(op)](of(node.left), of(node.right))
        case ast.Compare(ops=[op], comparators=[right]) if type(op) in COMPARISONS:
            return COMPARISONS[type(op)](of(node.left), of(right))
        case ast.BoolOp(op=op):
            return (all if isinstance(op, ast.And) else any)(of(value) for value in node.values)
        case ast.UnaryOp(op=ast.USub()):
            return -of(node.operand)
        case ast.UnaryOp(op=ast.Not()):
            return not of(node.operand)
        case ast.IfExp():
            return of(node.body if of(node.test) else node.orelse)
        case ast.Call(func=ast.Name(id="abs"), args=[inner], keywords=[]):
            return abs(of(inner))
    raise ValueError(f"“{ast.unparse(node)}” is not part of the language of figures")


def _dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=inner, attr=name):
            return f"{_dotted(inner)}.{name}"
    raise ValueError(f"“{ast.unparse(node)}” is not the name of a figure")


# ---------------------------------------------------------------------------------------------------------- writing


def _fraction(value: float, digits: int = 3) -> str:
    """.883, −.012, 1.000."""
    written = f"{abs(value):.{digits}f}"
    written = written[1:] if written.startswith("0.") else written
    return f"−{written}" if value < 0 and float(written) else written


def _seconds(value: float) -> str:
    if value < 0.0095:
        return f"{1000 * value:.2g} ms"
    if value < 0.95:
        return f"{1000 * value:.0f} ms"
    return formats.duration(value) if not 10 <= value < 120 else f"{value:.0f} s"


def _share(value: float) -> str:
    return f"{100 * value:.0f} %" if value >= 0.095 or value == 0 else f"{100 * value:.2g} %"


FORMATS: dict[str, Callable[[float], str]] = {
    "accuracy": _fraction,
    "correlation": lambda value: _fraction(value, 2),
    "loss": lambda value: f"{value:.2f}".replace("-", "−"),
    "seconds": _seconds,
    "count": lambda value: f"{value:,.0f}".replace("-", "−"),
    "number": lambda value: f"{value:.3g}".replace("-", "−"),
    "decimal": lambda value: f"{value:.1f}".replace("-", "−"),
    "share": _share,
    "ratio": lambda value: f"{value:.1f} ×" if value < 19.95 else f"{value:,.0f} ×",
    "points": lambda value: f"{100 * value:.1f}".replace("-", "−"),  # a difference of accuracies
}


def write(request: str, known: Results) -> str:
    """What stands in a text for the inside of a placeholder: an expression, and perhaps | and a format.

    A single figure is written by its own kind.  Raises LookupError for a figure that is missing, ValueError for
    what cannot be computed or written.
    """
    expression, bar, form = request.rpartition(" | ")
    if not bar:
        expression, form = request, ""
    if form == "spread":
        return _spread(known.figure(expression.strip()))
    value = evaluate(expression, known)
    if isinstance(value, str):
        return value
    if not form and re.fullmatch(r"\w+(\.\w+)+", expression.strip()):
        form = known.figure(expression.strip()).kind
    if form not in FORMATS:
        raise ValueError(f"“{request}” does not say how to write the number: one of {', '.join(FORMATS)}")
    return FORMATS[form](value)


def _spread(figure: Figure) -> str:
    form = FORMATS[figure.kind]
    assert not isinstance(figure.value, str)
    if figure.low is None or figure.high is None or form(figure.low) == form(figure.high):
        return form(figure.value)
    return f"{form(figure.value)} ({form(figure.low)}–{form(figure.high)})"


def resolve(text: str, known: Results) -> str:
    """A text with its placeholders filled in; where a figure is missing it says so."""

    def filled(found: re.Match[str]) -> str:
        try:
            return write(found[1], known)
        except LookupError:
            return MISSING

    return PLACEHOLDER.sub(filled, text)
