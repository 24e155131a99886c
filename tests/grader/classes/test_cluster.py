"""A class on a Dask cluster: a lost worker, a lost scheduler, other checks; every mark committed once."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from grader.classes import cluster
from grader.classes.cluster import Cluster, do
from grader.classes.gradebook import Gradebook
from grader.classes.grading import Request, grade
from grader.classes.tables import GradingRow, WaitingRow
from grader.classes.work import Task, fingerprint
from tests.grader.classes.conftest import RIGHT, put
from tests.grader.classes.on_workers import start
from tfl.course import Course
from tfl.errors import ClusterError
from tfl.events import Graded

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
pytestmark = pytest.mark.slow


@contextmanager
def dask(tmp_path: Path, workers: int = 2, nanny: bool = True) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A scheduler and workers as processes, as anyone would start them; gives the address and the scheduler."""
    root = str(Path(__file__).parents[3])
    settings = os.environ | {"PYTHONPATH": root, "DASK_DISTRIBUTED__ADMIN__LOG_FORMAT": "%(message)s"}
    where = tmp_path / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": settings, "cwd": str(tmp_path)}
    base = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(where)]
    started = [subprocess.Popen([*base, *options], **quiet)]  # type: ignore[call-overload]
    try:
        waited = time.monotonic()
        while not where.exists() and time.monotonic() - waited < 120:
            time.sleep(0.1)
        address = str(__import__("json").loads(where.read_text())["address"])
        command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"]
        for number in range(workers):
            more = ["--local-directory", str(tmp_path / f"worker{number}"), *([] if nanny else ["--no-nanny"])]
            started.append(subprocess.Popen([*command, *more], **quiet))  # type: ignore[call-overload]
        yield address, started[0]
    finally:
        for process in reversed(started):
            process.terminate() if nanny else process.kill()  # without a scheduler a worker takes 10 s to leave
        for process in started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine needs longer to start workers."""
    monkeypatch.setattr(cluster, "PATIENCE", 120.0)


def rows(folder: Path) -> tuple[int, int, int]:
    """(marks, attempts with a mark, attempts that still wait)"""
    book = Gradebook(folder)
    found = (
        book.session.scalar(select(func.count(GradingRow.score))) or 0,
        book.session.scalar(select(func.count(GradingRow.attempt.distinct()))) or 0,
        book.session.scalar(select(func.count()).select_from(WaitingRow)) or 0,
    )
    book.close()
    return found


def test_a_killed_worker_loses_nothing_and_nothing_is_committed_twice(tmp_path: Path, course: Course) -> None:
    total, weapon = 40, tmp_path / "weapon"
    weapon.write_text("")
    files = {f"s{number:02}/exercise1.py": RIGHT + f"# {number}\n" for number in range(total - 1)}
    files["s05x/exercise1.py"] = RIGHT + f"# KILL '{weapon}'\n"
    request = Request(put(tmp_path / "in", files), tmp_path / "results", course)
    with dask(tmp_path) as (address, _):
        events = list(grade(request, lambda: Cluster(address, course, [], False, start)))
    graded = [event.student for event in events if isinstance(event, Graded)]
    assert not weapon.exists(), "the worker was not killed"
    assert sorted(graded) == sorted(set(graded)) and len(graded) == total
    assert rows(tmp_path / "results") == (total, total, 0)


def test_a_lost_scheduler_keeps_what_is_committed_and_resume_goes_on(
    tmp_path: Path, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    total = 40
    files = {f"s{number:02}/exercise1.py": RIGHT + f"# {number}\n" for number in range(total)}
    request = Request(put(tmp_path / "in", files), tmp_path / "results", course)
    done = 0
    with dask(tmp_path, 1, nanny=False) as (address, scheduler), pytest.raises(ClusterError, match="is lost"):
        for event in grade(request, lambda: Cluster(address, course, [], False, start)):
            done += isinstance(event, Graded)
            if done == 5:
                monkeypatch.setattr(cluster, "PATIENCE", 0.5)
                scheduler.kill()
                done += 1000
    marks, attempts, waiting = rows(tmp_path / "results")
    assert marks == attempts >= 5 and marks + waiting == total
    monkeypatch.setattr(cluster, "PATIENCE", 120.0)
    (tmp_path / "scheduler.json").unlink(missing_ok=True)
    with dask(tmp_path, 1, nanny=False) as (address, _):
        list(grade(request._replace(resume=True), lambda: Cluster(address, course, [], False, start)))
    assert rows(tmp_path / "results") == (total, total, 0)


def test_a_scheduler_that_does_not_answer_is_told(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    with pytest.raises(ClusterError, match="No scheduler answers"):
        Cluster("tcp://127.0.0.1:9", course, [], False)


def test_a_worker_with_other_checks_gives_no_mark(course: Course) -> None:
    task = Task(1, "exercise1", "x.py", RIGHT.encode(), "other checks")
    attempt, result, failure, *_ = do(tuple(task), str(course.folder), (), False, start)
    assert (attempt, result) == (1, "") and "other checks" in failure
    task = task._replace(checks=fingerprint(course, course.exercise("1")))
    assert '"score":5' in do(tuple(task), str(course.folder), (), False, start)[1]
