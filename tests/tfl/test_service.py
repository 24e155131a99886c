"""A process that answers questions."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tfl import service
from tfl.errors import ServiceError
from tfl.service import Service

SOURCE = """
import os, sys, time
from tfl.errors import UsageError

ANSWERS = {name: f"stand_in:{name}" for name in ("echo", "refuse", "break_down", "die", "chat", "count")}
asked = 0

def echo(request):
    return {"said": request["say"]}

def refuse(request):
    raise UsageError("There is no word in the text.", "Give a sentence.")

def break_down(request):
    return {"half": 1 / 0}

def die(request):
    print("out of luck", file=sys.stderr)
    sys.stderr.flush()
    os._exit(3)

def chat(request):
    print("a library says hello")
    return {}

def count(request):
    global asked
    asked += 1
    return {"asked": asked, "process": os.getpid()}
"""


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service with the functions above."""
    (tmp_path / "stand_in.py").write_text(SOURCE)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path(service.__file__).parents[1]}")
    found = Service("stand_in:ANSWERS")
    yield found
    found.close()


def test_it_answers_one_question_after_the_other(asked: Service) -> None:
    assert [asked.ask("echo", say=word)["said"] for word in ("not", "bad")] == ["not", "bad"]


def test_it_keeps_what_it_knows(asked: Service) -> None:
    asked.ask("count")
    assert asked.ask("count")["asked"] == 2


def test_a_question_it_cannot_answer_says_why_and_what_to_do(asked: Service) -> None:
    with pytest.raises(ServiceError) as caught:
        asked.ask("refuse")
    assert str(caught.value) == "There is no word in the text. Give a sentence."


@pytest.mark.parametrize("question", ["break_down", "unheard_of"])
def test_a_question_that_goes_wrong_does_not_end_it(asked: Service, question: str) -> None:
    with pytest.raises(ServiceError):
        asked.ask(question)
    assert asked.ask("echo", say="still here")["said"] == "still here"


def test_what_a_library_prints_is_no_answer(asked: Service) -> None:
    assert asked.ask("chat") == {}


def test_its_death_is_told_with_its_last_words(asked: Service) -> None:
    with pytest.raises(ServiceError, match="out of luck"):
        asked.ask("die")
    with pytest.raises(ServiceError, match="has ended"):
        asked.ask("echo", say="anyone?")
    assert not asked.alive


def test_closing_it_ends_its_process(asked: Service) -> None:
    process = asked.ask("count")["process"]
    asked.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
