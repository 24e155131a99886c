"""Heavy work in a process of its own.

A front end asks for a job by name and reads its events; the work happens in `python -m tfl.jobs NAME`.
So torch never loads in the front end, a native crash cannot take it down, and cancelling is real.

    request   one line of JSON on the child's standard input (or its second argument, as `torchrun` needs it)
    events    one line of JSON each on the child's standard output, which nothing else can write to
    lifeline  the same standard input stays open: when it closes, the front end is gone and the job stops
"""

import importlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FrameType
from typing import Any

from tfl import events
from tfl.errors import EXIT_FAILED, EXIT_INTERRUPTED, TflError, UnknownName
from tfl.events import Event, Failed, Finished

JOBS = {  # name → "module:function", imported only in the job's process
    "pretrain": "tfl.work:pretrain",
    "train": "tfl.work:train",
    "compare": "tfl.work:compare",
    "predict": "tfl.work:predict",
    "recommend": "tfl.work:recommend",
    "story": "tfl.stories.work:story",
}

Request = dict[str, Any]
Emit = Callable[[Event], None]
JobFunction = Callable[[Request, Emit], None]

GRACE = 10.0  # seconds that a job has for saving its work once it was asked to stop
LONGEST = 64 * 1024 * 1024  # bytes of one event; what a job says beyond that is lost
LOG_LINES = 20  # how much of a dead job's standard error is told

STOPPED = "Stopped before it was done."
OUT_OF_MEMORY = "Memory ran out."
LESS_MEMORY = "Close other programs and run it again; a training goes on with --resume."


# --------------------------------------------------------------------------------------- the front end's side


class Job:
    """A job that has been started: iterate over it for its events, `stop()` it from any thread."""

    def __init__(
        self, name: str, request: Request, host: str = "tfl.jobs", environment: dict[str, str] | None = None
    ) -> None:
        """`name` is a key of `JOBS`, or "module:function" for a job from elsewhere.  Raises UnknownName.

        `host` is the module whose process does it, and `environment` that process's own.
        """
        if name not in JOBS and ":" not in name:
            raise UnknownName("job", name, JOBS)
        self._stopping = False
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._process = subprocess.Popen(
            # -P: what lies in the working directory must not stand in for a module of ours
            [sys.executable, "-P", "-m", host, JOBS.get(name, name)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,  # the terminal's Ctrl-C reaches the job through `stop` only
            env=environment,
        )
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it died at once; iterating tells why

    def __iter__(self) -> Iterator[Event]:
        """Its events.  The last one is always Finished or Failed, whatever became of the process."""
        assert self._process.stdout
        last: Event | None = None
        while line := self._process.stdout.readline(LONGEST):
            try:
                last = events.parse(line)
            except ValueError:
                continue  # a line cut short by the death that is reported below
            yield last
        self._process.wait()
        if not isinstance(last, Finished | Failed):
            yield self._epitaph()

    def stop(self, grace: float | None = None) -> None:
        """Ask the job to save its work and end; it is killed when it has not done so within `grace` (`GRACE`) seconds.

        Asking a second time kills it at once.
        """
        if self._stopping:
            return self._signal(signal.SIGKILL)
        self._stopping = True
        self._signal(signal.SIGINT)
        reaper = threading.Timer(GRACE if grace is None else grace, self._signal, [signal.SIGKILL])
        reaper.daemon = True
        reaper.start()

    def close(self) -> None:
        """End the job if it still runs, wait for it, and let go of its pipes."""
        assert self._process.stdin and self._process.stdout
        if self._process.poll() is None and not self._stopping:
            self.stop()
        self._process.stdout.close()  # nobody reads it now, so it must not fill up
        self._process.wait()
        self._process.stdin.close()
        self._log.close()

    def _signal(self, number: signal.Signals) -> None:
        if self._process.poll() is None:
            # The whole group is killed, so that no worker process of the job outlives it.
            send = os.killpg if number == signal.SIGKILL else os.kill
            with suppress(ProcessLookupError):  # it has just ended by itself
                send(self._process.pid, number)

    def _epitaph(self) -> Event:
        """The last event of a job that did not live to send one."""
        self._log.seek(0)
        log = self._log.read().decode(errors="replace").strip()
        code = self._process.returncode
        if self._stopping:
            return Failed(message=STOPPED, exit_code=EXIT_INTERRUPTED, trace=log)
        if code == 0 and _rank() != 0:
            return Finished(seconds=0)  # under torchrun only the first process speaks
        if code == -signal.SIGKILL:
            return Failed(message="The job was killed, most likely because memory ran out.", action=LESS_MEMORY)
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit status {code}"
        tail = "\n".join(log.splitlines()[-LOG_LINES:])
        said = f" Its last words: {tail.splitlines()[-1]}" if tail else ""
        return Failed(
            message=f"The job ended unexpectedly, {how}.{said}",
            action="Run it again with --debug to see more.",
            trace=tail,
        )


def run_job(name: str, request: Request) -> Iterator[Event]:
    """Run a job and yield its events; the last one is always Finished or Failed.

    While it runs, Ctrl-C asks the job to save its work and stop, and its events go on until it has; a second
    Ctrl-C kills it.  Leaving the loop early stops it too.  In other threads, use `Job`.
    """
    job = Job(name, request)
    in_main_thread = threading.current_thread() is threading.main_thread()
    # A handler instead of catching KeyboardInterrupt: that would surface in whatever prints the events.
    before = signal.signal(signal.SIGINT, lambda *_: job.stop()) if in_main_thread else None
    try:
        yield from job
    finally:
        job.close()
        if in_main_thread:
            signal.signal(signal.SIGINT, before)


# --------------------------------------------------------------------------------------------- the job's side


class Channel:
    """The job's way out: events to the front end, and word from it to stop."""

    def __init__(self) -> None:
        self._stopping = False
        self._silent = _rank() != 0
        # From here on what a library prints goes to standard error, and what it reads is empty.
        self._events = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        self._lifeline = os.dup(0)
        with open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), 0)
        signal.signal(signal.SIGINT, self._interrupt)
        signal.signal(signal.SIGTERM, self._interrupt)

    def request(self, lock_in: Callable[[Request], None] = lambda request: None) -> Request:
        """Read the request, and from then on stop when the front end goes away.

        `lock_in` is called between the two, while this process has a single thread.
        """
        line = b""
        while not line.endswith(b"\n") and (piece := os.read(self._lifeline, 1 << 16)):
            line += piece
        request = json.loads(line)
        lock_in(request)
        threading.Thread(target=self._watch, daemon=True).start()
        return request

    def requests(self) -> Iterator[Request]:
        """The requests of a front end that asks again and again, until it goes away (`tfl.service`)."""
        with os.fdopen(self._lifeline, "rb") as lines:
            for line in lines:
                yield json.loads(line)

    def emit(self, event: Event) -> None:
        """Send an event; where the front end is gone, the job is interrupted instead."""
        if self._silent:
            if isinstance(event, Failed):
                print(event.message, event.action, event.trace, file=sys.stderr)
            return
        try:
            self._events.write(events.encode(event) + "\n")
            self._events.flush()
        except BrokenPipeError:
            self._silent = True
            self._interrupt()

    def _watch(self) -> None:
        while os.read(self._lifeline, 1 << 16):
            pass
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(GRACE)
        os._exit(EXIT_INTERRUPTED)

    def _interrupt(self, number: int = 0, frame: FrameType | None = None) -> None:
        """Raise KeyboardInterrupt, once: a second one would break into the saving of a checkpoint."""
        if not self._stopping:
            self._stopping = True
            raise KeyboardInterrupt


