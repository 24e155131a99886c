"""Noticing that a file was saved."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue

import pytest

from tfl import watching

TIMEOUT = 20.0

Watch = Callable[..., "Queue[bytes]"]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Watches a file in a thread; what was saved comes out of a queue."""
    monkeypatch.setattr(watching, "SECONDS", 0.05)
    stop, threads = threading.Event(), []

    def begin(path: Path, poll: bool = False) -> "Queue[bytes]":
        found: Queue[bytes] = Queue()
        ready = threading.Event()

        def run() -> None:
            changes = watching.saved(path, stop, poll)
            ready.set()
            for content in changes:
                found.put(content)

        threads.append(threading.Thread(target=run))
        threads[-1].start()
        ready.wait(TIMEOUT)
        return found

    yield begin
    stop.set()
    for thread in threads:
        thread.join(TIMEOUT)
        assert not thread.is_alive()


def save_until_seen(path: Path, write: Callable[[bytes], object], found: "Queue[bytes]") -> bytes:
    """The watcher may begin a moment after the first save, so there are several, each of another content."""
    for number in range(200):
        write(f"x = {number}\n".encode())
        try:
            return found.get(timeout=0.2)
        except Empty:
            continue
    raise AssertionError("no save was seen")


@pytest.mark.parametrize("poll", [False, True])
def test_a_save_is_seen(tmp_path: Path, watch: Watch, poll: bool) -> None:
    path = tmp_path / "exercise1.py"
    path.write_bytes(b"")
    assert save_until_seen(path, path.write_bytes, watch(path, poll)).startswith(b"x = ")


def test_a_save_before_the_first_look_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "SECONDS", 0.05)
    path, stop = tmp_path / "exercise1.py", threading.Event()
    path.write_bytes(b"")
    saves = watching.saved(path, stop, poll=True)
    path.write_bytes(b"x = 1\n")
    end = threading.Timer(TIMEOUT, stop.set)
    end.start()
    assert next(saves, b"nothing") == b"x = 1\n"
    end.cancel()


def test_a_file_put_in_the_place_of_the_old_one_is_seen(tmp_path: Path, watch: Watch) -> None:
    path = tmp_path / "exercise1.py"
    path.write_bytes(b"")

    def replace(content: bytes) -> None:
        (tmp_path / ".swap").write_bytes(content)
        os.replace(tmp_path / ".swap", path)

    assert save_until_seen(path, replace, watch(path)).startswith(b"x = ")


def test_what_has_not_changed_is_not_told(tmp_path: Path, watch: Watch) -> None:
    path = tmp_path / "exercise1.py"
    path.write_bytes(b"")
    found = watch(path)
    seen = save_until_seen(path, path.write_bytes, found)
    while not found.empty():
        seen = found.get()
    path.write_bytes(seen)  # saved again as it was
    (tmp_path / "other.py").write_bytes(b"y = 1")
    with pytest.raises(Empty):
        found.get(timeout=0.5)


def test_a_file_that_vanishes_is_waited_for(tmp_path: Path, watch: Watch) -> None:
    path = tmp_path / "exercise1.py"
    path.write_bytes(b"")
    found = watch(path)
    save_until_seen(path, path.write_bytes, found)
    path.unlink()
    assert save_until_seen(path, path.write_bytes, found)
