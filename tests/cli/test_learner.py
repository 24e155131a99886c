"""The learner's other commands: init, list, hint, reset, solution, diff, edit, notebook."""

import json
from pathlib import Path

import nbformat
import pytest

from tests.cli.conftest import Tfl
from tfl import course as courses
from tfl import workspace
from tfl.course import Course, Exercise
from tfl.workspace import Workspace

GOOD = "def double(x):\n    return x + x\n"


class PassedMark:
    """All points of the first exercise of the tiny course."""

    exercise, score, max_score, passed, course, seed = "exercise1", 5, 5, True, "1", "s"
    checks = ()


# ---------------------------------------------------------------------------------------------------------- init


def test_init_makes_a_workspace_and_says_what_is_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tfl: Tfl
) -> None:
    monkeypatch.chdir(tmp_path)
    out, _ = tfl("init")
    assert "Next: cd tfl-course && tfl watch" in out
    assert all((tmp_path / "tfl-course" / exercise.file).is_file() for exercise in courses.load().exercises)


def test_init_inside_a_workspace_renews_it(mine: Workspace, tiny_course: Course, first: Exercise, tfl: Tfl) -> None:
    mine.path(first).write_text(GOOD)
    for exercise in tiny_course.exercises:
        stub = tiny_course.stub(exercise)
        stub.write_text(stub.read_text() + "# newer\n")
    out, _ = tfl("init")
    assert "! exercise1_doubling.py is yours and was kept; the newer one is beside it: exercise1_doubling.new.py" in out
    assert "✓ exercise2_squaring.py was untouched and is the newer one now" in out
    assert mine.path(first).read_text() == GOOD
    assert "Everything is up to date." in tfl("init")[0]


def test_init_takes_a_folder_and_another_course(tmp_path: Path, tiny_course: Course, tfl: Tfl) -> None:
    tfl("init", str(tmp_path / "here"), "--course", str(tiny_course.folder))
    assert workspace.find(tmp_path / "here").course == tiny_course


# ---------------------------------------------------------------------------------------------------- list, hint


def test_list_shows_state_points_and_what_is_next(mine: Workspace, first: Exercise, tfl: Tfl) -> None:
    mine.record_mark(PassedMark())  # type: ignore[arg-type]
    mine.record_hint(first, 1)
    out, _ = tfl("list")
    lines = out.split("\n")
    assert lines[0] == "Doubling: 5 of 6 points"
    assert lines[3].split() == ["✓", "exercise1", "Doubling", "passed", "5/5", "1", "of", "2"]
    assert lines[4].split() == ["○", "exercise2", "Squaring", "not", "started", "0/1"]
    assert "Next: exercise2 in exercise2_squaring.py." in out


def test_list_as_json(mine: Workspace, first: Exercise, tfl: Tfl) -> None:
    mine.record_given_up(first)
    found = json.loads(tfl("list", "--json")[0])
    assert (found["points"], found["max_points"], found["next"]) == (0, 6, "exercise1")
    assert found["exercises"][0]["given_up"] is True


def test_list_without_a_workspace_says_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tfl: Tfl
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "`tfl init`" in tfl("list")[0]


def test_one_more_hint_each_time_and_then_all(mine: Workspace, tfl: Tfl) -> None:
    assert tfl("hint", "exercise1")[0].startswith("Hint 1 of 2 for exercise1\n  Twice a number")
    assert tfl("hint", "exercise1")[0].startswith("Hint 2 of 2 for exercise1\n  return x + x")
    assert tfl("hint", "exercise1")[0].count("Hint ") == 2
    assert mine.progress().exercise("exercise1").hints == 2


def test_all_hints_at_once_and_the_next_exercise_by_default(mine: Workspace, tfl: Tfl) -> None:
    assert tfl("hint", "--all")[0].count("for exercise1") == 2
    mine.record_mark(PassedMark())  # type: ignore[arg-type]
    assert "for exercise2" in tfl("hint")[0]


# -------------------------------------------------------------------------------------------- solution, diff, reset


def test_the_solution_is_for_those_who_have_passed(
    mine: Workspace, first: Exercise, tiny_course: Course, tfl: Tfl
) -> None:
    out, err = tfl("solution", "exercise1", code=1)
    assert out == "" and "tfl hint exercise1" in err and "--give-up" in err
    mine.record_mark(PassedMark())  # type: ignore[arg-type]
    assert tfl("solution", "exercise1", "--give-up")[0] == tiny_course.solution(first).read_text()
    assert mine.progress().exercise("exercise1").given_up is None


def test_giving_up_shows_it_and_is_recorded(mine: Workspace, first: Exercise, tiny_course: Course, tfl: Tfl) -> None:
    assert tfl("solution", "exercise1", "--give-up")[0] == tiny_course.solution(first).read_text()
    assert mine.progress().exercise("exercise1").given_up
    assert tfl("solution", "exercise1")[0] == tiny_course.solution(first).read_text()  # asked once is enough
    assert "solution seen" in tfl("list")[0]


def test_diff_compares_with_the_reference_once_passed(mine: Workspace, first: Exercise, tfl: Tfl) -> None:
    mine.path(first).write_text(GOOD)
    assert "have not passed" in tfl("diff", "exercise1", code=1)[1]
    mine.record_mark(PassedMark())  # type: ignore[arg-type]
    out, _ = tfl("diff", "exercise1")
    assert out.startswith("--- yours/exercise1_doubling.py\n+++ reference/exercise1_doubling.py\n")
    assert "-    return x + x\n" in out and "+    return 2 * x\n" in out
    assert "\x1b" not in out


