"""The one job that may go on beside the screens.

The app follows it, not the screen that has started it: a screen may be left or closed while its job goes on, and the
job's end has to be noticed all the same.
"""

import os
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from textual.app import App
from textual.message import Message
from textual.reactive import reactive

from tfl.events import Event, Failed, Finished, Progress, Step
from tfl.jobs import Job

BUSY = "Something is being computed already: {}.  Stop that, or wait for it."


def threads() -> int:
    """How many a job may use: the screen needs a core too."""
    return max(1, (os.cpu_count() or 1) - 1)


class Listener(Protocol):
    """The part of the app that a job was started from."""

    @property
    def is_attached(self) -> bool:
        """Whether it is still there, to be seen or not."""

    @property
    def brief(self) -> str:
        """What the job is doing, in a few words."""

    def hear(self, event: Event) -> None:
        """The job has said something."""


@dataclass
class JobTold(Message):
    """A job has said something."""

    job: Job
    event: Event

    def can_replace(self, message: Message) -> bool:
        """Of several counts that wait to be shown the last one is enough."""
        return (
            isinstance(message, JobTold)
            and isinstance(message.event, Step | Progress)
            and type(message.event) is type(self.event)
            and message.job is self.job
        )


class JobApp(App[None]):
    """An app that runs one job at a time, and ends it before it ends itself."""

    stopping = reactive(False)  # the job has been asked to end
    busy = reactive("")  # what the job is doing, in a few words

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.job: Job | None = None
        self.listener: Listener | None = None
        self.leaving = False  # the app closes when the job has saved its work

    def start_job(self, name: str, request: dict[str, Any], listener: Listener) -> None:
        """Start a job; there must be none that goes on."""
        assert not self.job
        self.job, self.listener = Job(name, request), listener
        self.run_worker(partial(self._follow, self.job), thread=True, group="job")

    def _follow(self, job: Job) -> None:
        """Pass on what the job says, to its end."""
        try:
            for event in job:
                self.post_message(JobTold(job, event))
        finally:
            job.close()

    def on_job_told(self, message: JobTold) -> None:
        """Pass it on to where the job was started.  When it has ended, the next one may come."""
        listener = self.listener
        if isinstance(message.event, Finished | Failed):
            self.job, self.listener, self.stopping = None, None, False
        if listener and listener.is_attached:
            listener.hear(message.event)
            self.busy = listener.brief
        if not self.job:
            self.busy = ""
        if self.leaving and not self.job:
            self.exit()

    def stop_job(self) -> None:
        """Ask the job to save its work and end; the second time, kill it."""
        if self.job:
            self.job.stop()
            self.stopping = True

    def end_job(self) -> None:
        """Ask the job to end, unless it has been asked before."""
        if not self.stopping:
            self.stop_job()

    async def action_quit(self) -> None:
        """Close; where a job is running, once it has saved its work.  A second time, at once."""
        if not self.job:
            self.exit()
            return
        self.leaving = True
        self.stop_job()
