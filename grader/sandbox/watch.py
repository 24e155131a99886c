"""Notices what a submission does that no exercise asks for, so that somebody can look at it.

Python tells of forks, sockets, opened files and the like (PEP 578); what counts is only what the submission's own
code does, directly or through the thin modules below, not what a library does for it.  Also compared: whether
functions of Python and PyTorch are still those that they were.

Each kind of thing is told once, in a line of its own over a pipe of its own, at once: also by a submission that ends
its process afterwards.  All this runs beside the submission, which can blind it.  It adds to what is told and never
changes a point: keeping things in is the walls' work.
"""

import builtins
import json
import os
import struct
import sys
import sysconfig
import time
from collections.abc import Iterator
from itertools import islice
from threading import get_ident
from types import FrameType, FunctionType
from typing import Any

import torch
from torch import Tensor, nn

OURS = ("exercises", "grader", "solutions", "tfl")

_EVENTS = {  # of Python's own names (docs: "Audit events table") → what is told: see `grader.incidents`
    "os.fork": "process", "os.forkpty": "process", "os.exec": "process", "os.posix_spawn": "process",
    "os.system": "process", "subprocess.Popen": "process", "pty.spawn": "process",
    "socket.__new__": "network", "socket.connect": "network", "socket.bind": "network", "socket.sendto": "network",
    "socket.getaddrinfo": "network", "socket.gethostbyname": "network", "urllib.Request": "network",
    "os.kill": "signal", "os.killpg": "signal", "signal.pthread_kill": "signal",
    "ctypes.dlopen": "native", "ctypes.dlsym": "native", "ctypes.addressof": "native", "ctypes.string_at": "native",
    "ctypes.cdata": "native", "ctypes.cdata/buffer": "native", "ctypes.call_function": "native",
    "ctypes.PyObj_FromPtr": "native",
    "sys._getframe": "frames", "sys._current_frames": "frames", "gc.get_objects": "frames",
    "gc.get_referrers": "frames", "gc.get_referents": "frames", "object.__getattr__": "frames",
    "object.__setattr__": "frames", "code.__new__": "frames",
    "sys.settrace": "tracing", "sys.setprofile": "tracing", "sys.addaudithook": "tracing",
    "open": "writing", "os.remove": "writing", "os.rename": "writing", "os.mkdir": "writing", "os.rmdir": "writing",
    "os.link": "writing", "os.symlink": "writing", "os.truncate": "writing", "os.chmod": "writing",
    "resource.setrlimit": "limits", "resource.prlimit": "limits",
    "import": "ours",
}  # fmt: skip
_LOOKS = {"tb_frame", "f_code", "gi_frame", "__code__"}  # attributes that lead to frames or code
_CHANGES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_write = os.write
_NOTHING = object()

_LIBRARY = os.path.realpath(sysconfig.get_path("stdlib"))
_THIN = {  # modules that only hand on what their caller asks for
    os.path.join(_LIBRARY, name)
    for name in (
        "subprocess.py", "socket.py", "os.py", "shutil.py", "pathlib.py", "inspect.py", "pty.py", "io.py",
        "ctypes/__init__.py", "urllib/request.py", "http/client.py", "multiprocessing/context.py",
        "multiprocessing/process.py", "multiprocessing/popen_fork.py", "importlib/__init__.py", "threading.py",
    )
}  # fmt: skip
_GRADER = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
_ROOTS = tuple({os.path.realpath(path) + os.sep for path in (sys.prefix, sys.base_prefix, _LIBRARY, _GRADER)})

# What must stay as it is.  `vars` of a class or module: what was defined there, not what an object says.
_WATCHED: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (builtins, tuple(name for name, thing in vars(builtins).items() if callable(thing))),
    (torch, ("allclose", "equal", "isclose", "eq", "sin", "cos", "exp", "manual_seed", "rand", "randn", "randint",
             "tensor", "zeros", "ones", "empty", "arange", "as_tensor", "from_numpy", "is_tensor", "no_grad",
             "enable_grad", "load", "save", "set_default_dtype", "set_grad_enabled", "set_default_device")),
    (Tensor, (*vars(Tensor), "requires_grad", "numpy", "detach", "clone", "__eq__", "view", "shape", "dtype")),
    (nn.Module, tuple(vars(nn.Module))),
    (json, ("dumps", "loads", "JSONEncoder", "JSONDecoder")), (struct, ("pack", "unpack", "Struct")),
    (os, ("write", "read", "_exit", "close", "dup2", "fork", "kill")),
    (time, ("time", "monotonic", "perf_counter", "sleep")),
)  # fmt: skip
_OPERATORS = ("aten::allclose", "aten::equal", "aten::isclose", "aten::eq.Tensor", "aten::add.Tensor")


