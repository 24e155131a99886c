"""The same work on a Dask cluster: each worker thread keeps a warm grader of its own.

    scheduler  ←  this process: sends files, takes results, is the only one that writes the gradebook
       ↑
    workers    each checks that its checks are the very same, then does what `pool.Worker` does

Dask repeats a task whose worker was lost; a task that has lost several workers is told as a failure, and `--resume`
tries it again.  When the scheduler is lost, what was committed stays, and `--resume` goes on.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from grader.classes.pool import Worker, warm
from grader.classes.work import Marker, Outcome, Task, fingerprint
from tfl import course as courses
from tfl.course import Course
from tfl.errors import ClusterError, TflError, UsageError

PATIENCE = 30.0  # seconds for a scheduler to answer and for a first worker to be there
RETRIES = 3  # times that Dask repeats a task that raised

Start = Callable[[Course, Sequence[str], bool], Marker]


class Cluster:
    """A Dask cluster as workers.  A context manager."""

    def __init__(
        self, address: str, course: Course, exercises: Sequence[str], allow_weak: bool, start: Start = warm
    ) -> None:
        """Raises UsageError when Dask is not installed, ClusterError when nobody answers or nobody works there."""
        try:
            from distributed import Client
        except ImportError as error:
            raise UsageError("Dask is not installed.", "Install it: pip install 'tfl[cluster]'.") from error
        self._there = (str(course.folder), tuple(exercises), allow_weak, start)
        self._address = address
        try:
            self._client = Client(address, timeout=PATIENCE, set_as_default=False, name="tfl class")
        except (OSError, ValueError) as error:
            raise ClusterError(
                f"No scheduler answers at {address}.", "Start one; docs/classes.md shows how."
            ) from error
        try:
            self._client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            self._client.close()
            raise ClusterError(
                f"The cluster at {address} has no worker.", "docs/classes.md shows how to start some."
            ) from error

    def run(self, tasks: Iterator[Task]) -> Iterator[list[Outcome]]:
        """The outcomes as they come.  Raises ClusterError when the scheduler is lost."""
        done: queue.SimpleQueue[Any] = queue.SimpleQueue()
        running: dict[Any, Task] = {}
        more = True
        while more or running:
            while more and len(running) < self._room():
                task = next(tasks, None)
                if task is None:
                    more = False
                    break
                # A key of its own: Dask must not take it for one that it has done before.
                key = f"tfl-{task.work}-{task.attempt}-{uuid4().hex[:12]}"
                future = self._client.submit(do, tuple(task), *self._there, key=key, pure=False, retries=RETRIES)
                running[future] = task
                future.add_done_callback(done.put)
            if running:
                yield [self._outcome(future, running.pop(future)) for future in self._ready(done, running)]

    def close(self) -> None:
        """Leave the cluster; what it works on for us is given up."""
        self._client.close(timeout=5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _room(self) -> int:
        """How many tasks to have there at a time: enough that no thread waits, few enough to keep in memory."""
        try:
            return 2 * max(1, sum(self._client.nthreads().values()))
        except OSError as error:
            raise self._gone() from error

    def _ready(self, done: "queue.SimpleQueue[Any]", running: Iterable[Any]) -> list[Any]:
        """At least one finished future."""
        lost = 0.0
        while True:
            try:
                found = [done.get(timeout=1.0)]
                break
            except queue.Empty:
                if any(future.status in ("lost", "cancelled") for future in running):
                    raise self._gone() from None  # also when it is there again: it does not know them any more
                if self._client.status == "running":
                    lost = 0.0
                    continue
                lost = lost or time.monotonic()
                if time.monotonic() - lost > PATIENCE or self._client.status == "closed":
                    raise self._gone() from None
        while not done.empty():
            found.append(done.get())
        return found

    def _outcome(self, future: Any, task: Task) -> Outcome:
        if future.status == "finished":
            return Outcome(*future.result(timeout=PATIENCE))
        if future.status == "error":
            error = future.exception(timeout=PATIENCE)
            return Outcome(task.attempt, "", str(error) or type(error).__name__)
        raise self._gone()

    def _gone(self) -> ClusterError:
        return ClusterError(
            f"The scheduler at {self._address} is lost.  Every mark that was told is in the gradebook.",
            "Start it again, and the command with --resume.",
        )


# ---------------------------------------------------------------------------------------------- on a worker

_mine = threading.local()  # the thread's worker, and what for


def do(task: Any, folder: str, exercises: Sequence[str], allow_weak: bool, start: Start) -> tuple[Any, ...]:
    """Do one task in this thread, with its own warm grader."""
    wanted = Task(*task)
    try:
        worker = _worker(folder, exercises, allow_weak, start)
        if fingerprint(worker.course, worker.course.exercise(wanted.exercise)) != wanted.checks:
            raise ClusterError("A worker has other checks than this machine.", "Install the same version on both.")
    except TflError as error:
        return tuple(Outcome(wanted.attempt, "", str(error)))
    return tuple(worker.do(wanted))


def _worker(folder: str, exercises: Sequence[str], allow_weak: bool, start: Start) -> Worker:
    what = (folder, tuple(exercises), allow_weak)
    if getattr(_mine, "what", None) != what:
        if old := getattr(_mine, "worker", None):
            old.close()
        _mine.what = None
        # A worker on another machine has the course where its own tfl is, unless it sees the same folder.
        course = courses.load(Path(folder) if (Path(folder) / courses.FILE).exists() else None)
        _mine.worker = Worker(course, lambda: start(course, exercises, allow_weak))
        _mine.what = what
    return _mine.worker
