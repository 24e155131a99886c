"""A submission as a module, and what goes wrong while it runs, told in its own lines."""

import difflib
import linecache
import sys
import traceback
from types import FunctionType, ModuleType
from typing import Any

NAME = "submission"
TRACE_LINES = 12


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
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)  # for tracebacks
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
    lines = []
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == filename:
            lines.append(f"line {frame.lineno}, in {frame.name}: {(frame.line or '').strip()}")
    return {
        "type": type(error).__name__,
        "message": _message(error),
        "trace": lines[-TRACE_LINES:],
        "missing": type(error) is MissingName,
    }


def _message(error: BaseException) -> str:
    try:
        return str(error)[:2000]
    except Exception as second:  # a submission's own exception may fail while it is printed
        return f"(its message cannot be shown: {type(second).__name__})"
