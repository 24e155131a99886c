"""A submission as a module, and what goes wrong while it runs, told in its own lines."""

import difflib
import linecache
import sys
import traceback
from collections.abc import Callable
from types import FunctionType, ModuleType, TracebackType
from typing import Any

NAME = "submission"
TRACE_LINES = 12
LINE_LENGTH, MESSAGE_LENGTH, NAME_LENGTH = 300, 2000, 80  # characters that are told of an exception

# As Python keeps them; a class may say something else of itself.
_name: Callable[[type], str] = type.__dict__["__name__"].__get__
_traceback: Callable[[BaseException], TracebackType | None] = BaseException.__dict__["__traceback__"].__get__


class MissingName(Exception):
    """A submission does not define what the exercise asks for."""


class Lab:
    """The names that a submission defines: `lab.PositionalEncoding`."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        try:
            return self._module.__dict__[name]
        except KeyError:
            raise MissingName(missing(name, self._module)) from None


def load(source: str, filename: str) -> Lab:
    """Run a submission's source, already known to be valid Python, as a module of its own."""
    module = ModuleType(NAME)
    module.__file__ = filename
    sys.modules[NAME] = module
    lines = [line + "\n" for line in source.split("\n")]  # as Python counts them: a form feed ends no line
    linecache.cache[filename] = (len(source), None, lines, filename)  # for tracebacks
    exec(compile(source, filename, "exec", dont_inherit=True), module.__dict__)
    return Lab(module)


def missing(name: str, module: ModuleType) -> str:
    """What to say of a name that is asked for and not there: the nearest one that is."""
    own = [
        found
        for found, thing in module.__dict__.items()
        if not found.startswith("_")
        and (isinstance(thing, type | FunctionType))
        and getattr(thing, "__module__", None) == NAME
    ]
    plain = {found.replace("_", "").lower(): found for found in own}
    near = difflib.get_close_matches(name.replace("_", "").lower(), plain, n=1, cutoff=0.6)
    if near:
        return f"Found `{plain[near[0]]}`; the exercise asks for `{name}`."
    return f"`{name}` is not defined; the exercise asks for it."


def told(error: BaseException, filename: str) -> dict[str, Any]:
    """An exception as plain data: its type, its message, and the lines of the submission that it went through."""
    try:
        return {
            "type": _exactly(_name(type(error)))[:NAME_LENGTH],
            "message": _message(error),
            "trace": _trace(error, filename),
            "missing": type(error) is MissingName,
        }
    except BaseException:  # a submission's own exception may fail, or exit, while it is looked at
        return {"type": "Exception", "message": "(it cannot be shown)", "trace": [], "missing": False}


def _message(error: BaseException) -> str:
    try:
        return _exactly(str(error))[:MESSAGE_LENGTH]
    except Exception as second:
        return f"(its message cannot be shown: {_name(type(second))[:NAME_LENGTH]})"


def _trace(error: BaseException, filename: str) -> list[str]:
    lines: list[str] = []
    for frame in traceback.extract_tb(_traceback(error)):
        if frame.filename == filename:
            line = f"line {frame.lineno}, in {frame.name}: {(frame.line or '').strip()}"[:LINE_LENGTH]
            if lines[-1:] != [line]:  # a call of itself is told once
                lines.append(line)
    return lines[-TRACE_LINES:]


def _exactly(text: str) -> str:
    """The text as a plain str; what `str(…)` returns may be of a class derived from it."""
    return "".join(str.__iter__(text)) if type(text) is not str else text
