"""What is odd in a text and in a mark: told of what no exercise calls for, and of nothing that honest work has."""

from pathlib import Path

import pytest

from grader.classes.remarks import of_mark, of_text
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
        ("class P(nn.Module):\n    def forward(self, x):\n        return x", ()),
        ("import torch, math, copy\nfrom torch import nn\nimport matplotlib.pyplot as plt\nimport numpy as np", ()),
        ("def (", ()),
        ("\0", ()),
    ],
)  # fmt: skip
def test_what_no_exercise_needs_is_told_in_order_and_not_at_length(source: str, told: tuple[str, ...]) -> None:
    assert of_text(source) == tuple(f"Its text uses {name}." for name in told)


@pytest.mark.parametrize("exercise", COURSE.exercises, ids=lambda exercise: exercise.id)
def test_nothing_is_told_of_stubs_and_solutions(exercise: Exercise) -> None:
    for path in (COURSE.stub(exercise), COURSE.solution(exercise)):
        assert of_text(path.read_text(encoding="utf-8")) == ()


def test_nothing_is_told_of_right_answers_in_other_styles() -> None:
    styles = list((Path(__file__).parents[1] / "checks" / "styles").glob("*.py"))
    assert styles
    assert {path.name: of_text(path.read_text(encoding="utf-8")) for path in styles} == {p.name: () for p in styles}


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
    assert told in words


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
