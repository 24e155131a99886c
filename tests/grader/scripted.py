"""A warm process whose guests follow scripts."""

import os
import signal
import socket
import threading
from collections.abc import Callable
from typing import Any

from grader.patience import Patience
from grader.sandbox import wire
from grader.sandbox.guest import HEAD, TICKET

PATIENCE = Patience(  # a scripted guest is a thread of the test's own process, which may have grown large
    load=0.5, observation=0.5, whole=5.0, memory=1 << 50
)
Script = Callable[["Line"], None]


class Line:
    """The guest's side of the channel, and its two pipes."""

    def __init__(self, channel: socket.socket, output: int, notices: int) -> None:
        self.channel, self.output, self.notices = channel, output, notices

    def asked(self) -> tuple[bytes, Any]:
        """The next request: its ticket and what it asks."""
        length, ticket = HEAD.unpack(self.exactly(HEAD.size))
        return ticket, wire.decode(self.exactly(length), inward=True)

    def exactly(self, count: int) -> bytes:
        """So many bytes.  Raises EOFError."""
        found = b""
        while len(found) < count:
            piece = self.channel.recv(count - len(found))
            if not piece:
                raise EOFError
            found += piece
        return found

    def answer(self, ticket: bytes, value: Any) -> None:
        """An answer in the right form."""
        self.raw(ticket, wire.encode(value))

    def raw(self, ticket: bytes, message: bytes) -> None:
        """Anything, behind a right head."""
        self.channel.sendall(HEAD.pack(len(message), ticket) + message)


class FakeZygote(threading.Thread):
    """Takes the place of the warm process; its guests are threads that follow a script each."""

    def __init__(self, *scripts: Script, status: int = signal.SIGKILL) -> None:
        super().__init__(daemon=True)
        self.keeper, self._mine = socket.socketpair()
        self._scripts, self._status = list(scripts), status

    def run(self) -> None:
        while True:
            message, descriptors, _, _ = socket.recv_fds(self._mine, 64, 3)
            if message == b"spawn":
                channel, output, notices = descriptors
                line = Line(socket.socket(fileno=channel), output, notices)
                threading.Thread(target=self._live, args=(line, self._scripts.pop(0)), daemon=True).start()
                self._mine.send(b"%d " % os.getpid())
            elif message:
                self._mine.send(b"%d" % self._status)
            else:
                self._mine.close()
                return

    def _live(self, line: Line, script: Script) -> None:
        try:
            line.answer(TICKET, {"found": ["scripted"]})
            script(line)
        except (EOFError, OSError):
            pass  # the keeper has ended this guest
        finally:
            line.channel.close()
            os.close(line.output)
            os.close(line.notices)
