"""Several warm graders side by side on this machine, each driven by a thread.

A submission that kills or blocks its grader costs that grader, which is replaced, and nothing else.
"""

import os
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from grader.classes import remarks
from grader.classes.work import Marker, Outcome, Task, submission, train, unreadable
from grader.client import Grader
from tfl.course import Course
from tfl.errors import GraderError, SubmissionError, TflError

STUCK = 900.0  # seconds after which a grader is taken for dead: its own time limits are far below
TRIES = 2  # a grader that fails is replaced, and the task tried again

Start = Callable[[], Marker]


class Worker:
    """One warm grader, replaced when it fails."""

    def __init__(self, course: Course, start: Start, threads: int | None = None) -> None:
        self.course = course
        self._start = start
        self._threads = threads  # of a training
        self._ended = False
        self._grader: Marker | None = start()

    def do(self, task: Task) -> Outcome:
        """Check one attempt.  Never raises: what goes wrong is in the outcome."""
        failure = ""
        for _ in range(TRIES):
            try:
                if task.work == "train":
                    return train(self.course, task, self._threads)
                return self._mark(task)
            except Exception as error:  # a thread that died here would stop the class
                failure = str(error) if isinstance(error, TflError) else f"{type(error).__name__}: {error}"
                if self._ended or task.work == "train":
                    break
                self._drop()
        return Outcome(task.attempt, "", failure)

    def close(self) -> None:
        """End its grader, and start no other."""
        self._ended = True
        self._drop()

    def _drop(self) -> None:
        grader, self._grader = self._grader, None
        if grader:
            grader.close()

    def _mark(self, task: Task) -> Outcome:
        exercise = self.course.exercise(task.exercise)
        try:
            found = submission(task, exercise)
        except SubmissionError as error:
            return Outcome(task.attempt, unreadable(self.course, exercise, task.file, error).model_dump_json())
        if self._ended:
            raise GraderError("The grading was stopped.")
        if self._grader is None:
            self._grader = self._start()
        watch = threading.Timer(STUCK, self._grader.close)
        watch.daemon = True
        watch.start()
        try:
            mark = self._grader.mark(exercise, found)
        finally:
            watch.cancel()
        return Outcome(task.attempt, mark.model_dump_json(), remarks=remarks.of_text(found.source, exercise.asks))


class Pool:
    """Workers in threads.  A context manager."""

    def __init__(self, course: Course, start: Start, jobs: int) -> None:
        """Starts the graders side by side.  Raises GraderError when one cannot start."""
        self._todo: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        with ThreadPoolExecutor(jobs) as starting:
            threads = max(1, (os.cpu_count() or 1) // jobs)
            starts = [starting.submit(Worker, course, start, threads) for _ in range(jobs)]
        failures = [error for one in starts if (error := one.exception())]
        self._workers = [one.result() for one in starts if not one.exception()]
        if failures:
            self.close()
            raise failures[0]
        self._threads = [threading.Thread(target=self._work, args=[worker], daemon=True) for worker in self._workers]
        for thread in self._threads:
            thread.start()

    def run(self, tasks: Iterable[Task]) -> Iterator[list[Outcome]]:
        """The outcomes as they come, some at a time.  Tasks are taken only as fast as they are done."""
        waiting = 0
        for task in tasks:
            self._todo.put(task)
            waiting += 1
            if waiting > 2 * len(self._workers):
                found = self._ready()
                waiting -= len(found)
                yield found
        while waiting:
            found = self._ready()
            waiting -= len(found)
            yield found

    def close(self) -> None:
        """End the graders, and with them what they are working on."""
        for _ in self._workers:
            self._todo.put(None)
        for worker in self._workers:
            worker.close()

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _work(self, worker: Worker) -> None:
        while (task := self._todo.get()) is not None:
            self._done.put(worker.do(task))

    def _ready(self) -> list[Outcome]:
        """At least one outcome, and all others that are there already: they are committed together."""
        found = [self._done.get()]
        while not self._done.empty():
            found.append(self._done.get())
        return found


def warm(course: Course, exercises: Sequence[str], allow_weak: bool) -> Marker:
    """A warm grader of this machine.

    Raises GraderError when it cannot start, or when its walls are weaker than they could be and that was not allowed.
    """
    grader = Grader(course, exercises)
    try:
        if grader.is_weak and not allow_weak:
            raise GraderError(
                f"Submissions could not be walled in fully here: {grader.isolation}.",
                "`tfl doctor` says what is missing; --allow-weak-isolation grades all the same, and each mark says so.",
            )
    except BaseException:
        grader.close()
        raise
    return grader
