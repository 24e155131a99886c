"""Repeating a mark: the same file, the same inputs; is it the same mark?"""

from collections.abc import Callable
from contextlib import closing
from typing import Any

from grader.classes.gradebook import Gradebook
from grader.classes.work import Marker, fingerprint, unreadable
from grader.marks import Mark
from grader.submission import read
from tfl.course import Course, Exercise
from tfl.errors import SubmissionError, UsageError


def repeated(book: Gradebook, course: Course, id: int, start: Callable[[Exercise], Marker]) -> dict[str, Any]:
    """Check the attempt of mark `id` again from the same seed, and compare.

    Raises UnknownName when there is no such mark, UsageError when the grader had failed, GraderError.
    """
    row, attempt = book.grading(id)
    if row.score is None:
        raise UsageError(f"Mark {id} is none: {row.failure}", "`tfl class regrade` tries again.")
    before, exercise = Mark.model_validate_json(row.mark), course.exercise(attempt.exercise)
    book.content(attempt)
    try:
        submission = read(book.source(attempt.digest, attempt.path), exercise)
        with closing(start(exercise)) as grader:
            now = grader.mark(exercise, submission, row.seed)
    except SubmissionError as error:
        now = unreadable(course, exercise, before.file, error)
    verdicts = {check.id: check.verdict for check in before.checks}
    notes = []
    if row.checks != fingerprint(course, exercise):
        notes.append(f"The checks have changed since: the mark was given by version {row.course}.")
    if row.isolation != now.isolation:
        notes.append(f"The walls differ: {row.isolation} then, {now.isolation} now.")
    return {
        "mark": id,
        "student": attempt.student,
        "exercise": exercise.id,
        "seed": row.seed,
        "same": verdicts == {check.id: check.verdict for check in now.checks},
        "score": now.score,
        "max_score": now.max_score,
        "checks": [
            {"id": check.id, "title": check.title, "before": verdicts.get(check.id, "–"), "now": check.verdict}
            for check in now.checks
        ],
        "notes": notes,
    }
