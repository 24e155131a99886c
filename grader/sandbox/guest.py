"""One submission's process: it locks itself in, loads the submission, and answers requests for observations.

    request   length (4 bytes), ticket (16 bytes), wire message: {"do": "load" | "observe", …}
    answer    length, the same ticket, wire message: {"found": …} or {"told": what was raised}

The ticket is fresh for each request: whatever else arrives on the channel was not written here.
"""

import io
import itertools
import os
import resource
import struct
import sys
from contextlib import suppress
from typing import Any, NoReturn

from grader.sandbox import lab, namespaces, wire
from grader.sandbox.freshness import reset
from grader.sandbox.lock import Limits, Walls
from grader.sandbox.watch import Watch

HEAD = struct.Struct("!I16s")
TICKET = bytes(16)  # of the first message, sent before the submission runs: which walls stand

# Taken before any submission can replace them.
_write, _read, _exit = os.write, os.read, os._exit
_encode, _decode, _told = wire.encode, wire.decode, lab.told


def live(descriptors: list[int], walls: Walls, limits: Limits, watch: Watch, in_room: bool) -> NoReturn:
    """Be a guest until the channel closes or someone ends this process.

    Its descriptors: the channel; a pipe for what it prints; a pipe for what is noticed of it.
    """
    channel, output, notices = descriptors
    with suppress(PermissionError):  # the first process of its namespace leads a group already
        os.setsid()  # a signal to its group is a signal to itself
    os.dup2(output, 1)
    os.dup2(output, 2)
    for gap in itertools.pairwise(sorted([2, channel, notices, resource.getrlimit(resource.RLIMIT_NOFILE)[0]])):
        os.closerange(gap[0] + 1, gap[1])  # what the warm process has open
    sys.stdout = io.TextIOWrapper(open(1, "wb", 0, closefd=False), encoding="utf-8", write_through=True)  # noqa: SIM115
    sys.stderr = sys.stdout
    standing = []
    if in_room:
        namespaces.private_view()
        standing.append("namespaces")
    namespaces.drop_capabilities()
    standing += walls.put_up(limits)
    _send(channel, TICKET, _encode({"found": standing}))
    guest = _Guest(watch, notices)
    while True:
        ticket, request = _receive(channel)
        _send(channel, ticket, _answer(guest, request))


def _answer(guest: "_Guest", request: dict[str, Any]) -> bytes:
    """The message that answers a request."""
    try:
        answer = {"found": guest.do(request)}
    except BaseException as error:  # SystemExit and KeyboardInterrupt are the submission's too
        answer = {"told": _told(error, guest.filename)}
    with suppress(Exception):
        sys.stdout.flush()
    if request["do"] != "observe":  # when it is loaded, and in the end: after each answer it would cost a tenth of all
        guest.watch.compare()
    try:
        return _encode(answer)
    except Exception as error:  # too large, or an object that fails when it is looked at
        return _encode({"told": _told(error, guest.filename)})


class _Guest:
    """What a guest keeps between requests."""

    lab: lab.Lab
    functions: dict[str, Any]

    def __init__(self, watch: Watch, notices: int) -> None:
        self.filename = ""
        self.watch, self._notices = watch, notices

    def do(self, request: dict[str, Any]) -> Any:
        """Load the submission, make an observation, or nothing: to be looked at a last time (`_answer`)."""
        if request["do"] == "load":
            self.filename = request["filename"]
            self.functions = {}
            exec(compile(request["observe"], "<observe>", "exec"), self.functions)
            reset()
            self.watch.begin(self.filename, self._notices)
            self.lab = lab.load(request["source"], self.filename)
            return None
        if request["do"] == "settle":
            return None
        reset()
        return self.functions[request["name"]](self.lab, *request["arguments"])


def _send(channel: int, ticket: bytes, message: bytes) -> None:
    view = memoryview(HEAD.pack(len(message), ticket) + message)
    while view:
        view = view[_write(channel, view) :]


def _receive(channel: int) -> tuple[bytes, Any]:
    length, ticket = HEAD.unpack(_exactly(channel, HEAD.size))
    return ticket, _decode(_exactly(channel, length), inward=True)


def _exactly(channel: int, count: int) -> bytes:
    pieces = []
    while count:
        piece = _read(channel, count)
        if not piece:
            _exit(0)  # whoever asks is gone
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)
