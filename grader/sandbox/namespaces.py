"""A room of its own for untrusted code: Linux namespaces and a file system that holds Python and nothing else.

The warm process enters the room once (`enter`).  Each guest that it forks then gets a process namespace of its own
(`new_process_namespace`), so that everything a guest starts dies with it, and a private, empty scratch folder
(`private_view`).  bubblewrap does the same for a program that it starts; a fork of a warm process cannot be started,
so these few system calls are made here.  Source: namespaces(7), pivot_root(2), mount_setattr(2).
"""

import ctypes
import os
import site
import sys
from collections.abc import Iterable
from pathlib import Path

OURS = ("cli", "exercises", "grader", "lessons", "solutions", "tests", "tfl", "tui")  # what nobody in the room may read
SYSTEM = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/etc/ld.so.cache", "/usr/share/zoneinfo")
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
SCRATCH = "/scratch"  # the one place where a guest may write; not /tmp, below which Python itself may be installed
SCRATCH_BYTES = 16 * 1024 * 1024

_NEWNS, _NEWUTS, _NEWIPC = 0x00020000, 0x04000000, 0x08000000
_NEWUSER, _NEWPID, _NEWNET = 0x10000000, 0x20000000, 0x40000000
_BIND, _REC, _PRIVATE, _DETACH = 0x1000, 0x4000, 0x40000, 2
_NOSUID, _NODEV = 2, 4
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_MOUNT_SETATTR, _HERE, _RECURSIVE, _READ_ONLY = 442, -100, 0x8000, 1

_libc = ctypes.CDLL(None, use_errno=True)
_processes: list[int] = []  # a handle of the process whose namespace new ones are made below


def readable() -> list[Path]:
    """What a guest may read: Python, its packages without ours, the system's libraries."""
    roots = {Path(prefix).resolve() for prefix in (sys.prefix, sys.base_prefix, *_packages())}
    roots |= {Path(path) for path in SYSTEM if os.path.exists(path)}
    return sorted(roots)


def hidden() -> list[Path]:
    """Our own packages where they are installed among the others."""
    found = (Path(folder) / name for folder in _packages() for name in OURS)
    return [path.resolve() for path in found if path.is_dir()]


def _packages() -> list[str]:
    own = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    return [path for path in [*site.getsitepackages(), *own] if os.path.isdir(path)]


def enter() -> bool:
    """Move this process, which must have one thread, into the room; its children are born there.

    Returns False where the kernel does not allow it; then nothing has changed.  Where it does, the caller goes on as
    a descendant of the process that called, which has ended.
    """
    if not sys.platform.startswith("linux") or os.uname().machine not in _PIVOT_ROOT:
        return False
    wait, tell = os.pipe()
    if first := os.fork():
        os.close(tell)
        if os.read(wait, 1):
            os._exit(0)
        os.close(wait)
        os.waitpid(first, 0)
        return False
    os.close(wait)
    try:
        _leave()
        if os.fork():  # the new process namespace begins with the child
            os._exit(0)
        _build()
    except OSError:  # forbidden, or an older kernel: a container, AppArmor, a sysctl; the caller goes on without
        os._exit(1)
    os.write(tell, b"!")
    os.close(tell)
    return True


def _leave() -> None:
    """Leave the machine's namespaces, as the same user."""
    user, group = os.getuid(), os.getgid()
    _check(_libc.unshare(_NEWUSER | _NEWNS | _NEWUTS | _NEWIPC | _NEWPID | _NEWNET))
    for file, line in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        Path("/proc/self", file).write_text(line)


def _build() -> None:
    """A root that holds what is readable, read-only, and an empty place to write."""
    _check(_libc.mount(b"none", b"/", None, _REC | _PRIVATE, None))
    _processes.append(os.pidfd_open(os.getpid()))
    room = "/proc"  # a folder that is always there and that nobody will need
    _mount(b"tmpfs", room, b"tmpfs", b"size=1m,mode=755")
    for path in [*map(str, readable()), *DEVICES]:
        if not os.path.exists(path):
            continue
        inside = room + path
        if os.path.isdir(path):
            os.makedirs(inside, exist_ok=True)
        else:
            os.makedirs(os.path.dirname(inside), exist_ok=True)
            Path(inside).touch()
        _check(_libc.mount(path.encode(), inside.encode(), None, _BIND | _REC, None))
    for path in map(str, hidden()):
        _mount(b"tmpfs", room + path, b"tmpfs", b"size=4k,mode=755")
    os.makedirs(room + SCRATCH, exist_ok=True)
    _read_only(room)
    os.chdir(room)
    _check(_libc.syscall(_PIVOT_ROOT[os.uname().machine], b".", b"."))
    _check(_libc.umount2(b".", _DETACH))  # the old root, which now lies under the new one
    os.chdir("/")


def new_process_namespace() -> None:
    """Let the next fork begin a process namespace of its own."""
    # Only its own namespace's children can be moved, so the last guest's has to be left first.
    _check(_libc.setns(_processes[0], _NEWPID))
    _check(_libc.unshare(_NEWPID))


def private_view() -> None:
    """Give this process, alone, an empty scratch folder and no shared memory that others can see; stand in it."""
    _check(_libc.unshare(_NEWNS | _NEWIPC))
    _mount(b"tmpfs", SCRATCH, b"tmpfs", f"size={SCRATCH_BYTES},mode=700".encode())
    os.chdir(SCRATCH)


def drop_capabilities() -> None:
    """Give up what being the room's owner, or root, allows: mounting, tracing, changing the network."""
    if not sys.platform.startswith("linux"):
        return
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # the version of the call; this process
    nothing = (ctypes.c_uint32 * 6)()
    _check(_libc.capset(ctypes.byref(header), ctypes.byref(nothing)))


def _mount(source: bytes, target: str, kind: bytes, options: bytes | None = None) -> None:
    _check(_libc.mount(source, target.encode(), kind, _NOSUID | _NODEV, options))


def _read_only(path: str) -> None:
    attributes = (ctypes.c_uint64 * 4)(_READ_ONLY, 0, 0, 0)
    size = ctypes.sizeof(attributes)
    _check(_libc.syscall(_MOUNT_SETATTR, _HERE, path.encode(), _RECURSIVE, ctypes.byref(attributes), size))


def _check(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def without(paths: Iterable[Path], left_out: Iterable[Path]) -> list[Path]:
    """The paths, with each folder that holds something to leave out replaced by the rest of its content.

    Landlock can allow a folder but cannot forbid a part of it.
    """
    left_out = list(left_out)
    found: list[Path] = []
    for path in paths:
        if path in left_out:
            continue
        if any(path in out.parents for out in left_out):
            found += without((child for child in path.iterdir()), left_out)
        else:
            found.append(path)
    return found
