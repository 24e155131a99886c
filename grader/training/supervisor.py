"""Running the learner's process from the trusted side: what it may see, how long, and what is believed of it."""

import math
import os
import threading
import time
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from tfl.errors import TrainingError
from tfl.events import Epoch, Event, Failed, Finished, Result, Step
from tfl.formats import duration
from tfl.jobs import Job, Request

KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "SYSTEMROOT", "PYTHONPATH", "VIRTUAL_ENV")
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}  # numpy's threads would begin before the walls
GRACE = 2.0  # seconds that it has for ending when it is asked to
STEPS_A_SECOND = 20  # of its reports that are passed on
MOST_EPOCHS = 1_000  # of one training

UNENDING = "Look for a loop without an end, or for one that goes over every number by itself."


@dataclass
class Ended:
    """What the learner's process has told.  None of it is more than its word."""

    walls: str  # "landlock+seccomp", …
    found: dict[str, Any]
    histories: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # by assignment, as in history.jsonl


def employ(
    request: Request,
    names: Collection[str],
    emit: Callable[[Event], None],
    limit: float,
    histories: dict[str, list[dict[str, Any]]],
) -> Ended:
    """Have the request done by the learner's process; epochs come into `histories` while it works.

    Its events are passed on when they belong to one of the `names`.  Raises TrainingError, in the learner's own lines
    where their code failed, and KeyboardInterrupt after ending the process.
    """
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment |= {**ONE_THREAD, "TMPDIR": request["scratch"]}
    late = threading.Event()
    value: dict[str, Any] | None = None
    failure: Failed | None = None
    with closing(Job("grader.training.learner:work", request, "grader.training.learner", environment)) as job:

        def end() -> None:
            late.set()
            job.stop(0)

        alarm = threading.Timer(limit, end)
        alarm.daemon = True
        alarm.start()
        relay = _Relay(names, emit, histories)
        try:
            for event in job:
                relay.take(event)
                if isinstance(event, Result):
                    value = event.value
                elif isinstance(event, Failed):
                    failure = event
                elif isinstance(event, Finished):
                    failure = None
        except BaseException:
            job.stop(GRACE)
            raise
        finally:
            alarm.cancel()
    if late.is_set():
        raise TrainingError(f"Training with your code had not ended after {duration(limit)} and was stopped.", UNENDING)
    if failure:
        raise TrainingError(failure.message, failure.action)
    if value is None or not isinstance(value.get("found"), dict):
        raise TrainingError("The process that trained with your code ended without a result.", "Run it again.")
    walls = [wall for wall in ("landlock", "seccomp") if wall in value.get("walls", ())]
    return Ended("+".join(walls) or "process only", value["found"], histories)


class _Relay:
    """Passes on what belongs to the trainings that were assigned, and not more of it than anyone can read."""

    def __init__(
        self, names: Collection[str], emit: Callable[[Event], None], histories: dict[str, list[dict[str, Any]]]
    ) -> None:
        self._names, self._emit, self._histories = names, emit, histories
        self._last = -math.inf

    def take(self, event: Event) -> None:
        if not isinstance(event, Step | Epoch) or event.run not in self._names:
            return
        if isinstance(event, Step):
            now = time.monotonic()
            if now - self._last < 1 / STEPS_A_SECOND:
                return
            self._last = now
        else:
            history = self._histories.setdefault(event.run, [])
            if len(history) >= MOST_EPOCHS:
                return
            history.append(event.model_dump(exclude={"event", "run"}))
        self._emit(event.model_copy(update={"run": f"yours: {event.run}"}))
