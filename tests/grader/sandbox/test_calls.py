"""System calls that no exercise needs are refused."""

import pytest

from grader.sandbox import calls
from tests.grader.sandbox.locked import TRY, told

CODE = (
    TRY
    + """
import ctypes, signal, socket, subprocess, threading
import resource
from grader.sandbox import calls
calls.syscall_filter(os.getpid()).load()
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)
tried(
    fork=os.fork,
    program=lambda: subprocess.run(["true"]),
    socket=socket.socket,
    pair=socket.socketpair,
    kill_parent=lambda: os.kill(os.getppid(), 0),
    kill_all=lambda: os.kill(-1, 0),
    kill_itself=lambda: os.kill(os.getpid(), 0),
    trace=lambda: call("ptrace", 0, 0, 0, 0),
    unshare=lambda: call("unshare", 0x10000000),
    mount=lambda: call("mount", b"none", b"/tmp", b"tmpfs", 0, None),
    mode=lambda: os.chmod("/", 0o755),
    time=lambda: os.utime("/"),
    limit=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)),
    memory_file=lambda: os.memfd_create("x"),
    thread=lambda: threading.Thread(target=int).start(),
    file=lambda: open(os.devnull).close(),
    pipe=os.pipe,
)
"""
)


@pytest.mark.skipif(not calls.is_there(), reason="there is no libseccomp")
def test_what_no_exercise_needs_is_denied() -> None:
    found = told(CODE)
    allowed = {"kill_itself", "thread", "file", "pipe"}
    assert {name for name, came in found.items() if came == "done"} - {"limit"} == allowed
    assert {came for name, came in found.items() if name not in allowed | {"limit"}} == {"PermissionError"}
