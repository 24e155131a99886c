"""A submission loaded as a module, and its errors in plain data."""

import pytest

from grader.sandbox import lab
from grader.sandbox.lab import MissingName, load, told


def test_a_submission_is_a_module_whose_names_can_be_asked_for() -> None:
    assert load("def twice(x):\n    return 2 * x\n", "mine.py").twice(3) == 6


def test_a_missing_name_is_told_with_the_nearest_one() -> None:
    submission = load("def positional_encoding(x): ...\nclass Other: ...\n", "mine.py")
    with pytest.raises(MissingName, match=r"Found `positional_encoding`; the exercise asks for `PositionalEncoding`\."):
        _ = submission.PositionalEncoding


def test_what_a_submission_imports_is_not_the_nearest_name() -> None:
    submission = load("from fractions import Fraction\n", "mine.py")
    with pytest.raises(MissingName, match="is not defined"):
        _ = submission.Fractions


def of(source: str, filename: str = "mine.py") -> dict[str, object]:
    """What is told of the exception that a source raises."""
    try:
        load(source, filename)
    except BaseException as error:
        return told(error, filename)
    raise AssertionError("nothing was raised")


def test_an_error_is_told_in_the_submissions_own_lines() -> None:
    found = of("import statistics\n\ndef mean(x):\n    return statistics.mean(x)\n\nmean([])\n")
    assert found["type"] == "StatisticsError"
    assert found["trace"] == ["line 6, in <module>: mean([])", "line 4, in mean: return statistics.mean(x)"]


def test_lines_are_counted_as_python_counts_them() -> None:
    assert of("x = '\f \x1c \u2028'\nraise ValueError(x)\n")["trace"] == ["line 2, in <module>: raise ValueError(x)"]


def test_a_long_line_a_long_message_and_a_long_name_are_cut() -> None:
    found = of("raise type('E' * 9_999, (Exception,), {})('m' * 9_999 if '" + "x" * 9_999 + "' else '')")
    assert len(str(found["type"])) == lab.NAME_LENGTH and len(str(found["message"])) == lab.MESSAGE_LENGTH
    assert [len(line) for line in found["trace"]] == [lab.LINE_LENGTH]  # type: ignore[attr-defined]


def test_only_the_last_lines_of_a_deep_recursion_are_told() -> None:
    source = "def down():\n    up()\ndef up():\n    down()\ndown()\n"
    assert len(of(source)["trace"]) == lab.TRACE_LINES  # type: ignore[arg-type]


def test_a_function_that_calls_itself_is_told_once() -> None:
    found = of("def down():\n    down()\ndown()\n")
    assert found["trace"] == ["line 3, in <module>: down()", "line 2, in down: down()"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("def __str__(self): return 1 / 0", "(its message cannot be shown: ZeroDivisionError)"),
        ("def __str__(self): raise SystemExit(0)", "(it cannot be shown)"),
        ("def __str__(self): return str(self)", "(its message cannot be shown: RecursionError)"),
        ("__traceback__ = property(lambda self: 1 / 0)", "here"),
        ("__class__ = int", "here"),
    ],
)
def test_an_exception_that_fails_while_it_is_looked_at_is_told_all_the_same(body: str, message: str) -> None:
    assert of(f"class Odd(Exception):\n    {body}\nraise Odd('here')\n")["message"] == message


def test_a_message_of_a_derived_class_is_told_as_plain_text() -> None:
    found = of(
        "class Text(str):\n    def __getitem__(self, i): return 42\n    def __len__(self): return -1\n"
        "class Odd(Exception):\n    def __str__(self): return Text('well')\nraise Odd\n"
    )
    assert found["message"] == "well" and type(found["message"]) is str


def test_a_name_that_a_metaclass_invents_is_not_believed() -> None:
    meta = "class Meta(type):\n    __name__ = property(lambda cls: 1 / 0)\n"
    assert of(f"{meta}class E(Exception, metaclass=Meta): ...\nraise E")["type"] == "E"
