"""Alike submissions: found through renaming and reformatting, not through the stub or common idioms."""

from pathlib import Path

import pytest

from grader.classes.gradebook import Gradebook, NewAttempt
from grader.classes.groups import groups
from grader.classes.roster import Student
from grader.classes.similar import Prints, covered, pairs, prints
from grader.classes.similar_page import write
from tests.grader.classes.conftest import put
from tfl.course import Course

STUB = '''
"""The stub."""
import torch

def given(values, width):
    """Helps."""
    total = 0
    for value in values:
        if value > width:
            total += value * 2
        else:
            total -= value
    return [total / len(values) for _ in range(width)]
'''
COPIED = (
    STUB
    + """
def odd(values, width):
    grid = [[0 for _ in range(width)] for _ in values]
    for row, value in enumerate(values):
        while value > 0:
            value, rest = divmod(value, width)
            grid[row][rest] += sum(grid[row]) or 1
    return sorted((max(line) - min(line), line) for line in grid if any(line))
"""
)
RENAMED = (
    STUB
    + '''
# my very own work
def strange(zahlen: list[int], breite: int) -> list:
    """Not copied at all."""
    tafel = [[0 for _ in range(breite)] for _ in zahlen]
    for i, zahl in enumerate(zahlen):

        while zahl > 77:   # other numbers
            zahl, q = divmod(zahl, breite)
            tafel[i][q] += sum(tafel[i]) or 5
    return sorted((max(z) - min(z), z) for z in tafel if any(z))
'''
)
HONEST = (
    STUB
    + """
def odd(values, width):
    result = {}
    for value in values:
        key = value % width
        result.setdefault(key, []).append(value)
    longest = 0
    for key in result:
        longest = max(longest, len(result[key]))
    return {key: found + [None] * (longest - len(found)) for key, found in result.items()}
"""
)
IDIOM = """
def common(model):
    for parameter in model.parameters():
        parameter.requires_grad = False
    for name, parameter in model.named_parameters():
        if name.startswith("layer"):
            parameter.requires_grad = True
    return [p for p in model.parameters() if p.requires_grad]
"""


def compared(*sources: str, least: float = 0.6) -> list[tuple[int, int, float]]:
    found = pairs({number: prints(source) for number, source in enumerate(sources)}, prints(STUB), least)
    return [(pair.one, pair.other, pair.share) for pair in found]


def test_a_copy_is_found_also_when_it_was_renamed_and_reformatted() -> None:
    assert compared(COPIED, HONEST, COPIED) == [(0, 2, 1.0)]
    ((one, other, share),) = compared(COPIED, HONEST, RENAMED)
    assert (one, other) == (0, 2) and share > 0.9


def test_the_stub_alone_makes_nobody_alike() -> None:
    assert compared(STUB, STUB + "x = 1\n", HONEST) == []


def test_what_many_write_makes_nobody_alike() -> None:
    honest = [STUB + IDIOM + f"name{number} = {number}\n" for number in range(12)]
    assert compared(*honest) == []
    copies = [STUB + IDIOM + COPIED.removeprefix(STUB), STUB + IDIOM + RENAMED.removeprefix(STUB)]
    assert [pair[:2] for pair in compared(*honest, *copies)] == [(12, 13)]


def test_what_cannot_be_read_is_like_nothing() -> None:
    assert prints("def (:") == {} and prints("") == {} and prints("\0") == {}
    assert compared("def (:", "def (:") == []


def grouped(*sources: str) -> list[tuple[int, ...]]:
    found = groups({number: prints(source) for number, source in enumerate(sources)}, prints(STUB))
    return [group.members for group in found]


def renamed(number: int) -> str:
    """A copy with other names, another constant and a line of its own."""
    return COPIED.replace("grid", f"grid{number}").replace("rest", f"r{number}") + f"\nmine{number} = {number}\n"


