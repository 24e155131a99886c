"""Memory of a class that is being graded: of the command, of the graders' servers, of their warm processes."""

import os
import time
from contextlib import suppress

import psutil

MIB = 1024 * 1024
SETTLED = 15.0  # seconds after which a process is no submission's any more


class Memory:
    """Looks now and then; knows the processes by the temporary folder that they have been given."""

    def __init__(self, folder: str) -> None:
        os.environ["TMPDIR"] = self._folder = folder
        self.seen: dict[str, list[float]] = {}  # what → MiB each time

    def look(self) -> None:
        """Note what each kind of process holds; of several the one that holds most.

        What it shares counts too: what it has for itself alone jumps by 45 MiB with every guest that comes and goes.
        """
        me = psutil.Process()
        held = {"command": [me.memory_info().rss]}
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                is_ours = "grader.server" in process.cmdline() and process.environ().get("TMPDIR") == self._folder
                if is_ours and time.time() - process.create_time() > SETTLED:
                    kind = "server" if process.ppid() == me.pid else "warm process"
                    held.setdefault(kind, []).append(process.memory_info().rss)
        for kind, sizes in held.items():
            self.seen.setdefault(kind, []).append(max(sizes) / MIB)

    def growth(self) -> dict[str, tuple[float, float]]:
        """Of each kind: the most in the first fifth of the looks, and the most in the last fifth."""
        fifth = {kind: max(1, len(sizes) // 5) for kind, sizes in self.seen.items()}
        return {kind: (max(sizes[: fifth[kind]]), max(sizes[-fifth[kind] :])) for kind, sizes in self.seen.items()}
