"""Exercises as notebooks, and back: the lesson's text, the file to fill in cut into cells, a cell that checks it.

    exported(course, exercise, source)  →  the text of an .ipynb
    imported(text, name, course)        →  the exercise and the Python that was written into it

The cells that hold the file carry a mark in their metadata, so that what comes back is the file, letter for letter.  A
notebook whose marks are lost, or that was written by hand, gives what the exercise asks for (`grader.notebook`).
"""

import ast
import json
from contextlib import suppress
from typing import Any

from grader import notebook
from tfl import lessons
from tfl.course import Course, Exercise
from tfl.errors import SubmissionError, UsageError

MARK = "tfl"  # the key in the metadata of the notebook, and of the cells that hold the file
GAP = "\n\n\n"  # between two cells of the file

CHECK = """\
# Save the notebook, then run this cell: it runs the checks on what you have written above.
!tfl check {exercise} {file}"""

HEAD = """\
# {title}

{task}

{lesson}Fill in the code cells below, save, and run the last one. `tfl hint {exercise}` in a terminal gives hints, and
`tfl notebook import {file}` makes a Python file of what you have written."""


def file_name(exercise: Exercise) -> str:
    """The name of an exercise's notebook: the stub's, with another ending."""
    return exercise.file.removesuffix(".py") + ".ipynb"


def exported(course: Course, exercise: Exercise, source: str) -> str:
    """A notebook (nbformat 4.5) around `source`, the file to fill in.  Raises CourseError for a damaged lesson."""
    import nbformat  # reads its schemas: for those who export only
    from nbformat import v4

    file = file_name(exercise)
    told = _lesson(course, exercise)
    head = HEAD.format(
        title=exercise.title,
        task=exercise.task,
        lesson="The lesson comes first, then the exercise. " if told else "",
        exercise=exercise.id,
        file=file,
    )
    cells = [v4.new_markdown_cell(head), *map(v4.new_markdown_cell, told)]
    cells += [v4.new_code_cell(part, metadata={MARK: {"part": number}}) for number, part in enumerate(parts(source))]
    cells.append(v4.new_code_cell(CHECK.format(exercise=exercise.id, file=file)))
    for number, cell in enumerate(cells):
        cell["id"] = f"{exercise.id}-{number}"  # not drawn: the same export twice is the same file
    made = v4.new_notebook(
        cells=cells,
        metadata={
            MARK: {"exercise": exercise.id, "course": course.version, "end": source[len(source.rstrip("\n")) :]},
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
    )
    nbformat.validate(made)
    return str(nbformat.writes(made)) + "\n"


def imported(text: str, name: str, course: Course, exercise: Exercise | None = None) -> tuple[Exercise, str]:
    """The exercise that a notebook is about, and the source of its file.

    Cells that were exported come whole; of others, what these use.  Raises SubmissionError for what is no notebook, and
    UsageError where it does not say which exercise it is about.
    """
    cells = notebook.code_cells(text, name)  # checks the form
    found = json.loads(text)
    kept = _mark(found)
    if exercise is None:
        exercise = next((e for e in course.exercises if kept.get("exercise") == e.id or name.startswith(e.id)), None)
    if exercise is None:
        raise UsageError(f"{name} does not say which exercise it is about.", "Add --exercise exercise3, or the like.")
    exported = {at for at, cell in enumerate(found.get("cells", []), 1) if "part" in _mark(cell)}
    if not exported:
        return exercise, notebook.extract(text, name, exercise)[0]
    helpers: dict[int, list[str]] = {}  # cell → what the exported ones use of it
    with suppress(SubmissionError):  # nothing that is asked for is left in it: then nothing is used either
        for statement in notebook.needed(cells, name, exercise)[0]:
            if statement.cell not in exported:
                helpers.setdefault(statement.cell, []).append(statement.code)
    own = [_python(code) if number in exported else "\n".join(helpers.get(number, ())) for number, code in cells]
    end = kept.get("end")
    return exercise, GAP.join(filter(None, own)) + (end if isinstance(end, str) and not end.strip("\n") else "\n")


def parts(source: str) -> list[str]:
    """A file cut where two empty lines stand before a statement or its comment; joined with `GAP` it is whole again."""
    source = source.rstrip("\n")
    lines = source.split("\n")
    try:
        starts = [_begin(node, lines) for node in ast.parse(source).body]
    except (SyntaxError, ValueError):
        return [source]
    cuts = [at for at in starts if at >= 3 and lines[at - 1] == lines[at - 2] == ""]
    begins, ends = [0, *cuts], [*(at - 2 for at in cuts), len(lines)]
    return ["\n".join(lines[begin:end]) for begin, end in zip(begins, ends, strict=True)]


def _begin(node: ast.stmt, lines: list[str]) -> int:
    """Where a statement begins, its decorators and the comment above it included; counted from 0."""
    at = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))]) - 1
    while at > 0 and lines[at - 1].startswith("#"):
        at -= 1
    return at


def _lesson(course: Course, exercise: Exercise) -> list[str]:
    """The steps of the exercise's lesson, as far as they are written."""
    stage = course.stage_of(exercise)
    return [
        lessons.plain(step.text) for lesson in lessons.load(course) if lesson.stage == stage for step in lesson.steps
    ]


def _python(code: str) -> str:
    """A cell without its magics; one that is no Python stays as it is, for the checks to say so."""
    try:
        return notebook.python(code)
    except SyntaxError:
        return code


def _mark(thing: Any) -> dict[str, Any]:
    """What we have kept in the metadata of a notebook or of one of its cells."""
    metadata = thing.get("metadata") if isinstance(thing, dict) else None
    mark = metadata.get(MARK) if isinstance(metadata, dict) else None
    return mark if isinstance(mark, dict) else {}
