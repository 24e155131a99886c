"""A new check for an exercise: its declaration, and templates to fill in.

The templates work at once where the exercise's first function takes one number; otherwise they show where to write.
"""

import ast
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from tfl.course import FILE, Check, Course, Exercise
from tfl.errors import CourseError, UsageError
from tfl.files import write_text

OBSERVE = '''

def {observation}(lab, x):
    """{title}: what the submission makes of x."""
    return lab.{asked}(x)
'''
JUDGE = """

def test_{function}(observe, draw, reference):
    x = draw.integer(1, 100)  # from a seed that no submission sees; `draw` has tensors, words and more
    came = observe("{observation}", x)  # as plain data, and it may be anything at all
    expect.close(came, reference.{asked}(x), "{asked}(x)")
"""
OBSERVE_HEAD = '"""What is looked at in a submission of {exercise}."""\n'
JUDGE_HEAD = '"""What is asked of a submission of {exercise}."""\n\nfrom grader import expect\n'


@dataclass(frozen=True)
class Written:
    """Where a new check has been written, with the first line to look at."""

    path: Path
    line: int


def add(course: Course, exercise: Exercise, id: str, title: str, points: int = 1) -> list[Written]:
    """Declare a check and write its templates.

    Raises UsageError where the id is taken or no id, and CourseError where the files cannot be added to.
    """
    if any(check.id == id for check in exercise.checks):
        raise UsageError(f"{exercise.id} already has a check “{id}”.", "Choose another id.")
    try:
        check = Check(id=id, title=title.strip(), points=points)
    except ValidationError as error:
        raise UsageError(
            f"“{id}” is no id for a check.", "Small letters, digits and hyphens; a letter first: `ties-share-ranks`."
        ) from error
    if not check.title:
        raise UsageError("A check needs a title.", "Say in a few words what a submission must do.")
    declaration = course.folder / FILE
    observe, judge = course.observe(exercise), course.judge(exercise)
    names = {
        "observation": check.function.removeprefix("test_"),
        "function": check.function.removeprefix("test_"),
        "title": title.replace("\\", "\\\\").replace('"', "'"),
        "asked": exercise.asks[0] if exercise.asks else "function",
    }
    texts = {
        declaration: _declared(declaration.read_text(encoding="utf-8"), exercise, check),
        observe: _appended(observe, OBSERVE_HEAD, OBSERVE, exercise, names),
        judge: _appended(judge, JUDGE_HEAD, JUDGE, exercise, names),
    }
    written = []
    for path, (text, line) in texts.items():
        write_text(path, text)
        written.append(Written(path, line))
    return written


def _declared(text: str, exercise: Exercise, check: Check) -> tuple[str, int]:
    """The course's declaration with one check more, at the end of its exercise, and the line where it stands."""
    lines = text.splitlines()
    own = re.compile(rf"""\s*id\s*=\s*["']{re.escape(exercise.id)}["']\s*(#.*)?$""")
    start = next((n for n, line in enumerate(lines) if own.match(line)), None)
    if start is None:
        raise CourseError(f"{exercise.id} cannot be found in {FILE}.", 'Write its `id = "…"` on a line of its own.')
    header = re.compile(r"\s*\[{1,2}(?!\[|exercises\.checks\b)")
    end = next((n for n in range(start, len(lines)) if header.match(lines[n])), len(lines))
    while end > start and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1  # blank lines and headings belong to what follows
    points = [f"points = {check.points}"] if check.points != 1 else []
    new = ["", "[[exercises.checks]]", f'id = "{check.id}"', f"title = {_quoted(check.title)}", *points]
    text = "\n".join([*lines[:end], *new, *lines[end:]]) + "\n"
    declared = next(e for e in tomllib.loads(text)["exercises"] if e["id"] == exercise.id)["checks"]
    if [entry["id"] for entry in declared] != [*(known.id for known in exercise.checks), check.id]:
        raise CourseError(f"The checks of {exercise.id} in {FILE} cannot be added to.", "Add the check by hand.")
    return text, end + 2


def _quoted(text: str) -> str:
    """A TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'


def _appended(path: Path, head: str, template: str, exercise: Exercise, names: dict[str, str]) -> tuple[str, int]:
    """A Python file with a template behind it, and the line where that begins."""
    text = path.read_text(encoding="utf-8") if path.exists() else head.format(exercise=exercise.id)
    try:
        known = {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    except SyntaxError as error:
        raise CourseError(f"{path} is not valid Python: {error}.", "Mend it first.") from error
    new = template.format(**names)
    if re.search(r"def (\w+)", new)[1] in known:  # type: ignore[index]  # each template defines a function
        raise CourseError(f"{path} already has a function of this name.", "Choose another id.")
    text = text.rstrip("\n") + "\n"
    return text + new, text.count("\n") + 3
