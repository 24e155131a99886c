"""Exercises as notebooks and back."""

import json
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import notebook_export
from grader.notebook_export import GAP, exported, file_name, imported, parts
from grader.submission import read
from tfl import course as courses
from tfl import lessons
from tfl.course import Course, Exercise
from tfl.errors import SubmissionError, UsageError

Notebook = dict[str, Any]


@pytest.fixture
def first(tiny_course: Course) -> Exercise:
    return tiny_course.exercises[0]


@pytest.fixture
def source(tiny_course: Course, first: Exercise) -> str:
    return tiny_course.stub(first).read_text()


@pytest.fixture
def changed(tiny_course: Course, first: Exercise, source: str) -> Callable[[Callable[[Notebook], object]], str]:
    """What comes back of an exported notebook after something was done to it."""

    def change(how: Callable[[Notebook], object]) -> str:
        found: Notebook = json.loads(exported(tiny_course, first, source))
        how(found)
        return imported(json.dumps(found), file_name(first), tiny_course)[1]

    return change


@pytest.mark.parametrize("exercise", courses.load().exercises, ids=lambda exercise: exercise.id)
@pytest.mark.parametrize("which", ["stub", "solution"])
def test_every_exercise_comes_back_letter_for_letter(exercise: Exercise, which: str) -> None:
    course = courses.load()
    source = getattr(course, which)(exercise).read_text()
    text = exported(course, exercise, source)
    nbformat.validate(nbformat.reads(text, as_version=4))
    assert imported(text, "renamed.ipynb", course) == (exercise, source)


@pytest.mark.parametrize("exercise", courses.load().exercises, ids=lambda exercise: exercise.id)
def test_an_exported_notebook_is_a_submission(exercise: Exercise, tmp_path: Any) -> None:
    course = courses.load()
    path = tmp_path / file_name(exercise)
    path.write_text(exported(course, exercise, course.solution(exercise).read_text()))
    space: dict[str, Any] = {}
    exec(compile(read(path, exercise).source, "x", "exec"), space)
    assert all(name in space for name in exercise.asks)


def test_it_holds_the_lesson_the_file_and_a_cell_that_checks_it() -> None:
    course = courses.load()
    exercise = course.exercise("exercise1")
    cells = nbformat.reads(exported(course, exercise, course.stub(exercise).read_text()), as_version=4).cells
    (lesson,) = (lesson for lesson in lessons.load(course) if lesson.stage.exercise == "exercise1")
    told = [cell.source for cell in cells if cell.cell_type == "markdown"]
    assert told[0].startswith("# Positional encoding") and len(told) == 1 + len(lesson.steps)
    assert not any("glossary.md" in text for text in told)
    assert cells[-1].source.endswith("!tfl check exercise1 exercise1_positional_encoding.ipynb")


def test_the_same_export_is_the_same_file(tiny_course: Course, first: Exercise, source: str) -> None:
    assert exported(tiny_course, first, source) == exported(tiny_course, first, source)


def test_what_was_written_into_the_cells_comes_back(changed: Any) -> None:
    def fill_in(found: Notebook) -> None:
        for cell in found["cells"]:
            if "double" in "".join(cell["source"]) and cell["cell_type"] == "code" and cell["metadata"]:
                cell["source"] = ["%matplotlib inline\n", "def double(x):\n", "    return 2 * x"]

    source = changed(fill_in)
    assert "pass\ndef double(x):\n    return 2 * x\n" in source and source.startswith('"""Exercise 1')


def test_a_helper_in_a_new_cell_comes_too_and_a_plot_does_not(changed: Any) -> None:
    def add(found: Notebook) -> None:
        at = next(i for i, cell in enumerate(found["cells"]) if cell["metadata"].get("tfl", {}).get("part") == 1)
        found["cells"][at]["source"] = "def double(x):\n    return twice(x)"
        new = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
        found["cells"].insert(at, new | {"source": "def twice(x):\n    return x + x"})
        found["cells"].append(new | {"source": "plot(double(3))"})

    source = changed(add)
    assert "def twice" in source and "plot" not in source


def test_without_marks_what_the_exercise_asks_for_comes_back(changed: Any) -> None:
    def forget(found: Notebook) -> None:
        for cell in found["cells"]:
            cell["metadata"] = {}

    assert "def double" in changed(forget) and "tfl check" not in changed(forget)


def test_a_cell_that_is_no_python_stays_for_the_checks_to_say_so(changed: Any) -> None:
    def spoil(found: Notebook) -> None:
        for cell in found["cells"]:
            if cell["metadata"].get("tfl", {}).get("part") == 1:
                cell["source"] = "def double(x:"

    assert changed(spoil).endswith("def double(x:\n")


def test_a_notebook_that_does_not_say_what_it_is_about(tiny_course: Course, first: Exercise) -> None:
    text = json.dumps({"cells": [{"cell_type": "code", "source": "def double(x): return x"}]})
    with pytest.raises(UsageError, match="--exercise"):
        imported(text, "lab.ipynb", tiny_course)
    assert imported(text, "exercise1_my.ipynb", tiny_course)[0] == first
    assert imported(text, "lab.ipynb", tiny_course, first)[0] == first


@pytest.mark.parametrize("metadata", [3, {"tfl": 3}, {"tfl": {"exercise": [], "end": 7}}, None])
def test_odd_metadata_is_survived(metadata: object, tiny_course: Course, first: Exercise) -> None:
    cell = {"cell_type": "code", "source": "def double(x): return x", "metadata": metadata}
    text = json.dumps({"cells": [cell, 5], "metadata": metadata})
    assert "def double" in imported(text, "lab.ipynb", tiny_course, first)[1]


def test_what_is_no_notebook_is_an_error(tiny_course: Course) -> None:
    with pytest.raises(SubmissionError):
        imported("{", "lab.ipynb", tiny_course)


LINES = st.sampled_from(
    ["", "", "", "x = 1", "# note", "def f():", "    return 2", '"""', "@wraps", "class A:", "    pass"]
)


@given(st.lists(LINES, max_size=25))
def test_any_source_is_the_sum_of_its_parts(lines: list[str]) -> None:
    source = "\n".join(lines)
    assert GAP.join(parts(source)) == source.rstrip("\n")


def test_a_file_is_cut_where_a_definition_begins() -> None:
    source = "import a\n\n\n# why\ndef f():\n    return 1\n\n\n@b\nclass C:\n    x = '''\n\n\ny = 1\n'''\n\n    z = 2"
    assert [part.split("\n")[0] for part in parts(source)] == ["import a", "# why", "@b"]
    assert notebook_export.parts("x = (") == ["x = ("]
