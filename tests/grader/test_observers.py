"""Observations in this process: what a submission shows, and how it fails."""

from pathlib import Path

import pytest
import torch

from grader.observers import Direct, Unobserved, raised

OBSERVE = "def twice(lab, x):\n    return lab.twice(x)\n\n\ndef kind(lab, x):\n    return type(x).__name__, object()\n"


@pytest.fixture
def observe(tmp_path: Path) -> Path:
    path = tmp_path / "observe.py"
    path.write_text(OBSERVE)
    return path


def test_an_observation_comes_back_as_plain_data(observe: Path) -> None:
    observer = Direct("def twice(x):\n    return 2 * x\n", "mine.py", observe)
    assert torch.equal(observer.call("twice", (torch.ones(2),)), 2 * torch.ones(2))
    name, thing = observer.call("kind", ((1, 2),))
    assert name == "list" and str(thing) == "an object of type object"


def test_an_input_is_a_copy(observe: Path) -> None:
    observer = Direct("def twice(x):\n    return x.mul_(2)\n", "mine.py", observe)
    x = torch.ones(2)
    assert torch.equal(observer.call("twice", (x,)), 2 * torch.ones(2)) and torch.equal(x, torch.ones(2))


def test_what_a_submission_raises_is_its_own_error(observe: Path) -> None:
    observer = Direct("def twice(x):\n    return x / 0\n", "mine.py", observe)
    with pytest.raises(Unobserved, match="ZeroDivisionError: division by zero") as error:
        observer.call("twice", (1,))
    assert error.value.verdict == "error" and error.value.trace == ("line 2, in twice: return x / 0",)


def test_a_submission_that_cannot_be_loaded_fails_each_observation(observe: Path) -> None:
    observer = Direct("import nothing_of_this_name\n", "mine.py", observe)
    for _ in range(2):
        with pytest.raises(Unobserved, match="ModuleNotFoundError"):
            observer.call("twice", (1,))


@pytest.mark.parametrize(
    ("told", "verdict", "message"),
    [
        ({"type": "MissingName", "message": "`x` is not defined.", "missing": True}, "failed", "`x` is not defined."),
        ({"type": "NotImplementedError", "message": "", "missing": False}, "failed", "Not written yet."),
        ({"type": "NotImplementedError", "message": "Do.", "missing": False}, "failed", "Not written yet.  Do."),
        ({"type": "KeyError", "message": "", "missing": False}, "error", "KeyError"),
        (
            {"type": "SystemExit", "message": "0", "missing": False},
            "error",
            "SystemExit: 0.  It ended the program: leave exit(), quit() and sys.exit() out.",
        ),
        (
            {"type": "TypeError", "message": "f() takes 1 positional argument but 2 were given", "missing": False},
            "error",
            "TypeError: f() takes 1 positional argument but 2 were given.  Checks call by position: compare your "
            "parameters with the stub's.",
        ),
        ({"type": "KeyError", "message": "'a'", "missing": False}, "error", "KeyError: 'a'"),
    ],
)
def test_what_was_raised_in_words(told: dict[str, object], verdict: str, message: str) -> None:
    error = raised(told | {"trace": []})
    assert (error.verdict, error.message) == (verdict, message)


def test_what_one_observation_leaves_behind_does_not_disturb_the_next_or_the_judge(observe: Path) -> None:
    source = (
        "import random, torch\ndef twice(x):\n    found = [torch.is_grad_enabled(), str(torch.get_default_dtype()), "
        "torch.rand(1).item(), random.random(), torch.get_num_threads()]\n    torch.set_grad_enabled(False)\n    "
        "torch.set_default_dtype(torch.float64)\n    torch.set_num_threads(2)\n    return found\ntwice(1)\n"
    )
    observer = Direct(source, "mine.py", observe)
    first, second = (observer.call("twice", (1,)) for _ in range(2))
    assert first == second and first[:2] == [True, "torch.float32"] and first[4] == 1
    assert torch.is_grad_enabled() and torch.get_default_dtype() is torch.float32


def test_who_leaves_the_debugger_leaves_the_checks(observe: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        Direct("import bdb\ndef twice(x):\n    raise bdb.BdbQuit\n", "mine.py", observe).call("twice", (1,))


def test_code_that_leaves_is_its_own_error(observe: Path) -> None:
    for source in ("import sys\nsys.exit(0)\n", "def twice(x):\n    raise SystemExit\n"):
        with pytest.raises(Unobserved, match="It ended the program"):
            Direct(source, "mine.py", observe).call("twice", (1,))
