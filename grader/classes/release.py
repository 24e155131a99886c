"""What students get: the stubs, the same as notebooks with their lesson, and how to go on.  Nothing that tells answers.

DIR/README.md
    exercise1_….py            the stub
    notebooks/exercise1_….ipynb
"""

import ast
from collections.abc import Sequence
from pathlib import Path

from grader.notebook_export import exported
from tfl import files
from tfl.course import Course, Exercise
from tfl.errors import CourseError, UsageError

README = """\
# {title}

{list}

Each file is a stub: its texts say what is asked for, and `raise NotImplementedError` stands where your code goes.
Work in the `.py` files or in the notebooks, as you like; the same checks are run on both.

## Check your work

With `tfl` installed, in this folder:

    tfl check {first}

It says for each check whether it has passed, and if not, what was expected and what came.

## Hand in

Hand in the file or the notebook under the name that it has, so that it can be told which exercise it answers.
"""


def release(course: Course, folder: Path, exercises: Sequence[Exercise] = ()) -> list[str]:
    """Write what students get into a new folder; returns the files' names.

    Raises UsageError when the folder has something in it or cannot be written, CourseError when a stub is missing or is
    its own solution.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there already, and not empty.", "Name a new folder.")
    chosen = list(exercises) or list(course.exercises)
    contents: dict[str, str] = {}
    for exercise in chosen:
        stub = course.stub(exercise)
        try:
            source = stub.read_text(encoding="utf-8")
        except OSError as error:
            raise CourseError(f"The stub {stub} cannot be read.", "Run `tfl course check`.") from error
        _must_not_tell(course, exercise, source)
        contents[exercise.file] = source
        contents[f"notebooks/{Path(exercise.file).stem}.ipynb"] = exported(course, exercise, source)
    listed = "\n".join(f"- `{exercise.file}`: {exercise.task}" for exercise in chosen)
    contents["README.md"] = README.format(title=course.title, list=listed, first=chosen[0].file)
    try:
        for name, content in contents.items():
            files.write_text(folder / name, content)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}.", "Name another folder.") from error
    return sorted(contents)


def _must_not_tell(course: Course, exercise: Exercise, stub: str) -> None:
    """Raises CourseError when the stub does what the solution does: the two files were mixed up."""
    solution = course.solution(exercise)
    if solution.exists() and _code(stub) == _code(solution.read_text(encoding="utf-8")):
        raise CourseError(f"The stub of {exercise.id} is its solution.", "Put the stub back; `tfl course check` helps.")


def _code(source: str) -> str:
    """What a source does, without its comments, docstrings and layout."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)
