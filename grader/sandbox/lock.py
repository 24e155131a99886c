"""The walls that a process puts up around itself before it runs untrusted code.

    Landlock   which files it may open; no signals and no sockets to processes outside
    seccomp    which system calls it may make: no programs, no processes, no network, no tracing
    limits     address space, processor time, size of files, open files, no core dump

Where the kernel or a library lacks one of them, the others stand, and `lock_in` says which did.
Sources: landlock(7), seccomp(2), setrlimit(2).
"""

import ctypes
import errno
import os
import resource
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from py_landlock import AccessFs, Landlock, LandlockDisabledError, LandlockNotAvailableError, get_abi_version

MIB = 1024 * 1024

# What a function of an exercise never needs.  Denied calls fail with EPERM, as for a user without the right.
DENIED = """
    execve execveat fork vfork  ptrace process_vm_readv process_vm_writev process_madvise kcmp
    pidfd_open pidfd_getfd pidfd_send_signal
    socket socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg
    setns unshare mount umount2 pivot_root chroot move_mount open_tree fsopen fsmount fspick mount_setattr
    shmget shmat shmctl semget semop semctl msgget msgsnd msgrcv msgctl mq_open
    bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register keyctl add_key request_key
    kexec_load kexec_file_load init_module finit_module delete_module reboot swapon swapoff acct quotactl
    sethostname setdomainname settimeofday clock_settime adjtimex clock_adjtime ioperm iopl modify_ldt personality
    name_to_handle_at open_by_handle_at fanotify_init inotify_init inotify_init1 memfd_secret
    setrlimit sched_setaffinity sched_setscheduler setpriority ioprio_set
"""

_CLONE_THREAD = 0x00010000
_NO_NEW_PRIVILEGES = 38
_LOOK = AccessFs.READ_FILE | AccessFs.READ_DIR | AccessFs.EXECUTE
_MAKE = (
    AccessFs.WRITE_FILE
    | AccessFs.TRUNCATE
    | AccessFs.MAKE_REG
    | AccessFs.MAKE_DIR
    | AccessFs.REMOVE_FILE
    | AccessFs.REMOVE_DIR
    | AccessFs.REFER
)
_OF_FILES = AccessFs.READ_FILE | AccessFs.WRITE_FILE | AccessFs.EXECUTE | AccessFs.TRUNCATE


@dataclass(frozen=True)
class Limits:
    """What a process may use."""

    memory: int = 1024 * MIB  # bytes of address space beyond what it has already
    cpu: int = 60  # seconds of processor time
    file: int = 16 * MIB  # bytes of one file
    files: int = 64  # open at a time


class Walls:
    """The walls of one kind of process.  Made in the warm process, once, as every guest puts up the same."""

    def __init__(self, read: Iterable[Path], write: Iterable[Path], pid: int | None = None) -> None:
        """May read below `read`, and read and write below `write`; `pid`: the process to come, where it is known."""
        self._read, self._write = list(read), list(write)
        self._size = address_space()
        # Both libraries look for libc and libseccomp with programs that a guest's room does not have.
        self._has_landlock = sys.platform.startswith("linux") and _has_landlock()
        self._filter = _syscall_filter(pid) if pid else None

    def put_up(self, limits: Limits) -> list[str]:
        """Lock this process in, for good; returns the names of the walls that stand."""
        self._limit(limits)
        standing = []
        if sys.platform.startswith("linux"):
            ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)  # both walls ask for it
            if self._has_landlock:
                _landlock(self._read, self._write)
                standing.append("landlock")
            if calls := self._filter or _syscall_filter(os.getpid()):
                calls.load()
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


def _has_landlock() -> bool:
    try:
        get_abi_version()
    except (LandlockNotAvailableError, LandlockDisabledError):
        return False
    return True


def _landlock(read: list[Path], write: list[Path]) -> None:
    rules = Landlock(strict=False)  # an older kernel restricts what it can
    for path in read:
        rules.add_path_rule(path, access=_LOOK if path.is_dir() else _LOOK & _OF_FILES)
    for path in write:
        rules.add_path_rule(path, access=_LOOK | _MAKE if path.is_dir() else (_LOOK | _MAKE) & _OF_FILES)
    rules.apply()


def _syscall_filter(pid: int) -> Any:
    """The filter of system calls for the process `pid`; None where there is no libseccomp."""
    try:
        import pyseccomp as seccomp
    except (ImportError, RuntimeError):
        return None
    deny = seccomp.ERRNO(errno.EPERM)
    rules = seccomp.SyscallFilter(defaction=seccomp.ALLOW)
    for name in DENIED.split():
        # A call that this libseccomp does not know by name is denied by nothing here; Landlock still stands.
        with suppress(OSError, RuntimeError, ValueError):
            rules.add_rule(deny, name)
    rules.add_rule(deny, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, _CLONE_THREAD, 0))  # processes, but not threads
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")  # its flags cannot be seen; libc goes on with clone
    for name in ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"):
        rules.add_rule(deny, name, seccomp.Arg(0, seccomp.NE, pid))
    rules.add_rule(deny, "tkill")
    rules.set_attr(seccomp.Attr.CTL_TSYNC, 1)
    return rules
