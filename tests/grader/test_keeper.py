"""The keeper against guests that are scripted: late, malformed, unasked, too long, gone."""

import os
import signal
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.keeper import Forgery, Guest, Keeper
from grader.observers import Unobserved
from grader.patience import Patience
from grader.sandbox import wire
from grader.sandbox.guest import HEAD
from tests.grader.scripted import PATIENCE, FakeZygote, Line, Script
from tfl.errors import GraderError


@contextmanager
def guest(script: Script, status: int = signal.SIGKILL) -> Iterator[Guest]:
    zygote = FakeZygote(script, status=status)
    zygote.start()
    keeper = Keeper(zygote.keeper)
    found = keeper.take()
    try:
        yield found
    finally:
        found.close()
        keeper.close()
        zygote.join(5)


def ask(found: Guest) -> Any:
    return found.ask({"do": "observe", "name": "x", "arguments": ()}, 0.5, PATIENCE)


def outcome(script: Script, status: int = signal.SIGKILL) -> Unobserved:
    """What asking a guest raises."""
    with guest(script, status) as found, pytest.raises(Unobserved) as raised:
        ask(found)
    return raised.value


# ------------------------------------------------------------------------------------------------------ good answers


def test_an_answer_in_the_right_form_is_what_was_found() -> None:
    def script(line: Line) -> None:
        while True:
            ticket, request = line.asked()
            line.answer(ticket, {"found": request["name"]})

    with guest(script) as found:
        assert ask(found) == "x" and ask(found) == "x" and found.alive and found.walls == ["scripted"]


def test_an_answer_may_come_in_pieces() -> None:
    def script(line: Line) -> None:
        ticket, _ = line.asked()
        message = wire.encode({"found": 7})
        for byte in HEAD.pack(len(message), ticket) + message:
            line.channel.send(bytes([byte]))
        line.asked()

    with guest(script) as found:
        assert ask(found) == 7


def test_what_the_submission_raised_is_told() -> None:
    def script(line: Line) -> None:
        told = {"type": "ValueError", "message": "no", "trace": ["line 1, in <module>: x"], "missing": False}
        line.answer(line.asked()[0], {"told": told})
        line.asked()

    error = outcome(script)
    assert (error.verdict, error.message, error.trace) == ("error", "ValueError: no", ("line 1, in <module>: x",))


def test_what_it_prints_is_kept_and_capped() -> None:
    def script(line: Line) -> None:
        os.write(line.output, b"hello \xff" + b"x" * 20_000)
        line.answer(line.asked()[0], {"found": 1})
        line.asked()

    with guest(script) as found:
        ask(found)
        assert found.printed().startswith("hello \ufffdxxx") and len(found.printed()) <= 4_001


def test_what_is_noticed_is_known_when_it_has_ended_and_rubbish_is_not() -> None:
    def script(line: Line) -> None:
        os.write(line.notices, b"frames\nall is well\n\xff\xfe\nprocess\n")
        line.answer(line.asked()[0], {"found": 1})
        line.asked()

    with guest(script) as found:
        ask(found)
        found.close()
        assert found.noticed() == {"frames", "process"}


# ------------------------------------------------------------------------------------------------------------ forgers


def wrong_ticket(line: Line) -> None:
    line.asked()
    line.answer(bytes(16), {"found": 1})


def no_message(line: Line) -> None:
    line.raw(line.asked()[0], b"")


def too_long(line: Line) -> None:
    line.channel.sendall(struct.pack("!I16s", wire.MAX_BYTES + 1, line.asked()[0]))


def rubbish(line: Line) -> None:
    line.raw(line.asked()[0], b"\x80\x04rubbish")


def a_number(line: Line) -> None:
    line.answer(line.asked()[0], 7)


def another_key(line: Line) -> None:
    line.answer(line.asked()[0], {"points": 100})


def one_key_more(line: Line) -> None:
    line.answer(line.asked()[0], {"found": 1, "points": 100})


def told_in_another_form(line: Line) -> None:
    line.answer(line.asked()[0], {"told": {"type": 1, "message": None}})


def told_with_lines_that_are_no_text(line: Line) -> None:
    told = {"type": "E", "message": "", "trace": [wire.Opaque("x")], "missing": False}
    line.answer(line.asked()[0], {"told": told})


@pytest.mark.parametrize(
    "script",
    [
        wrong_ticket, no_message, too_long, rubbish, a_number, another_key, one_key_more, told_in_another_form,
        told_with_lines_that_are_no_text,
    ],
)  # fmt: skip
def test_an_answer_that_the_sandbox_does_not_write_is_a_forgery(script: Script) -> None:
    assert isinstance(outcome(script), Forgery)


def test_a_second_answer_is_a_forgery() -> None:
    def script(line: Line) -> None:
        ticket, _ = line.asked()
        line.answer(ticket, {"found": 1})
        line.answer(ticket, {"found": 2})
        line.asked()

    with guest(script) as found:
        assert ask(found) == 1
        with pytest.raises(Forgery):
            ask(found)


def test_an_answer_before_the_question_is_a_forgery() -> None:
    sent = threading.Event()

    def script(line: Line) -> None:
        line.answer(bytes(16), {"found": 1})
        sent.set()
        line.asked()

    with guest(script) as found:
        sent.wait(5)
        with pytest.raises(Forgery):
            ask(found)


@given(st.binary(min_size=1, max_size=200))
def test_whatever_bytes_come_the_keeper_goes_on(raw: bytes) -> None:
    def script(line: Line) -> None:
        line.asked()
        line.channel.sendall(raw)

    assert outcome(script).verdict in ("error", "timeout")


# ------------------------------------------------------------------------------------------------------------ endings


def test_a_late_answer_is_not_waited_for() -> None:
    error = outcome(lambda line: line.channel.recv(1 << 20) and threading.Event().wait(8) and None)
    assert (error.verdict, error.message[:20]) == ("timeout", "It took longer than ")


def test_half_an_answer_is_not_waited_for() -> None:
    def script(line: Line) -> None:
        line.channel.sendall(HEAD.pack(1000, line.asked()[0]) + b"x")
        line.asked()

    assert outcome(script).verdict == "timeout"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, "exit status 0"),
        (3 << 8, "exit status 3"),
        (signal.SIGSEGV, "SIGSEGV"),
        (signal.SIGKILL, "was killed"),
        (signal.SIGXCPU, "processor time"),
        (40, "signal 40"),
    ],
)
def test_a_guest_that_is_gone_is_told_by_how_it_ended(status: int, words: str) -> None:
    error = outcome(lambda line: line.channel.close(), status)
    assert error.verdict == "error" and words in error.message


def test_a_flood_of_output_ends_it() -> None:
    def script(line: Line) -> None:
        line.asked()
        while True:
            os.write(line.output, b"x" * 65_536)

    assert "printed more than 4 MB" in outcome(script).message


def test_too_many_threads_or_too_much_memory_end_it() -> None:
    threads, memory = Patience(threads=0, memory=1 << 50), Patience(memory=1)
    for patience, words in ((threads, "more than 0 threads"), (memory, "too much memory")):
        with guest(lambda line: line.exactly(1 << 20) and None) as found, pytest.raises(Unobserved) as raised:
            found.ask({}, 3.0, patience)
        assert words in raised.value.message


def test_a_warm_process_that_has_ended_is_the_graders_failure() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    keeper = Keeper(ours)
    with pytest.raises(GraderError, match="warm process has ended"):
        keeper.take()
    keeper.close()
