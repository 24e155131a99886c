"""A grader in a process of its own, as front ends use it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.client import FULL, Grader
from grader.marks import Mark, Verdict
from grader.patience import Patience
from grader.submission import Submission
from tfl import course as courses
from tfl.course import Course
from tfl.errors import GraderError

COURSE = """
title = "One exercise"
version = "7"
[paths]
solutions = "solutions"
checks = "checks"
[[stages]]
number = 1
id = "only"
title = "Only"
exercise = "sums1"
[[exercises]]
id = "sums1"
title = "Sums"
file = "sums1.py"
task = "Write total."
asks = ["total"]
hints = ["Add.", "Use sum."]
checks = [
    { id = "total", title = "The sum", points = 2 },
    { id = "empty", title = "Of nothing", points = 1, needs = ["total"] },
]
"""
JUDGE = """
from grader import expect

def test_total(observe, draw):
    numbers = [draw.integer(1, 9) for _ in range(5)]
    expect.close(observe("total", numbers), sum(numbers), "total(numbers)")

def test_empty(observe):
    expect.close(observe("total", []), 0, "total([])")
"""
RIGHT = "def total(numbers):\n    print('adding')\n    return sum(numbers)\n"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course of one exercise with two checks."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "course.toml").write_text(COURSE)
    (folder / "sums1.py").write_text("def total(numbers):\n    raise NotImplementedError\n")
    for path, text in (
        ("solutions/sums1.py", RIGHT),
        ("checks/sums1/judge.py", JUDGE),
        ("checks/sums1/observe.py", "def total(lab, numbers):\n    return lab.total(numbers)\n"),
    ):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return courses.load(folder)


@pytest.fixture(scope="module")
def grader(course: Course) -> Iterator[Grader]:
    with Grader(course) as grader:
        yield grader


def mark(grader: Grader, source: str, seed: str | None = None, name: str = "mine.py") -> Mark:
    return grader.mark(grader.course.exercises[0], Submission(name, source, ("a note",)), seed)


def test_verdicts_come_one_by_one_and_at_last_the_mark(grader: Grader) -> None:
    *verdicts, last = grader.check(grader.course.exercises[0], Submission("mine.py", RIGHT))
    assert [(type(one), one.id, one.points) for one in verdicts if isinstance(one, Verdict)] == [
        (Verdict, "total", 2),
        (Verdict, "empty", 1),
    ]
    assert isinstance(last, Mark) and last.passed and last.checks == tuple(verdicts)


def test_a_mark_says_what_it_is_of(grader: Grader) -> None:
    found = mark(grader, RIGHT)
    assert (found.exercise, found.file, found.score, found.max_score) == ("sums1", "mine.py", 3, 3)
    assert (found.course, found.notes, found.isolation) == ("7", ("a note",), grader.isolation)
    assert found.checks[0].output == "adding\n" and found.seconds > 0 and not found.incidents


def test_the_same_seed_draws_the_same_inputs(grader: Grader) -> None:
    source = "def total(numbers):\n    print(numbers)\n    return sum(numbers)\n"
    first = mark(grader, source)
    assert mark(grader, source, first.seed).checks[0].output == first.checks[0].output
    assert mark(grader, source).checks[0].output != first.checks[0].output


def test_a_check_that_needs_another_waits_for_it(grader: Grader) -> None:
    found = mark(grader, "def total(numbers):\n    return -1\n")
    assert [check.verdict for check in found.checks] == ["failed", "blocked"]
    assert found.checks[1].message == "needs «The sum» first"


def test_partial_credit(grader: Grader) -> None:
    assert mark(grader, "def total(numbers):\n    return sum(numbers) if numbers else None\n").score == 2


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def totals(numbers): ...\n", "Found `totals`; the exercise asks for `total`."),
        ("x = 1\n", "`total` is not defined; the exercise asks for it."),
        ("import nothing_of_this_name\n", "ModuleNotFoundError: No module named 'nothing_of_this_name'"),
        ("def total(numbers):\n    raise NotImplementedError('Add them.')\n", "Not written yet.  Add them."),
        ("def total(a, b):\n    return 0\n", "TypeError: total() missing 1 required positional argument: 'b'"),
        ("def total(numbers)\n", "SyntaxError: expected ':' (mine.py, line 1)"),
    ],
)
def test_what_is_wrong_is_said(grader: Grader, source: str, message: str) -> None:
    assert mark(grader, source).checks[0].message.startswith(message)


@pytest.mark.parametrize(
    "source",
    [
        RIGHT + "#" * 950_000,
        RIGHT + "\n".join(f"name_{number} = {number}" for number in range(40_000)),
        "# coding: latin-1\n" + RIGHT + "word = 'größer'\n",
        RIGHT.replace("\n", "\n\f", 1).replace("\f    ", "    ") + "\f\nx = '\x1c\x85\u2028'\n",
    ],
    ids=["a long line", "many lines", "a declared encoding", "odd characters"],
)
def test_an_odd_but_honest_file_gets_its_points(grader: Grader, source: str) -> None:
    assert mark(grader, source).score == 3


@pytest.mark.parametrize("name", ["", "\0", "a\nb.py", "x" * 5000, "observe.py", "<observe>", "…🎉.py"])
def test_an_odd_file_name_harms_nobody(grader: Grader, name: str) -> None:
    mark(grader, RIGHT, name=name)
    assert mark(grader, RIGHT).score == 3


def test_a_request_that_cannot_be_read_is_the_graders_failure_and_the_next_is_answered(grader: Grader) -> None:
    with pytest.raises(GraderError):
        mark(grader, "x = '\ud800'")
    assert mark(grader, RIGHT).score == 3


def test_a_judge_that_breaks_is_the_graders_failure_and_the_next_is_answered(course: Course) -> None:
    judge = course.judge(course.exercises[0])
    judge.write_text(JUDGE.replace('expect.close(observe("total", []), 0, "total([])")', "observe('total', [])[7]"))
    try:
        with Grader(course) as grader:
            for _ in range(2):
                with pytest.raises(GraderError, match="The check empty broke: TypeError"):
                    mark(grader, RIGHT)
    finally:
        judge.write_text(JUDGE)


def test_a_judge_that_cannot_be_imported_is_said_at_the_start(course: Course) -> None:
    judge = course.judge(course.exercises[0])
    judge.write_text("import nothing_of_this_name\n")
    try:
        with Grader(course) as grader, pytest.raises(GraderError, match="A judge cannot be imported"):
            _ = grader.isolation
    finally:
        judge.write_text(JUDGE)


def test_a_server_that_is_killed_is_the_graders_failure(course: Course) -> None:
    with Grader(course) as grader:
        assert grader.isolation
        grader._process.kill()
        with pytest.raises(GraderError, match=r"it has ended|ended without a word"):
            mark(grader, RIGHT)


def test_patience_is_the_callers(course: Course) -> None:
    with Grader(course, patience=Patience(observation=0.3)) as grader:
        found = mark(grader, "import time\ndef total(numbers):\n    time.sleep(60)\n")
    assert found.checks[0].verdict == "timeout" and found.incidents == (found.checks[0].message,)


def test_a_wall_that_is_left_out_is_said(course: Course) -> None:
    with Grader(course, without=["namespaces", "landlock", "seccomp"]) as grader:
        assert grader.isolation == "process only" and grader.is_weak
        assert mark(grader, RIGHT).isolation == "process only"


def test_all_walls_are_not_weak(grader: Grader) -> None:
    assert grader.is_weak == (grader.isolation != FULL)


def test_the_callers_process_loads_no_torch(course: Course) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom grader.client import Grader\nfrom tfl import course\n"
        "with Grader(course.load(Path(sys.argv[1]))) as grader:\n    print(grader.isolation)\n"
        "sys.exit(bool({'torch', 'numpy', 'pytest'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", code, str(course.folder)], check=True, stdout=subprocess.DEVNULL)


def test_the_server_reads_one_object_a_line_and_ends_with_its_input(course: Course) -> None:
    first = json.dumps({"course": str(course.folder)})
    request = json.dumps({"exercise": "sums1", "file": "mine.py", "source": RIGHT})
    with subprocess.Popen(
        [sys.executable, "-I", "-m", "grader.server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={"OMP_NUM_THREADS": "1", "LANG": os.environ.get("LANG", "C.UTF-8")}, cwd=Path("/"),
    ) as server:  # fmt: skip
        assert server.stdin and server.stdout
        server.stdin.write(f"{first}\n{request}\nnot json\n")
        server.stdin.flush()
        lines = [json.loads(server.stdout.readline()) for _ in range(5)]
        server.stdin.close()
        assert server.wait(30) == 0
    assert [next(iter(line)) for line in lines] == ["ready", "verdict", "verdict", "mark", "failed"]
