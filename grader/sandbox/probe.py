"""Which walls this machine gives, tried out in processes that end at once: for `tfl doctor`.  Loads no torch.

python -m grader.sandbox.probe   →   {"namespaces": true, "landlock": true, "seccomp": false}
"""

import json
import os
import sys
from collections.abc import Callable

from grader.sandbox import calls, landlock, namespaces


def walls() -> dict[str, bool]:
    """Each wall, and whether a process could put it up here."""
    if not sys.platform.startswith("linux"):
        return {"namespaces": False, "landlock": False, "seccomp": False}
    return {
        "namespaces": _works(namespaces.enter),
        "landlock": landlock.is_there() and _works(_landlock),
        "seccomp": calls.is_there() and _works(_seccomp),
    }


def _works(attempt: Callable[[], bool]) -> bool:
    child = os.fork()
    if not child:
        try:
            os._exit(0 if attempt() else 1)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def _landlock() -> bool:
    landlock.put_up([], [])
    try:
        os.listdir("/")
    except PermissionError:
        return True
    return False


def _seccomp() -> bool:
    calls.syscall_filter(os.getpid()).load()
    try:
        os.kill(os.getppid(), 0)
    except PermissionError:
        return True
    return False


if __name__ == "__main__":
    print(json.dumps(walls()))
