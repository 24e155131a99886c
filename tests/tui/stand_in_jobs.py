"""Jobs that compute nothing, and say what they are told to; and a service that says nothing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any
from unittest import mock

from tfl.errors import EXIT_INTERRUPTED, ServiceError
from tfl.events import Event, Failed, Finished


class StandInJob:
    """In the place of `tfl.jobs.Job`; asked to stop, it ends as a real one does."""

    def __init__(self, name: str, request: dict[str, Any]) -> None:
        self.name, self.request = name, request
        self.stops = 0
        self._events: SimpleQueue[Event] = SimpleQueue()

    def say(self, *events: Event) -> None:
        """Tell the app."""
        for event in events:
            self._events.put(event)

    def __iter__(self) -> Iterator[Event]:
        while True:
            yield (event := self._events.get())
            if isinstance(event, Finished | Failed):
                return

    def stop(self, grace: float | None = None) -> None:
        self.stops += 1
        self.say(Failed(message="Stopped before it was done.", action="Go on with …", exit_code=EXIT_INTERRUPTED))

    def close(self) -> None:
        """Nothing runs."""


@contextmanager
def stand_in_jobs(said: Mapping[str, Sequence[Event]] | None = None) -> Iterator[list[StandInJob]]:
    """The jobs that the app starts meanwhile, the first one first.  `said`: by name, what each says at once."""
    made: list[StandInJob] = []

    def make(name: str, request: dict[str, Any]) -> StandInJob:
        made.append(StandInJob(name, request))
        made[-1].say(*(said or {}).get(name, ()))
        return made[-1]

    with mock.patch("tui.jobs.Job", make):
        yield made


class Unwilling:
    """In the place of the service, where benches are not what a test is about."""

    alive = True

    def ask(self, question: str, **_: Any) -> dict[str, Any]:
        raise ServiceError("Not now.", "Later.")

    def close(self) -> None:
        """Nothing runs."""