@pytest.mark.parametrize("circle", [50, 20, 3])  # of 60: more than 40 and more than 30 %, more than 30 %, a few
def test_a_copying_circle_is_one_group_however_large(circle: int) -> None:
    honest = [
        STUB + f"\ndef f(x):\n    y = x{' * x' * number}\n    return [y] * {number}\n" for number in range(60 - circle)
    ]
    sources = [*honest, *map(renamed, range(circle))]
    assert grouped(*sources) == [tuple(range(60 - circle, 60))]


def test_a_group_leaves_no_pairs_of_its_own_and_hides_no_others(
    book: Gradebook, course: Course, tmp_path: Path
) -> None:
    course.stub(course.exercise("1")).write_text(STUB)
    for number in range(6):
        sent(book, f"circle{number}", renamed(number))
    sent(book, "grace", HONEST)
    sent(book, "eve", HONEST.replace("result", "outcome"))
    found = write(book, course, tmp_path / "out")
    (group,) = found["groups"]
    assert (group["count"], group["of"], group["share"]) == (6, 8, 1.0)
    assert [(pair["one"], pair["other"]) for pair in found["pairs"]] == [("eve", "grace")]
    page = (tmp_path / "out/similar.html").read_text()
    assert "6 of 8" in page and "circle0, circle1" in page
    assert 'class="same"' in (tmp_path / "out" / group["page"]).read_text()


def test_a_short_answer_that_everybody_gives_makes_no_group() -> None:
    assert grouped(*(STUB + IDIOM + f"name{number} = {number}\n" for number in range(12))) == []


def test_a_different_long_answer_is_in_no_group() -> None:
    assert grouped(COPIED, RENAMED, HONEST, renamed(1)) == [(0, 1, 3)]
    assert grouped(COPIED, RENAMED, HONEST) == [], "two are a pair"


def test_short_passages_are_chance() -> None:
    assert compared(STUB + "a = sum([1, 2])\n", STUB + "b = sum([3, 4])\n") == []


def test_the_passages_are_where_the_copy_stands() -> None:
    found: dict[int, Prints] = {0: prints(COPIED), 1: prints(RENAMED)}
    (pair,) = pairs(found, prints(STUB))
    first = COPIED[: COPIED.index("def odd")].count("\n") + 1
    assert covered(pair.of_one) <= set(range(first - 4, COPIED.count("\n") + 1))  # one may begin in the stub's end
    assert len(covered(pair.of_one)) >= 6


def sent(book: Gradebook, student: str, source: str) -> None:
    real = put(book.folder.parent / "in", {f"{student}.py": source}) / f"{student}.py"
    book.add_attempts([NewAttempt(Student(id=student), "exercise1", f"{student}.py", real, None, "")])


def test_the_pages_show_them_side_by_side_and_escaped(book: Gradebook, course: Course, tmp_path: Path) -> None:
    course.stub(course.exercise("1")).write_text(STUB)
    sent(book, "ada", COPIED + "\nx = '<script>alert(1)</script>\\x1b'\n")
    sent(book, "eve", RENAMED)
    sent(book, "grace", HONEST)
    found = write(book, course, tmp_path / "out")
    assert [(pair["one"], pair["other"]) for pair in found["pairs"]] == [("ada", "eve")]
    page = (tmp_path / "out" / found["pairs"][0]["page"]).read_text()
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert page.count('class="same"') >= 12
    assert "never a verdict" in (tmp_path / "out/similar.html").read_text()


def test_a_copy_of_oneself_in_another_attempt_is_no_pair(book: Gradebook, course: Course, tmp_path: Path) -> None:
    sent(book, "ada", COPIED)
    sent(book, "ada", COPIED + "# again\n")
    assert write(book, course, tmp_path / "out")["pairs"] == []


@pytest.mark.parametrize("count", [400])
def test_a_large_class_is_compared_without_comparing_every_pair(count: int) -> None:
    sources = [
        STUB + f"\ndef f(x):\n    y = x{' * x' * (i % 37)}\n    return [y{' - y' * (i % 29)} for _ in x]\n"
        for i in range(count)
    ]
    assert len(compared(*sources, COPIED, RENAMED)) < count
    assert (count, count + 1) in [pair[:2] for pair in compared(*sources, COPIED, RENAMED)]
