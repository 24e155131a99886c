"""How a judge comes to see what a submission does: by asking an observer for an observation.

    observe("shape", 2, 7, 16)  →  what `shape(lab, 2, 7, 16)` of the exercise's `observe.py` returned, as plain data

`Direct` runs in this very process, without any wall: for a learner's own debugger, and for those who write checks.
The sandbox's observer is `grader.sandboxed.Sandboxed`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from grader.marks import State
from grader.sandbox import lab as submissions
from grader.sandbox import wire


class Unobserved(Exception):
    """An observation that did not come about, through the submission's own doing."""

    def __init__(self, verdict: State, message: str, trace: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.verdict = verdict
        self.message = message
        self.trace = tuple(trace)


class Observer(Protocol):
    """Whoever can be asked for observations of one submission."""

    def call(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """The observation `name` with these inputs.  Raises Unobserved."""


def raised(told: dict[str, Any]) -> Unobserved:
    """What a submission's own exception, as `lab.told` tells it, means for the check."""
    message, kind = str(told["message"]), str(told["type"])
    if told["missing"]:
        return Unobserved("failed", message)
    if kind == "NotImplementedError":
        return Unobserved("failed", f"Not written yet.  {message}".strip())
    return Unobserved("error", f"{kind}: {message}" if message else kind, told["trace"])


class Direct:
    """Observations made in this process.  The submission can do here whatever it likes."""

    def __init__(self, source: str, filename: str, observe: Path) -> None:
        self._filename = filename
        self._functions: dict[str, Any] = {}
        exec(compile(observe.read_text(encoding="utf-8"), str(observe), "exec"), self._functions)
        self._failure: Unobserved | None = None
        try:
            self._lab = submissions.load(source, filename)
        except Exception as error:
            self._failure = raised(submissions.told(error, filename))

    def call(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """As the sandbox does it: inputs and observation are copied through the wire's format."""
        if self._failure:
            raise self._failure
        try:
            found = self._functions[name](self._lab, *wire.decode(wire.encode(arguments)))
        except Exception as error:
            raise raised(submissions.told(error, self._filename)) from error
        return wire.decode(wire.encode(found))
