"""Grading a class: submissions → gradebook, told as events while it goes on.

    take in → waiting list → workers → commit → … → result

The waiting list is in the gradebook, so a process that is killed at any moment leaves exactly what is still to do.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol, Self

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from grader.classes import remarks
from grader.classes.gradebook import LATEST, Gradebook, grading, ungraded
from grader.classes.intake import Intake, near, take_in
from grader.classes.layouts import TITLES
from grader.classes.roster import Roster
from grader.classes.tables import AttemptRow, GradingRow, TrainingRow
from grader.classes.work import Outcome, Task, Work, fingerprint
from grader.marks import Mark
from tfl.course import Course, Exercise
from tfl.errors import GraderError, UsageError
from tfl.events import Event, Finished, Graded, Notice, Progress, Result, Stage, Started
from tfl.printable import printable

PAUSE = 0.2  # seconds between two events that say how far it is
HOPELESS = 10  # failures of the grader in a row, from the very first on, after which it is given up
SHOWN = 8  # oddities that are told one by one; all of them are in the report


class Workers(Protocol):
    """Whoever works off tasks: `pool.Pool`, `cluster.Cluster`."""

    def run(self, tasks: Iterator[Task]) -> Iterator[list[Outcome]]:
        """Outcomes as they come, some at a time."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class Request(NamedTuple):
    """What is to be graded."""

    submissions: Path | None  # None: what is in the gradebook already
    results: Path
    course: Course
    roster: Roster | None = None
    exercises: Sequence[Exercise] = ()  # none means all
    attempt: str | None = None  # "latest" or "best": which of a student's attempts counts; None: as before
    resume: bool = False
    students: Sequence[str] = ()  # grade these anew
    anew: bool = False  # grade anew although there are marks
    train: bool = False  # then train with the parts of everyone who has passed


def grade(request: Request, workers: Callable[[], Workers]) -> Iterator[Event]:
    """Grade, and tell how it goes.  `workers` is called when there is something to do.

    Raises UsageError, GradebookError, GraderError.
    """
    began = time.perf_counter()
    course, existed = request.course, (request.results / "gradebook.sqlite").exists()
    if existed and request.submissions and not request.resume:
        raise UsageError(
            f"{request.results} holds a gradebook already.",
            "Add --resume to go on with it (nothing is graded twice), or name another folder.",
        )
    with closing(Gradebook(request.results, create=request.submissions is not None)) as book, book.alone():
        yield Started(job="class", title=f"{course.title}: grading into {request.results}")
        intake = None
        if request.submissions:
            yield Stage(name="taking in", detail=str(request.submissions))
            intake = take_in(request.submissions, book, course, request.roster, request.exercises)
            book.set(attempt=request.attempt or book.setting("attempt", "latest"), course=str(course.folder))
            yield from _told(intake, request.roster)
        checks = {exercise.id: fingerprint(course, exercise) for exercise in course.exercises}
        waiting = book.wait(_wanted(request, book, checks))
        failed = trained = 0
        if waiting or request.train:
            yield Stage(name="checking", detail=_count(waiting, "submission"))
            with workers() as crew:
                for event in _checked(book, course, crew, checks, waiting):
                    failed += isinstance(event, Graded) and event.score is None
                    yield event
                if request.train:
                    trained = book.wait(_passed(request), "train")
                    yield Stage(name="training", detail=f"with {_count(trained, 'submission')} that passed every check")
                    yield from _trained(book, crew, checks, trained)
        yield Result(value=_result(request, intake, waiting, failed) | {"trained": trained})
        yield Finished(seconds=time.perf_counter() - began)


