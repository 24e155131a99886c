"""The gradebook as plain data: the class in rows, or all about one student."""

import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from grader.classes import decisions
from grader.classes.gradebook import LATEST, Gradebook
from grader.classes.roster import Student
from grader.classes.standing import Standing, standings
from grader.classes.tables import AttemptRow, GradingRow
from tfl.course import Course, Exercise


def of_class(book: Gradebook, course: Course, exercises: Sequence[Exercise] = ()) -> Iterator[dict[str, Any]]:
    """A row for each student, with every exercise."""
    for student, enrolled, found in standings(book, course, exercises):
        yield {
            "student": student.id,
            "name": student.shown,
            "email": student.email,
            "enrolled": enrolled,
            "exercises": {one.exercise.id: _standing(one) for one in found},
            "total": sum(one.final or 0 for one in found),
            "worth": sum(one.worth for one in found),
        }


def _standing(one: Standing) -> dict[str, Any]:
    attempt = one.attempt
    return {
        "state": one.state,
        "score": one.score,
        "worth": one.worth,
        "late_seconds": round(one.late.by.total_seconds()),
        "late_points": one.late.points,
        "late_doubt": one.late.doubt,
        "adjustment": sum(row.points for row in one.adjustments),
        "final": one.final,
        "attempts": one.attempts,
        "file": attempt.path if attempt else None,
        "sent": attempt.sent.isoformat() if attempt and attempt.sent else None,
        "mark": one.grading,
    }


def of_student(book: Gradebook, course: Course, student: Student) -> dict[str, Any]:
    """Every attempt of a student with every mark, and the command that repeats it."""
    (found,) = standings(book, course, only=student.id)
    counting = {one.attempt.id for one in found.standings if one.attempt}
    rows = book.session.scalars(select(AttemptRow).filter_by(student=student.id).order_by(AttemptRow.exercise, *LATEST))
    attempts = [
        {
            "exercise": row.exercise,
            "file": row.path,
            "counts": row.id in counting,
            "sent": row.sent.isoformat(timespec="minutes") if row.sent else None,
            "sent_from": row.sent_from,
            "copy": str(book.source(row.digest, row.path)),
            "marks": [_mark(book, mark) for mark in _marks(book, row)],
        }
        for row in rows
    ]
    adjusted = [
        {
            "exercise": row.exercise,
            "points": row.points,
            "reason": row.reason,
            "by": row.by,
            "made": row.made.isoformat(),
        }
        for (id, _), rows in decisions.adjustments(book).items()
        for row in rows
        if id == student.id
    ]
    extended = [
        {"exercise": exercise, "until": row.until.isoformat(), "reason": row.reason}
        for (id, exercise), row in decisions.extensions(book).items()
        if id == student.id
    ]
    return {
        "student": student.id,
        "name": student.shown,
        "attempts": attempts,
        "adjustments": adjusted,
        "extensions": extended,
    }


def _marks(book: Gradebook, attempt: AttemptRow) -> Sequence[GradingRow]:
    return book.session.scalars(select(GradingRow).filter_by(attempt=attempt.id).order_by(GradingRow.id)).all()


def _mark(book: Gradebook, row: GradingRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "graded": row.graded.isoformat(timespec="seconds"),
        "course": row.course,
        "checks": row.checks,
        "isolation": row.isolation,
        "seed": row.seed,
        "score": row.score,
        "max_score": row.max_score,
        "failure": row.failure,
        "command": command(book, row.id),
    }


def command(book: Gradebook, mark: int) -> str:
    """The command that repeats a mark."""
    return shlex.join(["tfl", "class", "repeat", str(book.folder), str(mark)])
