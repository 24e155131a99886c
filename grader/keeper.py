"""The trusted side of the sandbox: starts guests, asks them, watches their time and memory, and ends them.

Nothing that a guest sends is believed beyond its form: an answer that is malformed, late, unasked or of an unknown
kind is worth nothing, and a guest that sends one earns nothing any more.
"""

import ctypes
import os
import secrets
import select
import selectors
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import psutil

from grader.incidents import WORDS
from grader.marks import State
from grader.observers import Unobserved, raised
from grader.patience import Patience
from grader.sandbox import wire
from grader.sandbox.guest import HEAD, TICKET
from tfl.errors import GraderError

WEAK = "process only"  # isolation where no wall stands
SHOWN = 4_000  # characters of what a submission prints in one check
STARVED = 4  # times as long as usual is waited for a guest that other work keeps from running
FLOOD = 4 * 1024 * 1024  # bytes that it may print at all
SETTING_UP = 30.0  # seconds that a guest may need to lock itself in

_libc = ctypes.CDLL(None)


class Forgery(Unobserved):
    """Something came over the channel that the sandbox's own code has not written."""

    def __init__(self) -> None:
        super().__init__("error", "The submission wrote to the grader's own channel: nothing of it counts.")


class Keeper:
    """Holds the line to the warm process.  One guest is always ready before it is asked for."""

    def __init__(self, zygote: socket.socket) -> None:
        zygote.settimeout(SETTING_UP)
        self._zygote = zygote
        self._ready: Guest | None = None

    @property
    def isolation(self) -> str:
        """The walls that stand around guests: "namespaces+landlock+seccomp"."""
        self.prepare()
        assert self._ready
        return "+".join(self._ready.walls) or WEAK

    def prepare(self) -> None:
        """Have a guest ready."""
        if self._ready is None:
            self._ready = self.spawn()

    def take(self) -> "Guest":
        """A guest that has locked itself in."""
        guest, self._ready = self._ready or self.spawn(), None
        return guest

    def spawn(self) -> "Guest":
        """Fork a guest.  Raises GraderError when the warm process is gone or the guest could not lock itself in."""
        ours, theirs = socket.socketpair()
        output, printing = os.pipe()
        notices, noticing = os.pipe()
        try:
            socket.send_fds(self._zygote, [b"spawn"], [theirs.fileno(), printing, noticing])
            message, descriptors, _, _ = socket.recv_fds(self._zygote, 4096, 1)
        except OSError:
            message = b""
        finally:
            theirs.close()
            os.close(printing)
            os.close(noticing)
        if not message:
            ours.close()
            os.close(output)
            os.close(notices)
            raise GraderError("The warm process has ended.", "Start the command again.")
        number, _, folder = message.decode().partition(" ")
        return Guest(int(number), folder, descriptors[0] if descriptors else None, ours, (output, notices), self)

    def end(self, number: int) -> int:
        """Kill a guest and all that it has started; how it ended, as a wait status."""
        try:
            self._zygote.send(b"end %d" % number)
            return int(self._zygote.recv(64))
        except (OSError, ValueError):
            raise GraderError("The warm process has ended.", "Start the command again.") from None

    def close(self) -> None:
        """Let go of everything; the warm process ends by itself."""
        if self._ready:
            self._ready.close()
        self._zygote.close()


