"""The warm process: it has torch loaded and one thread, and forks a guest for each submission.

It was forked from the grader before that had seen a solution, a check or an input, so there is nothing in its memory
to find.  It speaks with the keeper over a socket that keeps messages apart:

    "spawn" and two file descriptors (the guest's channel, its output)   →   the guest's number, and a pidfd
    "end <number>"                                                       →   how it ended: its wait status
"""

import os
import signal
import socket
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import NoReturn

from grader.sandbox import guest, namespaces
from grader.sandbox import observing as _for_observations  # noqa: F401 - loaded while its file can still be read
from grader.sandbox.lock import Limits, Walls


def serve(keeper: socket.socket) -> None:
    """Fork guests until the keeper is gone.  Ends the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the keeper decides
    os.setsid()  # a signal to a guest's own group must not reach the grader
    everywhere = namespaces.readable()
    ours = namespaces.hidden()
    walls = Walls([Path("/")], [Path(namespaces.SCRATCH), Path("/dev/null")], pid=1)  # for the room
    in_room = namespaces.enter()
    scratch: dict[int, str] = {}
    try:
        while request := _request(keeper):
            message, descriptors = request
            if message == b"spawn":
                if in_room:
                    namespaces.new_process_namespace()
                else:
                    folder = mkdtemp(prefix="tfl-guest-")
                    allowed = [*namespaces.without(everywhere, ours), Path("/dev")]
                    walls = Walls(allowed, [Path(folder), Path("/dev/null")])
                pid = os.fork()
                if not pid:
                    keeper.close()
                    if not in_room:
                        os.chdir(folder)
                    _become_guest(descriptors, walls, in_room)
                for descriptor in descriptors:
                    os.close(descriptor)
                if not in_room:
                    scratch[pid] = folder
                _announce(keeper, pid)
            else:
                pid = int(message.split()[1])
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)  # one that has ended by itself stays as it was
                _, status = os.waitpid(pid, 0)
                if folder := scratch.pop(pid, ""):
                    rmtree(folder, ignore_errors=True)
                keeper.send(str(status).encode())
    finally:
        for pid, folder in scratch.items():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            rmtree(folder, ignore_errors=True)
        os._exit(0)


def _request(keeper: socket.socket) -> tuple[bytes, list[int]] | None:
    message, descriptors, _, _ = socket.recv_fds(keeper, 64, 2)
    return (message, descriptors) if message else None


def _become_guest(descriptors: list[int], walls: Walls, in_room: bool) -> NoReturn:
    try:
        channel, output = descriptors
        guest.live(channel, output, walls, Limits(), in_room)
    except BaseException as error:  # told to the keeper over what is the guest's standard error by now
        os.write(2, f"The guest could not begin: {error!r}".encode())
    finally:
        os._exit(70)


def _announce(keeper: socket.socket, pid: int) -> None:
    number = str(pid).encode()
    if not hasattr(os, "pidfd_open"):
        keeper.send(number)
        return
    descriptor = os.pidfd_open(pid)
    socket.send_fds(keeper, [number], [descriptor])
    os.close(descriptor)