def test_diff_of_a_file_with_escapes_shows_them(mine: Workspace, first: Exercise, tfl: Tfl) -> None:
    mine.path(first).write_text("# \x1b[2J\n" + GOOD)
    mine.record_mark(PassedMark())  # type: ignore[arg-type]
    assert "-# ␛[2J\n" in tfl("diff", "exercise1")[0]


def test_reset_keeps_the_file_and_says_where(mine: Workspace, first: Exercise, tiny_course: Course, tfl: Tfl) -> None:
    mine.path(first).write_text(GOOD)
    out, _ = tfl("reset", "exercise1")
    (backup,) = (mine.folder / "backups").iterdir()
    assert f"Your file is kept as backups/{backup.name}." in out
    assert backup.read_text() == GOOD
    assert mine.path(first).read_text() == tiny_course.stub(first).read_text()


@pytest.mark.parametrize("command", ["solution", "reset", "watch"])
def test_what_needs_a_workspace_says_how_to_make_one(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tfl: Tfl
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "tfl init" in tfl(command, "exercise1", code=1)[1]


# ---------------------------------------------------------------------------------------------------------- edit


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An editor called vim that writes down how it was called; returns where."""
    program, log = tmp_path / "bin" / "vim", tmp_path / "called"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" > {log}\n')
    program.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(program))
    return log


def test_edit_opens_the_next_exercise_where_something_is_to_be_written(
    mine: Workspace, first: Exercise, editor: Path, tfl: Tfl
) -> None:
    tfl("edit")
    assert editor.read_text() == f"+6 {mine.path(first)}\n"


def test_edit_opens_where_the_last_check_failed(mine: Workspace, first: Exercise, editor: Path, tfl: Tfl) -> None:
    source = "def double(x):\n    y = 1\n    return y / 0\n"
    mine.path(first).write_text(source)

    class Failed(PassedMark):
        class Check:
            id, verdict, trace = "right", "error", ("line 3, in double: return y / 0",)

        score, passed, checks = 0, False, (Check(),)  # type: ignore[assignment]

    mine.record_mark(Failed(), source)  # type: ignore[arg-type]
    tfl("edit", "exercise1")
    assert editor.read_text() == f"+3 {mine.path(first)}\n"
    mine.path(first).write_text("\n\n" + source)  # the line is not known any more
    tfl("edit", "exercise1")
    assert editor.read_text() == f"{mine.path(first)}\n"


def test_an_editor_that_is_missing_is_told(mine: Workspace, monkeypatch: pytest.MonkeyPatch, tfl: Tfl) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor --flag")
    assert "“no-such-editor” is not installed" in tfl("edit", code=2)[1]
    monkeypatch.setenv("VISUAL", "'")
    assert "is no command" in tfl("edit", code=2)[1]


# ------------------------------------------------------------------------------------------------------ notebook


def test_every_exercise_as_a_notebook_and_back(mine: Workspace, tiny_course: Course, tfl: Tfl) -> None:
    tfl("notebook", "export", "--all", "notebooks")
    for exercise in tiny_course.exercises:
        path = Path("notebooks") / exercise.file.replace(".py", ".ipynb")
        nbformat.validate(nbformat.read(path, as_version=4))
        tfl("notebook", "import", str(path), "back")
        assert (Path("back") / exercise.file).read_text() == tiny_course.stub(exercise).read_text()


def test_the_learners_own_file_is_exported(mine: Workspace, first: Exercise, tfl: Tfl) -> None:
    mine.path(first).write_text(GOOD)
    tfl("notebook", "export", "exercise1")
    assert "return x + x" in Path("exercise1_doubling.ipynb").read_text()


def test_no_file_is_overwritten_unless_forced(mine: Workspace, first: Exercise, tfl: Tfl) -> None:
    tfl("notebook", "export", "exercise1")
    assert "is there already" in tfl("notebook", "export", "exercise1", code=2)[1]
    tfl("notebook", "export", "exercise1", "--force")
    mine.path(first).write_text(GOOD)
    assert "is there already" in tfl("notebook", "import", "exercise1_doubling.ipynb", code=2)[1]
    assert mine.path(first).read_text() == GOOD
    tfl("notebook", "import", "exercise1_doubling.ipynb", "--force")
    assert mine.untouched(first)


def test_a_notebook_of_ones_own_becomes_a_file(mine: Workspace, first: Exercise, tfl: Tfl) -> None:
    cells = [nbformat.v4.new_code_cell(source) for source in ("!pip install x", GOOD, "double(3)")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), "lab.ipynb")
    assert "--exercise" in tfl("notebook", "import", "lab.ipynb", code=2)[1]
    tfl("notebook", "import", "lab.ipynb", "--exercise", "exercise1")  # over the untouched stub
    assert "return x + x" in mine.path(first).read_text()
    assert "pip" not in mine.path(first).read_text()


# --------------------------------------------------------------------------------------------------- completion


def test_the_shell_completes_exercises() -> None:
    from cli.learner import complete_exercise

    assert ("exercise3", "Layer unfreezing") in complete_exercise("ex")
    assert [id for id, _ in complete_exercise("exercise7")] == ["exercise7"]
