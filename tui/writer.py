"""Writing down what a learner does, beside the screen: a slow disk must hold nobody up."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tfl.progress import Progress

Record = Callable[[], Progress]  # changes the progress on the disk and gives it as it then is


class Writer:
    """Writes one thing after the other, in the order in which they happened, and everything before the app ends."""

    def __init__(self, write: Callable[[Record], object]) -> None:
        """`write` calls a record and tells what comes of it; it is called from another thread and must not raise."""
        self._write = write
        self._thread = ThreadPoolExecutor(1, "writer")

    def write(self, record: Record) -> None:
        """Write soon."""
        try:
            self._thread.submit(self._write, record)
        except RuntimeError:  # it has been closed: the last screens may still have something to write
            self._write(record)

    def close(self) -> None:
        """Wait until everything is written."""
        self._thread.shutdown()
