"""The walls that a process puts up around itself before it runs untrusted code.

    Landlock   which files it may open; no signals and no sockets to processes outside (`grader.sandbox.landlock`)
    seccomp    which system calls it may make: no programs, no processes, no network (`grader.sandbox.calls`)
    limits     address space, processor time, size of files, open files, no core dump

Where the kernel or a library lacks one of them, the others stand, and `lock_in` says which did.
"""

import ctypes
import os
import resource
import sys
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.sandbox import calls, landlock

MIB = 1024 * 1024
_NO_NEW_PRIVILEGES = 38


@dataclass(frozen=True)
class Limits:
    """What a process may use."""

    memory: int = 1024 * MIB  # bytes of address space beyond what it has already
    cpu: int = 60  # seconds of processor time
    file: int = 16 * MIB  # bytes of one file
    files: int = 64  # open at a time


class Walls:
    """The walls of one kind of process.  Made in the warm process, once, as every guest puts up the same."""

    def __init__(
        self, read: Iterable[Path], write: Iterable[Path], pid: int | None = None, without: Collection[str] = ()
    ) -> None:
        """May read below `read`, and read and write below `write`; `pid`: the process to come, where it is known.

        `without` names walls that are left out, for tests of what the others keep in.
        """
        self._read, self._write = list(read), list(write)
        self._size = address_space()
        # Both libraries look for libc and libseccomp with programs that a guest's room does not have.
        self._has_landlock = "landlock" not in without and landlock.is_there()
        self._has_seccomp = "seccomp" not in without and calls.is_there()
        self._filter = calls.syscall_filter(pid) if pid and self._has_seccomp else None

    def put_up(self, limits: Limits) -> list[str]:
        """Lock this process in, for good; returns the names of the walls that stand."""
        self._limit(limits)
        standing = []
        if sys.platform.startswith("linux"):
            ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)  # both walls ask for it
        if self._has_landlock:
            landlock.put_up(self._read, self._write)
            standing.append("landlock")
        if self._has_seccomp:
            (self._filter or calls.syscall_filter(os.getpid())).load()
            standing.append("seccomp")
        return standing

    def _limit(self, limits: Limits) -> None:
        for kind, amount in (
            (resource.RLIMIT_AS, self._size + limits.memory),
            (resource.RLIMIT_CPU, limits.cpu),
            (resource.RLIMIT_FSIZE, limits.file),
            (resource.RLIMIT_NOFILE, limits.files),
            (resource.RLIMIT_CORE, 0),
        ):
            _, most = resource.getrlimit(kind)
            amount = amount if most == resource.RLIM_INFINITY else min(amount, most)
            with suppress(ValueError, OSError):  # macOS has no limit of the address space
                resource.setrlimit(kind, (amount, amount))


def lock_in(read: Iterable[Path], write: Iterable[Path], limits: Limits) -> list[str]:
    """Lock this very process in, for good; returns the names of the walls that stand.

    For a process that trains with a learner's code.  Call it before there are other threads: Landlock leaves those
    outside.
    """
    return Walls(read, write).put_up(limits)


def address_space() -> int:
    """Bytes of address space that this process has; 0 where that cannot be known."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 0
