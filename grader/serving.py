"""pytest as a server: its checks are collected once, and its test loop runs them again for each submission."""

import os
import socket
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.runner import runtestprotocol
from pydantic import BaseModel, ConfigDict

from grader.keeper import Keeper
from grader.marks import Mark, Verdict
from grader.patience import Patience
from grader.plugin import CHECK, Judging
from grader.sandboxed import Sandboxed
from tfl import course as courses
from tfl.course import Course, Exercise
from tfl.errors import GraderError

if TYPE_CHECKING:
    from grader.server import Line

UNUSED = (  # pytest's own plugins that a server has no use for
    "cacheprovider", "terminal", "logging", "doctest", "faulthandler", "junitxml", "pastebin", "stepwise", "setuponly",
    "setupplan", "debugging", "unittest", "threadexception", "unraisableexception", "warnings", "skipping", "capture",
    "legacypath",
)  # fmt: skip


class Request(BaseModel):
    """One submission to check."""

    model_config = ConfigDict(extra="forbid")
    exercise: str
    file: str
    source: str
    seed: str | None = None
    notes: tuple[str, ...] = ()
    each: bool = True  # tell each verdict as it comes, or the mark alone


def serve(zygote: socket.socket, line: "Line", first: dict[str, Any]) -> None:
    """Check submissions, for ever.

    `first` names the `course` (a folder, or None), the `exercises` ([]: all) and the `patience`.

    Raises GraderError or CourseError where the checks cannot be collected.
    """
    course = courses.load(Path(first["course"]) if first.get("course") else None)
    chosen = [course.exercise(id) for id in first.get("exercises") or ()] or course.exercises
    keeper = Keeper(zygote)
    judging = Judging(course)
    loop = Loop(course, keeper, judging, line, Patience(**first.get("patience") or {}))
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    options = ["--noconftest", "--import-mode=importlib", "--assert=plain", "-c", os.devnull]
    options += ["--rootdir", str(course.checks), *(f"-pno:{name}" for name in UNUSED)]
    pytest.main([*options, *(str(course.judge(exercise)) for exercise in chosen)], plugins=[judging, loop])
    raise loop.failure or GraderError("The checks could not be collected.", "Run `tfl course check`.")


class Loop:
    """Takes the place of pytest's own loop over the tests."""

    def __init__(self, course: Course, keeper: Keeper, judging: Judging, line: "Line", patience: Patience) -> None:
        self.course, self.keeper, self.judging, self.line, self.patience = course, keeper, judging, line, patience
        self.failure: Exception | None = None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A judge that cannot be imported is the grader's failure."""
        if report.failed:
            self.failure = GraderError(f"A judge cannot be imported: {report.longrepr}", "Run `tfl course check`.")

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """Keep what went wrong inside pytest, and let nothing be printed."""
        self.failure = excinfo.value if isinstance(excinfo.value, Exception) else GraderError(str(excinfo.value))
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """A bare report: what a check has found is taken down by `Judging`.

        pytest's own would tell each failure with the judge's source, which it reads and parses anew: 30 ms each time.
        """
        outcome = "failed" if call.excinfo else "passed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when)  # type: ignore[arg-type]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Wait for submissions and check them."""
        if self.failure or session.testsfailed:
            return True
        items: dict[str, list[pytest.Item]] = {}
        for item in session.items:
            items.setdefault(item.stash[CHECK][0].id, []).append(item)
        self.keeper.prepare()
        self.line.send(ready=self.keeper.isolation)
        while True:
            try:
                request = Request.model_validate_json(self.line.next())
                exercise = self.course.exercise(request.exercise)
                observe = self.course.observe(exercise).read_text(encoding="utf-8")
            except Exception as error:
                self.line.failed(error)
                continue
            with closing(Sandboxed(self.keeper, request.source, request.file, observe, self.patience)) as observer:
                try:
                    mark = self.check(request, exercise, items[exercise.id], observer)
                    self.line.send(mark=mark.model_dump(mode="json"))
                except Exception as error:
                    self.line.failed(error)
            # The mark is on its way: ending the guest and having another one ready is in nobody's time.
            self.keeper.prepare()

    def check(self, request: Request, exercise: Exercise, items: list[pytest.Item], observer: Sandboxed) -> Mark:
        """Run an exercise's checks on a submission, and tell each verdict as it comes where that is asked for."""
        started = time.perf_counter()
        isolation = self.keeper.isolation
        self.judging.begin(observer, request.seed)
        verdicts = []
        for item, following in zip(items, [*items[1:], None], strict=True):
            verdicts.append(self._verdict(item, following, observer))
            if request.each:
                self.line.send(verdict=verdicts[-1].model_dump(mode="json"))
        observer.settle()
        if observer.forged:
            verdicts = [_worthless(verdict, observer.forged) for verdict in verdicts]
        return Mark(
            exercise=exercise.id,
            file=request.file,
            checks=tuple(verdicts),
            isolation=isolation,
            seconds=time.perf_counter() - started,
            seed=self.judging.seed,
            course=self.course.version,
            notes=request.notes,
            incidents=tuple(observer.incidents),
        )

    def _verdict(self, item: pytest.Item, following: pytest.Item | None, observer: Sandboxed) -> Verdict:
        started = time.perf_counter()
        item._initrequest()  # type: ignore[attr-defined]  # as pytest's own re-run plugins do: fresh fixtures
        runtestprotocol(item, log=False, nextitem=following)
        return self.judging.verdict(item, time.perf_counter() - started, observer.printed())


def _worthless(verdict: Verdict, why: str) -> Verdict:
    return verdict.model_copy(update={"points": 0, "verdict": "error", "message": why, "picture": (), "trace": ()})
