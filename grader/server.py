"""The warm grader: torch loaded, checks collected, a guest ready.  `grader.client.Grader` starts and asks it.

    python -I -m grader.server [WALL …]       walls to leave out, for tests of what the others keep in
      ├─ forks the zygote (`grader.sandbox.zygote`) before it has read anything that submissions must not see
      └─ becomes pytest, whose test loop waits for submissions (`grader.serving`)

Standard input: a line of JSON that names the course, then one for each submission.  Standard output, one object a
line: {"ready": isolation}; for each submission {"verdict": …} for each check, unless only {"mark": …} is asked for, and
then that; or {"failed": …}.
When standard input closes, everything ends.
"""

import json
import os
import queue
import signal
import socket
import sys
import threading
import traceback
from typing import Any

from tfl.errors import TflError


def main() -> None:
    """Serve until standard input closes."""
    import torch

    torch.set_num_threads(1)  # a process that has run several must not be forked
    (torch.ones(2, 2) @ torch.ones(2, 2)).sum().item()  # the first product sets the kernels up: here, for all guests
    ours, theirs = socket.socketpair()
    if os.fork():
        theirs.close()
        _judge(ours)
    else:
        ours.close()
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        from grader.sandbox import zygote

        zygote.serve(theirs, without=sys.argv[1:])


def _judge(zygote: socket.socket) -> None:
    from grader.serving import serve

    line = Line()
    try:
        serve(zygote, line, json.loads(line.next()))
    except Exception as error:
        line.failed(error)


class Line:
    """The line to the client."""

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)  # what a library prints must not look like an answer
        self._lines: queue.Queue[str] = queue.Queue()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the client decides
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in sys.stdin:
            self._lines.put(line)
        os._exit(0)  # the client is gone; the zygote sees its socket close, and its guests end with it

    def next(self) -> str:
        """The next line of input."""
        return self._lines.get()

    def send(self, **message: Any) -> None:
        """One line of output."""
        self._out.write(json.dumps(message) + "\n")
        self._out.flush()

    def failed(self, error: Exception) -> None:
        """Say that the grader could not do what was asked."""
        trace = "".join(traceback.format_exception(error))
        if isinstance(error, TflError):
            told = {"message": error.message, "action": error.action, "trace": trace}
        else:
            what = f"The grader broke: {type(error).__name__}: {error}"
            told = {"message": what, "action": "Run it again with --debug to see where.", "trace": trace}
        self.send(failed=told)


if __name__ == "__main__":
    main()
