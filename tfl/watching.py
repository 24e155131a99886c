"""Noticing that a file was saved.

The folder is watched, not the file: many editors write a new file and put it in the old one's place.  Where no events
arrive (network drives, containers, too many watchers) a look every second notices it all the same.
"""

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

SECONDS = 1.0  # between two looks where no event arrives
DEBOUNCE, STEP = 40, 15  # milliseconds: an editor's several writes count as one


def saved(path: Path, stop: threading.Event, poll: bool = False) -> Iterator[bytes]:
    """The content of a file each time that it has become another one, until `stop` is set.

    It counts from this call on, also what is saved before anybody iterates.  Iterating blocks: do it in a thread of its
    own.  A file that is missing for a moment, or cannot be read, is waited for.  `poll`: look every second only.
    """
    return _saved(path, _digest(_read(path)), stop, poll)


def _saved(path: Path, before: bytes, stop: threading.Event, poll: bool) -> Iterator[bytes]:
    for _ in _moments(path.parent, stop, poll):
        content = _read(path)
        if content is not None and _digest(content) != before:
            before = _digest(content)
            yield content


def _moments(folder: Path, stop: threading.Event, poll: bool) -> Iterator[None]:
    """A moment to look: something has happened in the folder, or a second has gone by."""
    if not poll:
        import watchfiles  # a compiled part, for those who watch only

        try:
            for _ in watchfiles.watch(
                folder,
                watch_filter=None,
                debounce=DEBOUNCE,
                step=STEP,
                stop_event=stop,
                rust_timeout=int(1000 * SECONDS),
                yield_on_timeout=True,
                raise_interrupt=False,
                recursive=False,
                ignore_permission_denied=True,
            ):
                yield
            if stop.is_set():
                return
        except (OSError, RuntimeError):
            pass  # the system has no watcher left to give: looking every second does it too
    while not stop.wait(SECONDS):
        yield


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _digest(content: bytes | None) -> bytes:
    return hashlib.sha256(content or b"").digest()
