"""How a judge comes to see what a submission does: by asking an observer for an observation.

    observe("shape", 2, 7, 16)  →  what `shape(lab, 2, 7, 16)` of the exercise's `observe.py` returned, as plain data

`Direct` runs in this very process, without any wall: for a learner's own debugger, and for those who write checks.
The sandbox's observer is `grader.sandboxed.Sandboxed`.
"""

import bdb
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from grader.marks import State
from grader.sandbox import lab as submissions
from grader.sandbox import wire
from grader.sandbox.freshness import reset


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
    words = f"{kind}: {message}" if message else kind
    if kind == "TypeError" and "argument" in message and not told["trace"]:  # the call itself went wrong
        words += ".  Checks call by position: compare your parameters with the stub's."
    elif kind in _ADVICE:
        words += f".  {_ADVICE[kind]}"
    return Unobserved("error", words, told["trace"])


_ADVICE = {
    "BdbQuit": "A debugger needs your terminal: tfl check --in-process.",
    "EOFError": 'Nobody answers input() here: leave it out, or ask under `if __name__ == "__main__":`.',
    "ModuleNotFoundError": "Only what tfl itself needs is installed here: leave the import out if nothing asked for "
    'rests on it, or put it under `if __name__ == "__main__":`.',
    "SystemExit": "It ended the program: leave exit(), quit() and sys.exit() out.",
}


class Direct:
    """Observations made in this process.  The submission can do here whatever it likes."""

    def __init__(self, source: str, filename: str, observe: Path) -> None:
        self._filename = filename
        self._functions: dict[str, Any] = {}
        exec(compile(observe.read_text(encoding="utf-8"), str(observe), "exec"), self._functions)
        self._failure: Unobserved | None = None
        reset()
        try:
            self._lab = submissions.load(source, filename)
        except bdb.BdbQuit:
            raise KeyboardInterrupt from None
        except (Exception, SystemExit) as error:
            self._failure = raised(submissions.told(error, filename))
        finally:
            reset()  # the judges are in this process too

    def call(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """As the sandbox does it: inputs and observation are copied through the wire's format."""
        if self._failure:
            raise self._failure
        reset()
        try:
            found = self._functions[name](self._lab, *wire.decode(wire.encode(arguments)))
        except bdb.BdbQuit:
            raise KeyboardInterrupt from None  # who leaves the debugger wants no further check
        except (Exception, SystemExit) as error:
            raise raised(submissions.told(error, self._filename)) from error
        finally:
            reset()
        return wire.decode(wire.encode(found))
