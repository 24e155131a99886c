"""The warm process: it has torch loaded and one thread, and forks a guest for each submission.

It was forked from the grader before that had seen a solution, a check or an input, so there is nothing in its memory
to find.  It speaks with the keeper over a socket, one short message each way in turn:

    "spawn" and the guest's descriptors (`guest.live`)   →   the guest's number and folder, and a pidfd
    "end <number>"                                       →   how it ended: its wait status
"""

import ctypes
import gc
import os
import signal
import socket
import sys
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import NoReturn

import psutil

from grader.sandbox import guest, namespaces
from grader.sandbox import observing as _for_observations  # noqa: F401 - loaded while its file can still be read
from grader.sandbox.lock import Limits, Walls
from grader.sandbox.watch import Watch

_CHILD_SUBREAPER = 36


def serve(keeper: socket.socket, without: Collection[str] = ()) -> None:
    """Fork guests until the keeper is gone.  Ends the process.

    `without` names walls that are left out, for tests of what the others keep in.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the keeper decides
    os.setsid()  # a signal to a guest's own group must not reach the grader
    house = _house(without)
    gc.collect()
    gc.freeze()  # a collection in a guest would write to every object that it looks at, and so copy its page
    try:
        while request := _request(keeper):
            message, descriptors = request
            if message == b"spawn":
                pid = house.fork(keeper, descriptors)
                for descriptor in descriptors:
                    os.close(descriptor)
                _announce(keeper, pid, house.folder(pid))
            else:
                keeper.send(str(house.end(int(message.split()[1]))).encode())
    finally:
        house.clear()
        os._exit(0)


class Room:
    """Guests have namespaces of their own: what they start ends with them, what they write is gone with them."""

    def __init__(self, walls: Walls) -> None:
        self._walls = walls
        self._watch = Watch()

    def fork(self, keeper: socket.socket, descriptors: list[int]) -> int:
        """A new guest's number."""
        namespaces.new_process_namespace()
        if not (pid := os.fork()):
            keeper.close()
            _become_guest(descriptors, self._walls, self._watch, in_room=True)
        return pid

    def folder(self, pid: int) -> str:
        """The guest's folder, where its size has to be watched; the room's is a file system of limited size."""
        return ""

    def end(self, pid: int) -> int:
        """Kill a guest; its wait status."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)  # one that has ended by itself stays as it was
        return os.waitpid(pid, 0)[1]

    def clear(self) -> None:
        """All guests end with this process, which is the first one of the room."""


class Open:
    """No namespaces: guests have a folder of their own, and what they have started is looked for and ended."""

    def __init__(self, without: Collection[str]) -> None:
        self._without = without
        self._watch = Watch()
        self._readable = [*namespaces.without(namespaces.readable(), namespaces.hidden())]
        self._readable += [Path(path) for path in namespaces.DEVICES if os.path.exists(path)]
        self._folders: dict[int, str] = {}
        if sys.platform.startswith("linux"):
            ctypes.CDLL(None).prctl(_CHILD_SUBREAPER, 1, 0, 0, 0)  # orphans of a guest become children of this process

    def fork(self, keeper: socket.socket, descriptors: list[int]) -> int:
        """A new guest's number."""
        folder = mkdtemp(prefix="tfl-guest-")
        walls = Walls(self._readable, [Path(folder), Path("/dev/null")], without=self._without)
        if not (pid := os.fork()):
            keeper.close()
            os.chdir(folder)
            _become_guest(descriptors, walls, self._watch, in_room=False)
        self._folders[pid] = folder
        return pid

    def folder(self, pid: int) -> str:
        """The guest's folder, where its size has to be watched."""
        return self._folders[pid]

    def end(self, pid: int) -> int:
        """Kill a guest with what it has started; its wait status."""
        with suppress(psutil.Error):
            psutil.Process(pid).suspend()  # so that it starts nothing more
        folder = self._folders.pop(pid)
        for process in _descendants(pid):
            with suppress(psutil.Error):
                process.kill()
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        self._end_orphans()
        rmtree(folder, ignore_errors=True)
        return status

    def clear(self) -> None:
        """End all guests."""
        for pid in list(self._folders):
            self.end(pid)

    def _end_orphans(self) -> None:
        """End what has left its parent: every child of this process that is not a guest."""
        for _ in range(100):  # a process may start others while it is being ended
            orphans = [process for process in psutil.Process().children() if process.pid not in self._folders]
            if not orphans:
                return
            for orphan in orphans:
                for process in [*_descendants(orphan.pid), orphan]:
                    with suppress(psutil.Error):
                        process.kill()
                with suppress(ChildProcessError):
                    os.waitpid(orphan.pid, 0)


def _house(without: Collection[str]) -> Room | Open:
    if "namespaces" not in without:
        # Made before the door closes: the libraries are looked for with what is not in the room.
        walls = Walls([Path("/")], [Path(namespaces.SCRATCH), Path("/dev/null")], pid=1, without=without)
        if namespaces.enter():
            return Room(walls)
    return Open(without)


def _descendants(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def _request(keeper: socket.socket) -> tuple[bytes, list[int]] | None:
    message, descriptors, _, _ = socket.recv_fds(keeper, 64, 3)
    return (message, descriptors) if message else None


def _become_guest(descriptors: list[int], walls: Walls, watch: Watch, in_room: bool) -> NoReturn:
    try:
        guest.live(descriptors, walls, Limits(), watch, in_room)
    except BaseException as error:  # told to the keeper over what is the guest's standard error by now
        os.write(2, f"The sandbox cannot go on here: {error!r}".encode())
    finally:
        os._exit(70)


def _announce(keeper: socket.socket, pid: int, folder: str) -> None:
    message = f"{pid} {folder}".encode()
    if not hasattr(os, "pidfd_open"):
        keeper.send(message)
        return
    descriptor = os.pidfd_open(pid)
    socket.send_fds(keeper, [message], [descriptor])
    os.close(descriptor)
