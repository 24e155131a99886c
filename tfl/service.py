"""A process that answers questions: heavy work that must keep up with somebody who types.

A job (`tfl.jobs`) does one thing and ends.  A service stays, and keeps what it has loaded: torch, a model, a
vocabulary.  It speaks the same language, one JSON object a line:

    question   {"ask": NAME, …}   NAME a key of the service's table of functions
    answer     the event Result, or Failed where the question could not be answered; then it waits for the next

It ends when its front end closes the pipe, or is gone.
"""

import importlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from tfl import events
from tfl.errors import EXIT_INTERRUPTED, ServiceError, TflError, UnknownName
from tfl.events import Failed, Result
from tfl.jobs import Channel, Request

Answer = Callable[[Request], dict[str, Any]]

LOG_CHARACTERS = 300  # of its last words, for a message


# --------------------------------------------------------------------------------------- the front end's side


class Service:
    """A service that has been started.  Ask from one or from several threads: questions wait for each other."""

    def __init__(self, table: str) -> None:
        """`table` names the functions, "module:NAME" → {question: "module:function"}.  Its process starts here."""
        self._turn = threading.Lock()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        threads = max(1, (os.cpu_count() or 1) - 1)  # the screen needs one too
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tfl.service", table],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
            env={**os.environ, "OMP_NUM_THREADS": str(threads)},
        )

    def ask(self, question: str, **details: Any) -> dict[str, Any]:
        """Wait for the answer.  Raises ServiceError where there is none, with the reason."""
        with self._turn:
            assert self._process.stdin and self._process.stdout
            try:
                self._process.stdin.write(json.dumps({"ask": question, **details}).encode() + b"\n")
                self._process.stdin.flush()
                line = self._process.stdout.readline()
            except (OSError, ValueError):  # a broken pipe, or one that `close` has closed meanwhile
                line = b""
        if not line:
            self._end()
            raise ServiceError(f"The process that computes this has ended.{self._last_words()}", "Try it once more.")
        answer = events.parse(line)
        if isinstance(answer, Failed):
            raise ServiceError(answer.message, answer.action)
        assert isinstance(answer, Result)
        return answer.value

    @property
    def alive(self) -> bool:
        """Whether its process is there."""
        return self._process.poll() is None

    def _end(self) -> None:
        """Let a process that will not answer again come to its end, and say its last words."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End its process, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            with suppress(OSError):  # a question that was never read
                pipe.close()
        self._log.close()

    def _last_words(self) -> str:
        if self._log.closed:
            return ""
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return f"  Its last words: {lines[-1][:LOG_CHARACTERS]}" if lines else ""


# ------------------------------------------------------------------------------------------- the service's side


def main(arguments: list[str]) -> int:
    """Answer questions until nobody asks any more; returns the exit status."""
    channel = Channel()
    try:
        functions: Mapping[str, str] = _named(arguments[0])
        for request in channel.requests():
            channel.emit(_answer(functions, request))
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    return 0


def _answer(functions: Mapping[str, str], request: Request) -> Result | Failed:
    question = request.pop("ask")
    try:
        if question not in functions:
            raise UnknownName("question", question, functions)
        answer: Answer = _named(functions[question])
        return Result(value=answer(request))
    except TflError as error:
        return Failed(message=error.message, action=error.action, exit_code=error.exit_code)
    except Exception as error:  # one question that goes wrong must not end the answers to the others
        return Failed(
            message=f"Something went wrong inside tfl: {type(error).__name__}: {error}.",
            action="Tell whoever looks after it.",
            trace=traceback.format_exc(),
        )


def _named(place: str) -> Any:
    """What "module:name" stands for."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
