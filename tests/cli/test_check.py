"""`tfl check`: what is read, what is printed, what is recorded, and how it ends."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from cli import checking
from grader.marks import Mark, Verdict
from grader.submission import Submission
from tests.cli.conftest import Tfl
from tfl.course import Course, Exercise
from tfl.errors import GraderError
from tfl.workspace import Workspace

GOOD = "def double(x):\n    return 2 * x\n"
STRONG = "namespaces+landlock+seccomp"


class FakeGrader:
    """Marks by what stands in the source, without running it."""

    isolation = STRONG
    verdicts: tuple[Verdict, ...] = ()  # what it says, where a test chooses

    def __init__(self, course: Course, exercises: Any = ()) -> None:
        self.course = course

    def __enter__(self) -> "FakeGrader":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    close = __exit__

    def check(self, exercise: Exercise, submission: Submission, seed: str | None = None) -> Iterator[Verdict | Mark]:
        if "broken grader" in submission.source:
            raise GraderError("The grader failed: it ended without a word.", "Run it again.")
        right = "NotImplementedError" not in submission.source
        verdicts = self.verdicts or tuple(
            Verdict(
                id=check.id,
                title=check.title,
                points=check.points if right else 0,
                max_points=check.points,
                verdict="passed" if right else "blocked" if check.needs else "failed",
                message="" if right else "needs «Numbers are doubled» first" if check.needs else "Not written yet.",
                hidden=check.hidden,
            )
            for check in exercise.checks
        )
        yield from verdicts
        yield Mark(
            exercise=exercise.id, file=submission.file, checks=verdicts, isolation=self.isolation, seconds=0.25,
            seed=seed or "drawn", course=self.course.version, notes=submission.notes,
        )  # fmt: skip


@pytest.fixture(autouse=True)
def fake_grader(monkeypatch: pytest.MonkeyPatch) -> type[FakeGrader]:
    monkeypatch.setattr(checking, "Grader", FakeGrader)
    monkeypatch.setattr(FakeGrader, "verdicts", ())
    monkeypatch.setattr(FakeGrader, "isolation", STRONG)
    return FakeGrader


# --------------------------------------------------------------------------------------------------- which file


def test_the_file_of_the_workspace_is_checked(mine: Workspace, first: Exercise, tfl: Tfl) -> None:
    mine.path(first).write_text(GOOD)
    out, _ = tfl("check", "exercise1")
    assert out.startswith("Doubling · exercise1_doubling.py\n")
    assert "✓ 5 of 5 points, 3 of 3 checks passed, 0.25 s" in out


@pytest.mark.parametrize("name", ["exercise1", "1", "exercise1_doubling.py", "exercise1_doubling"])
def test_an_exercise_has_several_names(name: str, mine: Workspace, first: Exercise, tfl: Tfl) -> None:
    mine.path(first).write_text(GOOD)
    tfl("check", name)


def test_a_file_in_another_folder_is_named_by_its_path(mine: Workspace, tmp_path: Path, tfl: Tfl) -> None:
    (tmp_path / "exercise1_doubling.py").write_text(GOOD)
    tfl("check", str(tmp_path / "exercise1_doubling.py"))
    tfl("check", "exercise1", code=1)  # the stub in the workspace


def test_a_notebook_says_which_cells_were_used(mine: Workspace, tfl: Tfl) -> None:
    cell = {"cell_type": "code", "source": GOOD}
    Path("lab.ipynb").write_text(json.dumps({"cells": [cell], "nbformat": 4}))
    assert "  Used cell 1 of lab.ipynb" in tfl("check", "exercise1", "lab.ipynb")[0]


def test_without_a_workspace_the_stubs_name_in_this_folder_counts(
    tmp_path: Path, tiny_course: Course, monkeypatch: pytest.MonkeyPatch, tfl: Tfl
) -> None:
    monkeypatch.chdir(tmp_path)
    _, err = tfl("check", "exercise1", "--course", str(tiny_course.folder), code=2)
    assert "no workspace around" in err and "tfl init" in err
    Path("exercise1_doubling.py").write_text(GOOD)
    tfl("check", "exercise1", "--course", str(tiny_course.folder))


def test_an_unknown_exercise_names_the_known_ones(mine: Workspace, tfl: Tfl) -> None:
    assert "exercise1" in tfl("check", "exercise9", code=2)[1]


def test_what_cannot_be_read_is_exit_code_2_and_one_line(mine: Workspace, first: Exercise, tfl: Tfl) -> None:
    mine.path(first).write_text("")
    out, err = tfl("check", "exercise1", code=2)
    assert (out, err) == ("", "✗ exercise1_doubling.py is empty. Fill in the stub and save it.\n")


def test_a_grader_that_fails_is_exit_code_3_and_no_mark(mine: Workspace, first: Exercise, tfl: Tfl) -> None:
    mine.path(first).write_text("broken grader = 1".replace(" ", "_") + "  # broken grader\n")
    out, err = tfl("check", "exercise1", "--json", code=3)
    assert out == "" and "The grader failed" in err
    assert mine.progress().exercises == {}


# -------------------------------------------------------------------------------------------------- what is shown


def test_what_waits_for_another_check_comes_last_and_together(mine: Workspace, tfl: Tfl) -> None:
    out, _ = tfl("check", "exercise1", code=1)
    assert out.split("\n")[2:9] == [
        "✗ Numbers are doubled  0/2",
        "    Not written yet.",
        "",
        "Not tried: needs «Numbers are doubled» first",
        "· Nothing stays nothing  0/1",
        "· Large numbers too  0/2",
        "",
    ]
    assert "✗ 0 of 5 points, 0 of 3 checks passed" in out
    assert "tfl hint exercise1 has 2 more hints." in out


def failing(**more: Any) -> tuple[Verdict, ...]:
    return (Verdict(id="right", title="Numbers are doubled", points=0, max_points=2, verdict="failed", **more),)


def test_a_failure_shows_message_picture_own_lines_and_output(
    mine: Workspace, tfl: Tfl, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = failing(
        message="6 is expected;\n7 came.",
        picture=(" ░█", "█  "),
        trace=("line 2, in double: return 7",),
        output="hi\n  you\n",
    )
    monkeypatch.setattr(FakeGrader, "verdicts", told)
    assert tfl("check", "exercise1", code=1)[0].split("\n")[2:13] == [
        "✗ Numbers are doubled  0/2",
        "    6 is expected;",
        "    7 came.",
        "    where it differs, █ most:",
        "      │ ░█│",
        "      │█  │",
        "    in your code:",
        "      line 2, in double: return 7",
        "    it printed:",
        "      │ hi",
        "      │   you",
    ]


def test_nothing_in_a_verdict_can_steer_the_terminal(
    mine: Workspace, tfl: Tfl, monkeypatch: pytest.MonkeyPatch
) -> None:
    nasty = "\x1b]0;title\x07\x1b[2J\r\u202e[bold]x[/bold]"
    told = failing(message=nasty, picture=(nasty,), trace=(nasty,), output=nasty)
    monkeypatch.setattr(FakeGrader, "verdicts", told)
    out, _ = tfl("check", "exercise1", code=1)
    assert out.count("␛]0;title␇␛[2J␍�[bold]x[/bold]") + out.count("␛]0;title␇␛[2J �[bold]x[/bold]") == 4
    assert not {"\x1b", "\x07", "\r", "\u202e"} & set(out)


def test_long_output_is_cut(mine: Workspace, tfl: Tfl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeGrader, "verdicts", failing(output="line\n" * 500))
    out, _ = tfl("check", "exercise1", code=1)
    assert out.count("│ line") == 20 and "… 480 more lines" in out


def test_a_hidden_check_keeps_its_details(mine: Workspace, tfl: Tfl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeGrader, "verdicts", failing(message="42 was the input", output="42", hidden=True))
    for form in ((), ("--json",), ("--format", "gradescope"), ("--format", "junit")):
        assert "42" not in tfl("check", "exercise1", *form, code=1)[0]


def test_missing_walls_are_one_line(mine: Workspace, tfl: Tfl, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Isolation" not in tfl("check", "exercise1", code=1)[0]
    monkeypatch.setattr(FakeGrader, "isolation", "process only")
    out, _ = tfl("check", "exercise1", code=1)
    assert [line for line in out.split("\n") if "process only" in line and "tfl doctor" in line]


# ------------------------------------------------------------------------------------------------ machine formats


def test_json_is_all_that_standard_output_holds(mine: Workspace, first: Exercise, tfl: Tfl) -> None:
    mine.path(first).write_text(GOOD)
    found = json.loads(tfl("check", "exercise1", "--json")[0])
    assert (found["schema"], found["passed"], found["score"], found["seed"]) == (1, True, 5, "drawn")


def test_json_for_what_cannot_be_read_has_the_reason(mine: Workspace, first: Exercise, tfl: Tfl) -> None:
    mine.path(first).write_text("def double(x:\n")
    out, err = tfl("check", "exercise1", "--json", code=2)
    found = json.loads(out)
    assert (found["passed"], found["score"], found["max_score"]) == (False, 0, 5)
    assert "line 1" in found["notes"][0] and "line 1" in err


def test_a_file_gets_the_document_and_the_terminal_the_verdicts(mine: Workspace, tfl: Tfl) -> None:
    out, _ = tfl("check", "exercise1", "--output", "mark.json", code=1)
    assert "✗ Numbers are doubled" in out
    assert json.loads(Path("mark.json").read_text())["exercise"] == "exercise1"
    tfl("check", "exercise1", "--format", "junit", "--output", "mark.xml", code=1)
    assert ET.parse("mark.xml").getroot().tag == "testsuites"


def test_formats_that_contradict_each_other_are_wrong_use(mine: Workspace, tfl: Tfl) -> None:
    assert "contradict" in tfl("check", "exercise1", "--json", "--format", "junit", code=2)[1]
    assert "machine format" in tfl("check", "exercise1", "--format", "text", "--output", "x", code=2)[1]
    assert "cannot be written" in tfl("check", "exercise1", "--output", "README.md/x", code=2)[1]


def test_a_seed_is_passed_on(mine: Workspace, tfl: Tfl) -> None:
    assert json.loads(tfl("check", "exercise1", "--seed", "s1", "--json", code=1)[0])["seed"] == "s1"


# ------------------------------------------------------------------------------------------------------ progress


def test_a_mark_is_recorded_in_the_workspace(mine: Workspace, first: Exercise, tfl: Tfl) -> None:
    mine.path(first).write_text(GOOD)
    out, _ = tfl("check", "exercise1")
    done = mine.progress().exercise("exercise1")
    assert done.passed and done.best and done.best.score == 5
    assert mine.is_finished(first, GOOD, mine.progress())
    assert "Next: exercise2, Squaring." in out


def test_a_mark_of_another_course_is_not_recorded(mine: Workspace, tmp_path: Path, tfl: Tfl) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for file in (tmp_path / "course").iterdir():
        (other / file.name).symlink_to(file)
    tfl("check", "exercise1", "exercise1_doubling.py", "--course", str(other), code=1)
    assert mine.progress().exercises == {}


def test_a_course_that_has_changed_is_noticed(mine: Workspace, tiny_course: Course, tfl: Tfl) -> None:
    declared = tiny_course.folder / "course.toml"
    declared.write_text(declared.read_text().replace('version = "1"', 'version = "2"'))
    assert "`tfl init`" in tfl("check", "exercise1", code=1)[1]


def test_a_damaged_progress_is_set_aside_and_told(mine: Workspace, tfl: Tfl) -> None:
    (mine.folder / "progress.json").write_text("{")
    assert "progress.damaged-1.json" in tfl("check", "exercise1", code=1)[1]


# ------------------------------------------------------------------------------------------------ the real grader


def check_for_real(*more: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON of `tfl check exercise1` as a process of its own."""
    code = (
        f"import sys; sys.argv = {['tfl', 'check', 'exercise1', '--json', *more]!r}; from cli.main import main; main()"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return ended.returncode, json.loads(ended.stdout)


@pytest.mark.slow
def test_the_real_thing_from_end_to_end(mine: Workspace, first: Exercise) -> None:
    mine.path(first).write_text("def double(x):\n    print('in here')\n    return 2 * x if x else 1\n")
    code, found = check_for_real("--seed", "s1")
    assert (code, found["score"], found["seed"]) == (1, 4, "s1")
    assert [one["verdict"] for one in found["checks"]] == ["passed", "failed", "passed"]
    assert "in here" in found["checks"][1]["output"]
    assert mine.progress().exercise("exercise1").attempts == 1


@pytest.mark.slow
def test_without_walls_the_verdicts_are_the_same_and_nothing_is_recorded(mine: Workspace, first: Exercise) -> None:
    mine.path(first).write_text("def double(x):\n    return 2 * x if x else 1 / x\n")
    code, found = check_for_real("--in-process")
    assert (code, found["score"], found["isolation"]) == (1, 4, "none (--in-process)")
    assert found["checks"][1]["trace"] == ["line 2, in double: return 2 * x if x else 1 / x"]
    assert mine.progress().exercises == {}