def _wanted(request: Request, book: Gradebook, checks: dict[str, str]) -> Select[Any]:
    """The attempts to be graded: those without a mark by these very checks, or those that were asked for anew."""
    here: list[ColumnElement[bool]] = [
        AttemptRow.exercise.in_([exercise.id for exercise in request.exercises or request.course.exercises])
    ]
    if request.students:
        here.append(AttemptRow.student.in_(request.students))
    if book.setting("attempt", "latest") == "latest":
        rank = func.row_number().over(
            partition_by=(AttemptRow.student, AttemptRow.exercise), order_by=[column.desc() for column in LATEST]
        )
        ranked = select(AttemptRow.id, rank.label("rank")).subquery()
        here.append(AttemptRow.id.in_(select(ranked.c.id).where(ranked.c.rank == 1)))
    if not request.anew:
        here.append(~_has_mark(checks))
    return select(AttemptRow.id).where(*here)


def _passed(request: Request) -> Select[Any]:
    """The attempts whose newest mark is full, in exercises that train, and with which nobody has trained yet."""
    training = [exercise.id for exercise in request.exercises or request.course.exercises if exercise.training]
    newest = select(func.max(GradingRow.id)).group_by(GradingRow.attempt)
    trained = select(TrainingRow.attempt).where(TrainingRow.failure == "")
    return (
        select(GradingRow.attempt)
        .join(AttemptRow, AttemptRow.id == GradingRow.attempt)
        .where(GradingRow.id.in_(newest), GradingRow.score == GradingRow.max_score)
        .where(AttemptRow.exercise.in_(training), GradingRow.attempt.not_in(trained))
    )


def _has_mark(checks: dict[str, str]) -> ColumnElement[bool]:
    """Whether an attempt has been marked by the checks as they are now."""
    by_these = or_(*(and_(AttemptRow.exercise == id, GradingRow.checks == checks[id]) for id in checks))
    return (
        select(GradingRow.id)
        .where(GradingRow.attempt == AttemptRow.id, GradingRow.score.is_not(None), by_these)
        .correlate(AttemptRow)
        .exists()
    )


def _checked(
    book: Gradebook, course: Course, crew: Workers, checks: dict[str, str], total: int
) -> Iterator[Graded | Progress]:
    """Work off the waiting list.  Each mark is told when it is in the gradebook, not before."""
    began, told, done, hopeless = time.perf_counter(), 0.0, 0, True
    sent: dict[int, AttemptRow] = {}  # what the workers have now
    for outcomes in crew.run(_tasks(book, checks, sent)):
        rows = [_row(outcome, course, sent[outcome.attempt], checks) for outcome in outcomes]
        for row in book.record(rows):
            done += 1
            hopeless = hopeless and row.score is None
            yield _graded(row, sent[row.attempt])
        for outcome in outcomes:
            del sent[outcome.attempt]
        if hopeless and done >= HOPELESS:
            raise GraderError(f"The grader fails for every submission: {rows[-1].failure}", "Run `tfl doctor`.")
        if (now := time.perf_counter()) - told > PAUSE:
            told, rate = now, done / (now - began)
            left = (total - done) / rate if rate else None
            yield Progress(stage="checking", done=done, total=total, unit="submissions", seconds_left=left, rate=rate)


def _trained(book: Gradebook, crew: Workers, checks: dict[str, str], total: int) -> Iterator[Notice | Progress]:
    """Train with those who have passed, one after the other on each worker."""
    began, done = time.perf_counter(), 0
    sent: dict[int, AttemptRow] = {}
    for outcomes in crew.run(_tasks(book, checks, sent, "train")):
        for outcome in outcomes:
            attempt = sent.pop(outcome.attempt)
            row = TrainingRow(
                attempt=outcome.attempt,
                trained=datetime.now(UTC),
                result=outcome.result,
                picture=outcome.picture,
                failure=outcome.failure,
            )
            done += book.record_training(row)
            if outcome.failure:
                who = f"{printable(attempt.student)}, {attempt.exercise}"
                yield Notice(text=f"The training of {who} failed: {printable(outcome.failure)}")
        rate = done / (time.perf_counter() - began)
        left = (total - done) / rate if rate else None
        yield Progress(stage="training", done=done, total=total, unit="submissions", seconds_left=left, rate=rate)


