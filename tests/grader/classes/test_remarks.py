"""What is odd in a text and in a mark: told of what no exercise calls for, and of nothing that honest work has."""

from pathlib import Path

import pytest

from grader.classes.remarks import is_mild, of_mark, of_text
from grader.marks import Mark, Verdict
from tfl import course as courses
from tfl.course import Exercise

COURSE = courses.load()


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import pytest\npytest.skip('x')", ("pytest",)),
        ("from _pytest import reports", ("_pytest",)),
        ("import sys\nsys.modules['torch'] = None", ("sys.modules",)),
        ("import os\nos.fork()\nprint(os.path.join('a'), os.getcwd())", ("os.fork",)),
        ("class Same(float):\n    __eq__ = lambda *a: True", ("a class derived from float", "__eq__")),
        ("class T(torch.Tensor):\n    pass", ("a class derived from Tensor",)),
        ("torch.set_default_dtype(torch.float16)", ("set_default_dtype",)),
        ("x = open('f')\ny = open('g')\neval('1')", ("open()", "eval()")),
        ("import gc, pty, mmap, signal", ("gc", "mmap", "pty")),
        ("x = '\\ud800'", ("halves of characters",)),
        ("x = '\\U0001f600', '\\0'", ()),
        ("class P(nn.Module):\n    def forward(self, x):\n        return x", ()),
        ("import torch, math, copy\nfrom torch import nn\nimport matplotlib.pyplot as plt\nimport numpy as np", ()),
        ("def (", ()),
        ("\0", ()),
    ],
)  # fmt: skip
def test_what_no_exercise_needs_is_told_in_order_and_not_at_length(source: str, told: tuple[str, ...]) -> None:
    assert of_text(source) == tuple(f"Its text uses {name}." for name in told)


def test_a_line_that_nobody_writes_is_told_with_its_length() -> None:
    assert of_text(f"x = [{'1, ' * 5_000}]") == ("Its text has a line of 15,006 characters.",)
    assert of_text(f"x = 1  # {'a paragraph ' * 500}") == ()


IDLE = "gives back the very object that it was given."


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("def apart(x):\n    return x", ("apart()",)),
        ("def apart(x, /):\n    'Words.'\n    return x", ("apart()",)),
        ("class Codes:\n    def forward(self, x):\n        return x", ("forward()",)),
        ("def other(x):\n    return x", ()),  # not asked for: perhaps the default of something
        ("class Codes:\n    def __enter__(self):\n        return self", ()),
        ("def apart(model, x):\n    return x", ()),
        ("def apart(model):\n    model.eval()\n    return model", ()),
        ("def apart(x):\n    return x.clone()", ()),
        ("apart = 1", ()),
    ],
)
def test_what_hands_its_input_back_is_told_mildly(source: str, told: tuple[str, ...]) -> None:
    found = of_text(source, ["apart", "Codes"])
    assert found == tuple(f"Look: {name} {IDLE}" for name in told)
    assert all(map(is_mild, found))


@pytest.mark.parametrize("exercise", COURSE.exercises, ids=lambda exercise: exercise.id)
def test_nothing_is_told_of_stubs_and_solutions(exercise: Exercise) -> None:
    for path in (COURSE.stub(exercise), COURSE.solution(exercise)):
        assert of_text(path.read_text(encoding="utf-8"), exercise.asks) == ()


def test_nothing_is_told_of_right_answers_in_other_styles() -> None:
    styles = list((Path(__file__).parents[1] / "checks" / "styles").glob("*.py"))
    assert styles
    for path in styles:
        asks = COURSE.exercise(path.name.partition("_")[0]).asks
        assert of_text(path.read_text(encoding="utf-8"), asks) == (), path.name


def mark(message: str = "", output: str = "", verdict: str = "error") -> Mark:
    check = Verdict(id="a", title="A", points=0, max_points=1, verdict=verdict, message=message, output=output)  # type: ignore[arg-type]
    return Mark(exercise="exercise1", file="x", checks=(check,), isolation="", seconds=0, seed="", course="1")


@pytest.mark.parametrize(
    ("message", "output", "told"),
    [
        ("SystemExit: 0.  It ended the program.", "", "end or to skip"),
        ("Skipped: not today", "", "end or to skip"),
        ("MemoryError", "", "too much memory"),
        ("OSError: [Errno 28] No space left on device", "", "the disk"),
        ("Exception: (it cannot be shown)", "", "could not be shown"),
        ("ValueError: " + "x" * 2000, "", "thousands of characters"),
        ("ValueError: \x1b[2J", "", "draw on terminals"),
        ("", "\u202egnp", "draw on terminals"),
        ("ValueError: =cmd|' /C calc'!A0", "", "markup or a formula"),
        ("", "<script>alert(1)</script>", "markup or a formula"),
        ("", '{"mark": {}}', "results of tests"),
        ("", "x" * 4001, "It printed thousands"),
    ],
)
def test_how_a_check_ends_and_what_is_written(message: str, output: str, told: str) -> None:
    (words,) = of_mark(mark(message, output))
    assert told in words and not is_mild(words)


@pytest.mark.parametrize(
    ("message", "is_told"),
    [
        ("The codes: at [0] 1 is expected; nan came.  1,024 of 1,024 numbers are not finite.", True),
        ("The codes: at [0] 1 is expected; inf came.  6 of 6 numbers are not finite.", True),
        ("The output: it holds numbers that are not finite.", True),
        ("The codes: at [0] 1 is expected; nan came.  24 of 1,024 numbers are not finite.", False),
        ("The codes: at [0] 1 is expected; nan came.  6 of 16 numbers are not finite.", False),
        ("The codes: at [0] 1 is expected; 2 came.  6 of 6 numbers differ.", False),
    ],
)
def test_numbers_that_are_none_are_told_mildly(message: str, is_told: bool) -> None:
    told = of_mark(mark(message, verdict="failed"))
    assert [is_mild(words) for words in told] == [True] * is_told


@pytest.mark.parametrize(
    ("message", "output"),
    [
        ("ValueError: 3 < 4", "tensor([[0.1, 0.2]])\n[1, 2]"),
        ("TypeError: f() missing 1 required positional argument: 'x'", "shape = (2, 3)\n"),
        ("Exception: too long", "epoch 1 | loss 0.3\n"),
    ],
)
def test_an_honest_mistake_is_not_remarkable(message: str, output: str) -> None:
    assert of_mark(mark(message, output)) == ()
    assert of_mark(mark("a tensor is expected; =1 came", "", "failed")) == ()
