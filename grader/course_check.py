"""The proof of a course: everything that can be wrong with its exercises, found without anybody taking it.

    exercise3: the solution fails «freeze: no parameter learns any more»: …

Files and declarations are read here; what solutions and stubs earn is asked of a grader, which is handed in.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.marks import Mark
from grader.training import PROGRAMS
from tfl.course import FILE, Course, Exercise

ENOUGH_CHECKS = 6  # of an exercise: with fewer, points come in lumps and messages say little
NOT_WRITTEN = "Not written yet"

Marker = Callable[[Exercise, Path], Mark]  # the mark that a file earns


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a course; a `weak` one is only worth a thought."""

    where: str
    what: str
    weak: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def problems(course: Course, mark: Marker) -> Iterator[Problem]:
    """What is wrong with the exercises of a course, as it is found; nothing at all is the proof that they are whole."""
    yield from _strays(course)
    for exercise in course.exercises:
        declared = [*_declaration(exercise), *_files(course, exercise)]
        yield from declared
        if not any(not problem.weak for problem in declared):  # what does not fit together cannot be run
            yield from _marks(course, exercise, mark)


# ------------------------------------------------------------------------------------------------- files and texts


def _strays(course: Course) -> Iterator[Problem]:
    """Files that belong to no exercise: nobody reads them, and some of them might hold answers."""
    files = {exercise.file for exercise in course.exercises}
    ids = {exercise.id for exercise in course.exercises}
    own = {course.solutions, course.checks, course.lessons}
    expected = {course.folder: files | {FILE}, course.solutions: files, course.checks: ids}
    expected |= {course.checks / id: {"observe.py", "judge.py"} for id in sorted(ids)}
    for folder, names in expected.items():
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            usual = path.name.startswith(".") or path.name in ("__init__.py", "__pycache__", "README.md")
            if not (usual or path.name in names or path.resolve() in own):
                yield Problem(folder.name, f"{path.name} belongs to no exercise; remove it or declare one")


def _declaration(exercise: Exercise) -> Iterator[Problem]:
    texts = {"title": exercise.title, "task": exercise.task}
    texts |= {f"title of the check {check.id}": check.title for check in exercise.checks}
    texts |= {f"hint {number}": hint for number, hint in enumerate(exercise.hints, start=1)}
    for name, text in texts.items():
        if not text.strip():
            yield Problem(exercise.id, f"its {name} is empty")
    if len(set(exercise.hints)) < len(exercise.hints):
        yield Problem(exercise.id, "two of its hints are the same; each must say more than the one before")
    titles = [check.title for check in exercise.checks]
    for title in sorted({title for title in titles if titles.count(title) > 1}):
        yield Problem(exercise.id, f"two of its checks have the title «{title}»")
    if not exercise.asks:
        yield Problem(exercise.id, "it asks for no name (`asks`)")
    if exercise.training and exercise.training not in PROGRAMS:
        yield Problem(exercise.id, f"there is no training “{exercise.training}”; there are {', '.join(PROGRAMS)}")
    if len(exercise.checks) < ENOUGH_CHECKS:
        few = f"it has {len(exercise.checks)} checks; {ENOUGH_CHECKS} or more tell a learner more"
        yield Problem(exercise.id, few, weak=True)


def _files(course: Course, exercise: Exercise) -> Iterator[Problem]:
    stub, solution = course.stub(exercise), course.solution(exercise)
    judge, observe = course.judge(exercise), course.observe(exercise)
    trees = {}
    for kind, path in (("stub", stub), ("solution", solution), ("judge.py", judge), ("observe.py", observe)):
        try:
            trees[kind] = ast.parse(path.read_bytes(), filename=path.name)
        except OSError:
            yield Problem(exercise.id, f"its {kind} is missing: {path}")
        except (SyntaxError, ValueError) as error:
            yield Problem(exercise.id, f"its {kind} is not valid Python: {error}")
    if len(trees) < 4:
        return
    for kind in ("stub", "solution"):
        if missing := [name for name in exercise.asks if name not in _defined(trees[kind])]:
            yield Problem(exercise.id, f"its {kind} does not define {', '.join(missing)}, which `asks` names")
    if not ast.get_docstring(trees["stub"]):
        yield Problem(exercise.id, "its stub does not say what to do: it has no docstring")
    tests = {name for name in _defined(trees["judge.py"]) if name.startswith("test_")}
    declared = {check.function: check.id for check in exercise.checks}
    for function in sorted(declared.keys() - tests):
        yield Problem(exercise.id, f"the check {declared[function]} has no test: judge.py needs a `{function}`")
    for function in sorted(tests - declared.keys()):
        yield Problem(exercise.id, f"`{function}` in judge.py belongs to no check that {FILE} declares")
    asked, offered = _asked(trees["judge.py"]), {n for n in _defined(trees["observe.py"]) if not n.startswith("_")}
    for name in sorted(asked - offered):
        yield Problem(exercise.id, f"judge.py asks for the observation “{name}”, which observe.py does not have")


def _defined(tree: ast.Module) -> set[str]:
    """The names that a file defines at its top level."""
    named = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    names = {node.name for node in tree.body if isinstance(node, named)}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def _asked(tree: ast.Module) -> set[str]:
    """The observations that a judge asks for by name."""
    return {
        str(node.args[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "observe"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


# ------------------------------------------------------------------------------------------- what the answers earn


def _marks(course: Course, exercise: Exercise, mark: Marker) -> Iterator[Problem]:
    for verdict in mark(exercise, course.solution(exercise)).checks:
        if verdict.verdict != "passed":
            said = f": {verdict.message}" if verdict.message else ""
            yield Problem(exercise.id, f"the solution does not pass «{verdict.title}»{said}")
    stub = mark(exercise, course.stub(exercise))
    tried = [verdict for verdict in stub.checks if verdict.verdict != "blocked"]
    to_write = any(verdict.message.startswith(NOT_WRITTEN) for verdict in tried)
    for verdict in tried:
        if verdict.verdict == "passed":
            yield Problem(exercise.id, f"the stub passes «{verdict.title}» although nothing has been done yet")
        elif verdict.verdict != "failed":
            yield Problem(exercise.id, f"the stub breaks in «{verdict.title}»: {verdict.message}")
        elif to_write and not verdict.message.startswith(NOT_WRITTEN):
            # A stub is either still to be written, everywhere, or a program to repair, which runs.
            yield Problem(exercise.id, f"in «{verdict.title}» the stub does not say what is to be written")
        elif verdict.message.removeprefix(NOT_WRITTEN).strip(". ") == "":
            yield Problem(
                exercise.id, f"in «{verdict.title}» the stub's NotImplementedError does not say what to write"
            )