def _tasks(
    book: Gradebook, checks: dict[str, str], sent: dict[int, AttemptRow], work: Work = "check"
) -> Iterator[Task]:
    """The waiting list as tasks, read a page at a time."""
    after = 0
    while page := book.waiting(work, after):
        for attempt in page:
            after = attempt.id
            sent[attempt.id] = attempt
            name = book.source(attempt.digest, attempt.path).name
            yield Task(attempt.id, attempt.exercise, name, book.content(attempt), checks[attempt.exercise], work)


def _row(outcome: Outcome, course: Course, attempt: AttemptRow, checks: dict[str, str]) -> GradingRow:
    fingerprint = checks[attempt.exercise]
    if outcome.failure:
        return ungraded(outcome.attempt, course.version, fingerprint, outcome.failure)
    return grading(outcome.attempt, fingerprint, Mark.model_validate_json(outcome.result), outcome.remarks)


def _graded(row: GradingRow, attempt: AttemptRow) -> Graded:
    return Graded(
        student=attempt.student,
        exercise=attempt.exercise,
        file=attempt.path,
        score=row.score,
        max_score=row.max_score,
        seconds=row.seconds,
        flags=flags(row),
    )


def flags(row: GradingRow) -> tuple[str, ...]:
    """What an instructor should look at in a mark."""
    if row.score is None:
        return (f"Not marked: {row.failure}",)
    mark = Mark.model_validate_json(row.mark)
    found = [*mark.incidents, *remarks.of_mark(mark), *row.remarks.splitlines()]
    if any(check.verdict == "timeout" for check in mark.checks) and not mark.incidents:
        found.append("It took too long.")
    if mark.isolation == "not run":
        found.append("The file cannot be read.")
    return tuple(found)


def _told(intake: Intake, roster: Roster | None) -> Iterator[Stage | Notice]:
    """What a person should know of how the submissions were read."""
    kinds = ", ".join(f"{TITLES[name]} ({count:,})" for name, count in intake.layouts.most_common())  # type: ignore[index]
    yield Stage(name="layout", detail=kinds)
    counts = f"{_count(intake.attempts, 'submission')} of {_count(len(intake.students), 'student')}, {intake.new:,} new"
    yield Stage(name="taken in", detail=counts)
    if intake.passed_over:
        kinds = ", ".join(f"{name} × {count:,}" for name, count in intake.passed_over.most_common())
        yield Stage(name="passed over", detail=kinds)
    for note in (*intake.notes, *(roster.notes if roster else ())):
        yield Notice(text=note)
    for stranger in sorted(intake.strangers)[:SHOWN]:
        close = near(stranger, roster) if roster else ""
        hint = f"; perhaps {close} (give the roster a column “also” to say so)" if close else ""
        yield Notice(text=f"Not in the roster, but marked: {printable(stranger)}{hint}.")
    if (more := len(intake.strangers) - SHOWN) > 0:
        yield Notice(text=f"… and {more:,} more who are not in the roster; the report lists all.")
    for oddity in intake.oddities[:SHOWN]:
        yield Notice(text=f"{printable(oddity.path)}: {printable(oddity.reason)}.")
    if (more := len(intake.oddities) - SHOWN) > 0:
        yield Notice(text=f"… and {more:,} more files like these; the report lists all.")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + "s" * (number != 1)


def _result(request: Request, intake: Intake | None, waiting: int, failed: int) -> dict[str, Any]:
    return {
        "results": str(request.results),
        "graded": waiting - failed,
        "not_marked": failed,
        "students": len(intake.students) if intake else None,
        "layouts": dict(intake.layouts) if intake else {},
        "oddities": [[oddity.path, oddity.reason] for oddity in intake.oddities] if intake else [],
        "strangers": sorted(intake.strangers) if intake else [],
    }
