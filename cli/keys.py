"""Single keys from the terminal, beside other things to wait for."""

import os
import re
import select
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_SEQUENCE = re.compile(rb"\x1b(\[[0-?]*[ -/]*[@-~]|O.)?")  # an arrow or function key, which means nothing here


class Keys:
    """The keys that are pressed, one at a time; none where standard input is no terminal.  A context manager."""

    def __init__(self) -> None:
        self._before: list[Any] | None = None
        self._typed = b""  # read and not yet taken: fast typists and slow machines give several at once
        self._fd = sys.stdin.fileno() if sys.stdin and sys.stdin.isatty() and sys.stdout.isatty() else -1

    @property
    def there(self) -> bool:
        """Whether keys can come."""
        return self._fd >= 0

    def __enter__(self) -> "Keys":
        if self.there:
            self._before = termios.tcgetattr(self._fd)
            tty.setcbreak(self._fd)  # Ctrl-C still interrupts
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            termios.tcsetattr(self._fd, termios.TCSADRAIN, self._before)

    @contextmanager
    def put_by(self) -> Iterator[None]:
        """The terminal as it was, for an editor that draws in it."""
        self.__exit__()
        try:
            yield
        finally:
            self.__enter__()

    def wait(self, other: int) -> str:
        """A key, or "" as soon as the file descriptor `other` can be read.  A closed terminal counts as q."""
        while not self._typed:
            ready, _, _ = select.select([other, *([self._fd] if self.there else [])], [], [])
            if other in ready:
                return ""
            read = os.read(self._fd, 64)
            if not read:
                return "q"
            self._typed = _SEQUENCE.sub(b"", read)
        key, self._typed = self._typed[:1], self._typed[1:]
        return key.decode("ascii", "replace").lower()
