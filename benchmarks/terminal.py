"""A program in a terminal of its own, whose keys are pressed and whose picture is waited for with a clock in hand."""

import codecs
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

CONTROLS = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|P[^\x1b]*\x1b\\|.)", re.DOTALL)
LAST = 2_000  # characters that an error shows
PATIENCE = 60.0  # seconds until waiting is given up
DOWN, UP, RIGHT, LEFT, TAB, ENTER, ESCAPE = "\x1b[B", "\x1b[A", "\x1b[C", "\x1b[D", "\t", "\r", "\x1b"


class Terminal:
    """Everything between a key and what comes of it on the terminal is timed: reading, thinking, drawing, writing."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        size: tuple[int, int] = (120, 40),
    ) -> None:
        """`size`: columns, lines.  The clock of `shows` starts here."""
        self._drawn: list[tuple[float, str]] = []  # when, and what
        self._more = threading.Condition()
        self._seen = 0  # how much of it was there at the last key
        self._over = False  # nothing more will be drawn
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self._ours, self._since = ours, time.perf_counter()
        self.process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=folder,
            env={**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            start_new_session=True,
        )
        os.close(theirs)
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.end()

    def end(self) -> None:
        """End the program and what it has started."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    def press(self, keys: str) -> None:
        """Press keys; the clock of `shows` starts here, and only what is drawn from now on counts."""
        with self._more:
            self._seen, self._since = len(self._drawn), time.perf_counter()
        os.write(self._ours, keys.encode())

    def shows(self, pattern: str) -> float:
        """Wait until what is drawn since the last key (or the start) has the pattern in it: seconds until then.

        Raises RuntimeError, with what was drawn, when it does not come.
        """
        sought, end = re.compile(pattern), time.perf_counter() + PATIENCE
        with self._more:
            while True:
                text = ""
                for when, chunk in self._drawn[self._seen :]:
                    text += chunk
                    if sought.search(CONTROLS.sub("", text)):
                        return when - self._since
                if self._over or not self._more.wait(end - time.perf_counter()):
                    raise RuntimeError(f"“{pattern}” never came; drawn was:\n{CONTROLS.sub('', text)[-LAST:]}")

    def _read(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        while True:
            try:
                chunk = os.read(self._ours, 1 << 16)
            except OSError:  # the program has ended
                chunk = b""
            with self._more:
                self._drawn.append((time.perf_counter(), decoder.decode(chunk, not chunk)))
                self._over = not chunk
                self._more.notify_all()
            if not chunk:
                return
