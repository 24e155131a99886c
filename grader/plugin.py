"""The judges' side of pytest: the fixtures that judges use, and their outcomes as verdicts.

A judge is an ordinary test, `test_<check id>` in `checks/<exercise>/judge.py`, with these fixtures:

    observe(name, *inputs)   what the submission does, as plain data: see `grader.observers`
    draw                     inputs from a seed that no submission sees: see `grader.draw`
    reference                the exercise's solution as a module

Points come from `course.toml` and stand on each test as the marker `points`.  So pytest itself can run judges:

    pytest -p grader.plugin grader/checks/exercise1/judge.py                       the solution, in this process
    pytest -p grader.plugin grader/checks/exercise1/judge.py --submission my.py    a file of yours
"""

import importlib.util
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from grader.draw import Draw
from grader.expect import Unmet
from grader.marks import State, Verdict
from grader.observers import Direct, Observer, Unobserved
from tfl import course as courses
from tfl.course import Check, Course, Exercise
from tfl.errors import GraderError

CHECK = pytest.StashKey[tuple[Exercise, Check]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options for those who run judges by hand."""
    group = parser.getgroup("tfl")
    group.addoption("--course", default=None, help="The folder of the course (default: tfl's own).")
    group.addoption("--submission", default=None, help="The file to judge (default: the solution).")
    group.addoption("--inputs-seed", default=None, help="Draw the inputs from this seed (default: a new one).")


def pytest_configure(config: pytest.Config) -> None:
    """Judge by hand, unless a server has brought its own judging."""
    config.addinivalue_line("markers", "points(n): what a check is worth; set from course.toml")
    if not config.pluginmanager.has_plugin("judging"):
        folder = config.getoption("course")
        course = courses.load(Path(folder) if folder else None)
        judging = Judging(course, seed=config.getoption("inputs_seed"), submission=config.getoption("submission"))
        config.pluginmanager.register(judging, "judging")


class Judging:
    """Gives judges what they need, and takes down what they find."""

    def __init__(
        self, course: Course, seed: str | None = None, submission: str | None = None, observer: Observer | None = None
    ) -> None:
        self.course = course
        self.submission = submission
        self.begin(observer, seed)
        self._references: dict[str, ModuleType] = {}
        self._by_hand: dict[str, Observer] = {}

    def begin(self, observer: Observer | None, seed: str | None) -> None:
        """Turn to another submission."""
        self.observer = observer
        self.seed = seed or secrets.token_hex(16)
        self.outcomes: dict[tuple[str, str], BaseException | None] = {}

    # ------------------------------------------------------------------------------------------ collection

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the checks into the course's order and their points onto them.

        Raises GraderError where tests and declared checks do not match.
        """
        by_judge = {self.course.judge(exercise): exercise for exercise in self.course.exercises}
        found: dict[str, dict[str, pytest.Item]] = {}
        rest = []
        for item in items:
            exercise = by_judge.get(item.path.resolve())
            if exercise is None:
                rest.append(item)
            else:
                found.setdefault(exercise.id, {})[item.name] = item
        ordered = []
        for exercise in self.course.exercises:
            tests = found.get(exercise.id)
            if tests is None:
                continue
            declared = {check.function for check in exercise.checks}
            if odd := sorted(declared ^ tests.keys()):
                raise GraderError(
                    f"The checks of {exercise.id} and the tests in its judge.py differ: {', '.join(odd)}.",
                    "Each declared check `a-b` needs a test `test_a_b`, and the other way round.",
                )
            for check in exercise.checks:
                item = tests[check.function]
                item.stash[CHECK] = (exercise, check)
                item.add_marker(pytest.mark.points(check.points))
                ordered.append(item)
        items[:] = ordered + rest

    # --------------------------------------------------------------------------------------------- running

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """A check that needs another one waits for it."""
        if CHECK not in item.stash:
            return
        exercise, check = item.stash[CHECK]
        for id in check.needs:
            if self.outcomes.get((exercise.id, id), self) is not None:
                pytest.skip(f"needs «{exercise.check(id).title}» first")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[Any]:
        """Note how a check ended: with None, or with the exception that it raised."""
        if CHECK in item.stash and (call.when == "call" or call.excinfo):
            exercise, check = item.stash[CHECK]
            self.outcomes[exercise.id, check.id] = call.excinfo.value if call.excinfo else None
        return (yield)

    @pytest.fixture
    def observe(self, request: pytest.FixtureRequest) -> Callable[..., Any]:
        """Asks for observations of the submission."""
        exercise, _ = request.node.stash[CHECK]
        observer = self.observer or self._direct(exercise)
        return lambda name, *inputs: observer.call(name, inputs)

    @pytest.fixture
    def draw(self, request: pytest.FixtureRequest) -> Draw:
        """Inputs that are the check's own."""
        exercise, check = request.node.stash[CHECK]
        return Draw(f"{self.seed}:{exercise.id}:{check.id}")

    @pytest.fixture
    def reference(self, request: pytest.FixtureRequest) -> ModuleType:
        """The solution of the exercise."""
        exercise, _ = request.node.stash[CHECK]
        if exercise.id not in self._references:
            self._references[exercise.id] = import_file(self.course.solution(exercise), f"reference_{exercise.id}")
        return self._references[exercise.id]

    def _direct(self, exercise: Exercise) -> Observer:
        path = Path(self.submission) if self.submission else self.course.solution(exercise)
        if exercise.id not in self._by_hand:
            source = path.read_text(encoding="utf-8")
            self._by_hand[exercise.id] = Direct(source, path.name, self.course.observe(exercise))
        return self._by_hand[exercise.id]

    # ------------------------------------------------------------------------------------------- verdicts

    def verdict(self, item: pytest.Item, seconds: float = 0.0, output: str = "") -> Verdict:
        """What a check has found, once it has run.  Raises GraderError when the judge itself broke."""
        exercise, check = item.stash[CHECK]
        try:
            error = self.outcomes[exercise.id, check.id]
        except KeyError:
            raise GraderError(f"The check {check.id} of {exercise.id} was not run.") from None
        state, message, picture, trace = _read(error, check)
        return Verdict(
            id=check.id,
            title=check.title,
            points=check.points if state == "passed" else 0,
            max_points=check.points,
            verdict=state,
            message=message,
            picture=picture,
            trace=trace,
            output=output,
            hidden=check.hidden,
            seconds=seconds,
        )


def _read(error: BaseException | None, check: Check) -> tuple[State, str, tuple[str, ...], tuple[str, ...]]:
    """Verdict, message, picture and trace of an outcome."""
    match error:
        case None:
            return "passed", "", (), ()
        case Unmet():
            return "failed", error.message, error.picture, ()
        case Unobserved():
            return error.verdict, error.message, (), error.trace
        case pytest.skip.Exception():
            return "blocked", str(error.msg), (), ()
        case AssertionError():  # a plain assert: its own words, never pytest's look into the values
            words = str(error).split("\nassert ")[0]
            return "failed", check.title if words.startswith("assert ") or not words else words, (), ()
    raise GraderError(
        f"The check {check.id} broke: {type(error).__name__}: {error}", "Tell whoever wrote the check."
    ) from error


def import_file(path: Path, name: str) -> ModuleType:
    """A Python file as a module."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.exists():
        raise GraderError(f"{path} is missing or no Python file.", "Run `tfl course check`.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
