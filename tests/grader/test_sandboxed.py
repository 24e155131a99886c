"""One submission's observations, from guests that are scripted."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from grader.keeper import Forgery, Keeper
from grader.observers import Unobserved
from grader.sandboxed import Sandboxed
from tests.grader.scripted import PATIENCE, FakeZygote, Line, Script


@contextmanager
def submission(*scripts: Script) -> Iterator[Sandboxed]:
    zygote = FakeZygote(*scripts)
    zygote.start()
    keeper = Keeper(zygote.keeper)
    try:
        yield Sandboxed(keeper, "x = 1", "mine.py", "", PATIENCE)
    finally:
        keeper.close()
        zygote.join(5)


def obliging(line: Line) -> None:
    while True:
        ticket, request = line.asked()
        line.answer(ticket, {"found": request.get("name")})


def dies_at_the_first_observation(line: Line) -> None:
    line.answer(line.asked()[0], {"found": None})
    line.asked()


def test_a_guest_that_died_is_replaced_for_the_next_observation() -> None:
    with submission(dies_at_the_first_observation, obliging) as observer:
        with pytest.raises(Unobserved):
            observer.call("one", ())
        assert observer.call("two", ()) == "two"
        observer.settle()
        assert len(observer.incidents) == 1 and not observer.forged
        observer.close()


def test_a_forgery_ends_it_for_good() -> None:
    def script(line: Line) -> None:
        line.answer(line.asked()[0], {"found": None})
        ticket, _ = line.asked()
        line.answer(ticket, {"found": 1, "points": 7})
        line.asked()

    with submission(script, obliging) as observer:
        for _ in range(2):
            with pytest.raises(Forgery):
                observer.call("one", ())
        observer.settle()
        assert observer.forged and len(observer.incidents) == 1
        observer.close()


def test_what_is_sent_after_the_last_answer_is_a_forgery_too() -> None:
    sent = threading.Event()

    def script(line: Line) -> None:
        line.answer(line.asked()[0], {"found": None})
        line.answer(line.asked()[0], {"found": 1})
        line.answer(bytes(16), {"found": 2})
        sent.set()
        line.asked()

    with submission(script) as observer:
        assert observer.call("one", ()) == 1
        sent.wait(5)
        observer.settle()
        assert observer.forged
        observer.close()


def test_a_submission_that_cannot_be_loaded_is_not_loaded_again() -> None:
    def script(line: Line) -> None:
        told = {"type": "ImportError", "message": "no", "trace": [], "missing": False}
        line.answer(line.asked()[0], {"told": told})
        line.asked()

    with submission(script) as observer:
        for _ in range(3):
            with pytest.raises(Unobserved, match="ImportError: no"):
                observer.call("one", ())
        observer.close()