class Guest:
    """The process of one submission, seen from outside."""

    def __init__(
        self,
        number: int,
        folder: str,
        pidfd: int | None,
        channel: socket.socket,
        pipes: tuple[int, int],  # what it prints, what is noticed of it
        keeper: Keeper,
    ) -> None:
        self._number, self._folder, self._pidfd, self._channel, self._keeper = number, folder, pidfd, channel, keeper
        self._output, self._notices = pipes
        self._process = _process(number, pidfd)
        self._clock = _clock(self._process.pid) if self._process else None
        self._text = b""
        self._printed = 0
        self._noticed: set[str] = set()
        self._status: int | None = None
        channel.setblocking(False)
        os.set_blocking(self._output, False)
        os.set_blocking(self._notices, False)
        self._select = selectors.DefaultSelector()
        self._select.register(channel, selectors.EVENT_READ)
        self._select.register(self._output, selectors.EVENT_READ)
        try:
            self.walls: list[str] = []
            self.walls = self._receive(TICKET, SETTING_UP, Patience())["found"]
        except Unobserved as error:
            self.close()
            raise GraderError(f"The sandbox could not be set up: {self.printed() or error.message}") from error

    def ask(self, request: dict[str, Any], seconds: float, patience: Patience) -> Any:
        """An answer to a request.  Raises Unobserved; the guest may have ended then (`alive`)."""
        ticket = secrets.token_bytes(16)
        message = wire.encode(request, inward=True)
        if self.forged():
            raise Forgery()
        self._send(HEAD.pack(len(message), ticket) + message, seconds)
        answer = self._receive(ticket, seconds, patience)
        match answer:
            case {"found": found, **rest} if not rest:
                return found
            case {"told": told, **rest} if not rest and _is_told(told):
                raise raised(told)
        raise Forgery()

    @property
    def alive(self) -> bool:
        """Whether it can be asked again."""
        return self._status is None

    def printed(self) -> str:
        """What it has printed since this was last asked."""
        if self.alive:
            self._drain()
        text, self._text = self._text.decode(errors="replace"), b""
        return text[:SHOWN] + ("…" if len(text) > SHOWN else "")

    def forged(self) -> bool:
        """Whether something has come over the channel that nobody asked for."""
        try:
            return self.alive and bool(self._channel.recv(1, socket.MSG_PEEK))
        except OSError:
            return False

    def noticed(self) -> set[str]:
        """What was noticed of it so far: keys of `grader.incidents.WORDS`."""
        if self.alive:
            with suppress(BlockingIOError):
                self._noticed |= WORDS.keys() & os.read(self._notices, 4096).decode(errors="replace").split()
        return self._noticed

    def close(self) -> int:
        """End it, with everything that it has started; its wait status."""
        if self._status is None:
            status = self._keeper.end(self._number)
            self._drain()
            self.noticed()
            self._status = status
            self._select.close()
            self._channel.close()
            os.close(self._output)
            os.close(self._notices)
            if self._pidfd is not None:
                os.close(self._pidfd)
        return self._status

    # ------------------------------------------------------------------------------------------ the channel

    def _send(self, message: bytes, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        view = memoryview(message)
        while view:
            try:
                view = view[self._channel.send(view) :]
            except BlockingIOError:
                if time.monotonic() > deadline:
                    self._late(seconds)
                time.sleep(0.001)
            except OSError:
                self._ended()

    def _receive(self, ticket: bytes, seconds: float, patience: Patience) -> dict[str, Any]:
        started, used = time.monotonic(), self._processor_time()
        deadline = started + seconds
        look = started + 0.05
        buffer = bytearray()
        wanted = HEAD.size
        while len(buffer) < wanted:
            now = time.monotonic()
            if now > deadline:
                starved = self._is_starved(seconds - (self._processor_time() - used))
                if not starved or now > started + STARVED * seconds:
                    self._late(seconds)
                deadline = now + 0.1
            if now > look:
                look = now + 0.1
                self._weigh(patience)
            for key, _ in self._select.select(min(0.1, max(0.0, deadline - now))):
                if key.fd == self._output:
                    self._drain()
                    if self._printed > FLOOD:
                        self._stop("error", f"It printed more than {FLOOD // 1024 // 1024} MB and was stopped.")
                    continue
                try:
                    piece = self._channel.recv(wanted - len(buffer))
                except BlockingIOError:
                    continue
                except OSError:
                    piece = b""
                if not piece:
                    self._ended()
                buffer += piece
            if wanted == HEAD.size == len(buffer):
                length, came = HEAD.unpack(bytes(buffer))
                if came != ticket or not 0 < length <= wire.MAX_BYTES:
                    raise Forgery()
                wanted += length
        try:
            answer = wire.decode(bytes(buffer[HEAD.size :]))
        except wire.WireError as error:
            raise Forgery() from error
        if type(answer) is not dict:
            raise Forgery()
        return answer

    def _processor_time(self) -> float:
        """Seconds of processor time that it has used."""
        with suppress(psutil.Error, OSError, AttributeError):
            if self._clock is not None:
                return time.clock_gettime(self._clock)
            times = self._process.cpu_times()  # type: ignore[union-attr]  # None where there is no such view of it
            return times.user + times.system
        return 0.0

    def _is_starved(self, left: float) -> bool:
        """Whether it would go on if the machine let it: it wants to run and has not had its processor time yet."""
        with suppress(psutil.Error, AttributeError):
            return left > 0.05 and self._process.status() == psutil.STATUS_RUNNING  # type: ignore[union-attr]
        return False

    def _drain(self) -> None:
        with suppress(BlockingIOError):
            while piece := os.read(self._output, 1 << 16):
                self._printed += len(piece)
                self._text += piece[: max(0, 4 * SHOWN - len(self._text))]
                if self._printed > FLOOD:
                    break  # it may print faster than anyone can read

    def _weigh(self, patience: Patience) -> None:
        """Stop it when it holds more than it may."""
        if self._process is None:
            return
        with suppress(psutil.Error, OSError):
            processes = [self._process]
            if "seccomp" not in self.walls:
                processes += self._process.children(recursive=True)
            if sum(process.memory_info().rss for process in processes) > patience.memory:
                self._stop("error", "It took too much memory and was stopped.")
            if sum(process.num_threads() for process in processes) > patience.threads:
                self._stop("error", f"It started more than {patience.threads} threads and was stopped.")
            if self._folder and _size(self._folder) > patience.disk:
                self._stop("error", "It wrote too much to its folder and was stopped.")

    # ---------------------------------------------------------------------------------------------- endings

    def _late(self, seconds: float) -> NoReturn:
        self._stop("timeout", f"It took longer than {seconds:.0f} s and was stopped.")

    def _stop(self, verdict: State, message: str) -> NoReturn:
        self.close()
        raise Unobserved(verdict, message)

    def _ended(self) -> NoReturn:
        """The channel is closed: say how the process ended."""
        if self._pidfd is not None:
            select.select([self._pidfd], [], [], 0.5)  # until it is gone; one that lives on is ended below
        status = self.close()
        if os.WIFEXITED(status):
            how = f"It ended the process with exit status {os.WEXITSTATUS(status)}, instead of returning."
        elif os.WTERMSIG(status) == signal.SIGKILL:
            how = "It closed the grader's channel or was killed, instead of returning."
        elif os.WTERMSIG(status) == signal.SIGXCPU:
            how = "It used too much processor time and was stopped."
        else:
            how = f"It crashed the process ({_signal(os.WTERMSIG(status))}), instead of returning."
        raise Unobserved("error", how)


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # most real-time signals have no name
        return f"signal {number}"


def _is_told(told: Any) -> bool:
    """Whether this is what `lab.told` makes of an exception."""
    if type(told) is not dict or told.keys() != {"type", "message", "trace", "missing"}:
        return False
    texts = [told["type"], told["message"], *(told["trace"] if type(told["trace"]) is list else [None])]
    return all(type(text) is str for text in texts) and type(told["missing"]) is bool


def _size(folder: str) -> int:
    """Bytes of the files below a folder."""
    size = 0
    for where, _, files in os.walk(folder):
        for name in files:
            with suppress(OSError):
                size += os.lstat(os.path.join(where, name)).st_size
    return size


def _clock(pid: int) -> int | None:
    """The clock of a process's processor time, which is read a hundred times as fast as psutil reads /proc."""
    if not sys.platform.startswith("linux"):
        return None
    clock = ctypes.c_int()
    return None if _libc.clock_getcpuclockid(pid, ctypes.byref(clock)) else clock.value


def _process(number: int, pidfd: int | None) -> psutil.Process | None:
    """A guest as psutil sees it.  Its number is that of the warm process's own namespace; the pidfd knows ours."""
    with suppress(OSError, StopIteration, ValueError, psutil.Error):
        if pidfd is None:
            return psutil.Process(number)
        lines = Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines()
        return psutil.Process(int(next(line for line in lines if line.startswith("Pid:")).split()[1]))
    return None