def main(arguments: list[str], lock_in: Callable[[Request], None] = lambda request: None) -> int:
    """Do one job, `NAME [REQUEST]`, NAME a key of `JOBS` or "module:function"; returns the exit status.

    `lock_in` is for hosts of jobs that run untrusted code: see `Channel.request`.
    """
    started = time.perf_counter()
    channel = Channel()
    last: Event
    try:
        name, *rest = arguments
        request = json.loads(rest[0]) if rest else channel.request(lock_in)
        module, _, function = JOBS.get(name, name).partition(":")
        job: JobFunction = getattr(importlib.import_module(module), function)
        job(request, channel.emit)
        last = Finished(seconds=time.perf_counter() - started)
    except TflError as error:
        last = Failed(
            message=error.message,
            action=error.action,
            exit_code=error.exit_code,
            trace=traceback.format_exc(),
        )
    except KeyboardInterrupt as stop:  # a job may raise it again with word on how to go on
        last = Failed(message=STOPPED, action=str(stop), exit_code=EXIT_INTERRUPTED)
    except Exception as error:
        last = _unexpected(error)
    channel.emit(last)
    return last.exit_code if isinstance(last, Failed) else 0


def _unexpected(error: Exception) -> Failed:
    trace = traceback.format_exc()
    # torch's own ways to say so are known by their text, as this module must not import torch.
    if isinstance(error, MemoryError) or re.search("out of memory|can't allocate memory", str(error)):
        return Failed(message=OUT_OF_MEMORY, action=LESS_MEMORY, trace=trace)
    return Failed(
        message=f"Something went wrong inside tfl: {type(error).__name__}: {error}.",
        action="Run it again with --debug to see where.",
        exit_code=EXIT_FAILED,
        trace=trace,
    )


def _rank() -> int:
    """Which of `torchrun`'s processes this is; 0 without it."""
    return int(os.environ.get("RANK", "0"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