def _references() -> Iterator[tuple[Any, str, Any, Any]]:
    """What stands under each watched name, or nothing: where, name, thing, and the code of a function."""
    for owner, names in _WATCHED:
        held = vars(owner)
        for name in names:
            if name not in ("__doc__", "__annotations__"):
                thing = held.get(name, _NOTHING)
                yield held, name, thing, thing.__code__ if type(thing) is FunctionType else None


def _is_of_a_library(thing: Any) -> bool:
    """Whether a library has put it there: torch.compile's parts wrap functions of torch when they are imported."""
    return type(thing) is FunctionType and thing.__code__.co_filename.startswith(_ROOTS)


def _kernels() -> list[str]:
    return [torch._C._dispatch_dump(name) for name in _OPERATORS]


class Watch:
    """Notices things and tells them.  Made in the warm process, before there is a submission."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._pipe = -1
        self._references = tuple(_references())
        self._kernels = _kernels()
        self._busy: set[int] = set()  # threads that are in here and raise events themselves
        # Held, so that no guest has to take them apart; to look through all names in each guest would copy their pages.
        self._modules = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in OURS}
        self._loaded = len(sys.modules)
        self._own = self._scratch = ""

    def begin(self, filename: str, pipe: int) -> None:
        """Watch a submission that is called `filename`, for the rest of this process; tell it over `pipe`."""
        self._own, self._pipe = filename, pipe
        self._scratch = os.path.realpath(os.getcwd()) + os.sep
        newer = list(islice(reversed(sys.modules), max(0, len(sys.modules) - self._loaded)))
        for name in (*self._modules, *newer):  # an import of ours is then an event, and fails where its file is hidden
            if name.partition(".")[0] in OURS:
                sys.modules.pop(name, None)
        sys.addaudithook(self._hear)

    def compare(self) -> None:
        """See whether something has been replaced."""
        thread = get_ident()
        self._busy.add(thread)  # looking at functions raises events by the hundred
        if "patched" not in self._seen and self._is_patched():
            self._tell("patched")
        self._busy.discard(thread)

    def _tell(self, what: str) -> None:
        self._seen.add(what)
        _write(self._pipe, what.encode() + b"\n")

    def _is_patched(self) -> bool:
        for held, name, thing, code in self._references:
            now = held.get(name, _NOTHING)
            if now is not thing and not _is_of_a_library(now):
                return True
            if code is not None and thing.__code__ is not code:
                return True
        return _kernels() != self._kernels

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        what = _EVENTS.get(event)
        if what is None or what in self._seen:
            return
        thread = get_ident()
        if thread in self._busy:
            return
        self._busy.add(thread)
        try:
            if self._concerns(event, arguments) and self._is_own(sys._getframe(1), what):
                self._tell(what)
        except Exception:  # a submission that has changed what this needs
            self._tell(what)
        finally:
            self._busy.discard(thread)

    def _concerns(self, event: str, arguments: tuple[Any, ...]) -> bool:
        """Whether an event of this kind can be of interest."""
        match event:
            case "object.__getattr__" | "object.__setattr__":
                return arguments[1] in _LOOKS
            case "import":
                return arguments[0].partition(".")[0] in OURS
            case "open":
                path, mode, flags = arguments
                changes = set(mode) & set("wax+") if isinstance(mode, str) else flags & _CHANGES
                return bool(changes) and self._is_outside(path)
            case "os.remove" | "os.rename" | "os.mkdir" | "os.rmdir" | "os.link" | "os.symlink" | "os.truncate":
                return self._is_outside(arguments[0])
            case "os.chmod":
                return self._is_outside(arguments[0])
        return True

    def _is_outside(self, path: Any) -> bool:
        if isinstance(path, int):
            return False
        return not (os.path.abspath(os.fsdecode(path)) + os.sep).startswith((self._scratch, "/dev/null"))

    def _is_own(self, frame: FrameType | None, what: str) -> bool:
        """Whether it is the submission's own code that does this, and no library for it."""
        while frame is not None:
            name = frame.f_code.co_filename
            if name == self._own:
                return True
            path = os.path.realpath(name) if os.path.isabs(name) else name
            is_thin = path in _THIN and (what != "frames" or path.endswith("inspect.py"))
            if not is_thin and not name.startswith("<frozen"):
                return not (path + os.sep).startswith((*_ROOTS, "<observe>"))
            frame = frame.f_back
        return False
