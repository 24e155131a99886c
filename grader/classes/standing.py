"""What each student ends up with: of their attempts the one that counts, less what lateness costs, as adjusted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Literal, NamedTuple

from sqlalchemy import func, select

from grader.classes import decisions
from grader.classes.gradebook import LATEST, Gradebook
from grader.classes.policy import Deadline, Lateness, lateness
from grader.classes.roster import Student
from grader.classes.tables import AdjustmentRow, AttemptRow, GradingRow
from tfl.course import Course, Exercise

State = Literal["marked", "missing", "waiting", "not marked"]
Which = Literal["latest", "best"]


class Given(NamedTuple):
    """One attempt with the mark that counts for it, without the mark's details."""

    attempt: AttemptRow
    grading: int | None  # id
    score: int | None
    max_score: int | None
    failure: str


@dataclass(frozen=True)
class Standing:
    """One student in one exercise."""

    student: Student
    exercise: Exercise
    state: State
    attempt: AttemptRow | None = None  # the one that counts
    attempts: int = 0
    grading: int | None = None
    score: int | None = None  # points of the checks alone
    worth: int = 0
    late: Lateness = field(default_factory=Lateness)
    adjustments: Sequence[AdjustmentRow] = ()
    failure: str = ""

    @property
    def final(self) -> float | None:
        """The points that count; None while there is no mark, 0 where nothing was sent."""
        if self.state in ("waiting", "not marked"):
            return None
        earned = max(0.0, (self.score or 0) - self.late.points)
        return round(max(0.0, earned + sum(row.points for row in self.adjustments)), 2)


class Class(NamedTuple):
    """A student with all their exercises."""

    student: Student
    enrolled: bool
    standings: list[Standing]


def standings(
    book: Gradebook, course: Course, exercises: Sequence[Exercise] = (), only: str | None = None
) -> Iterator[Class]:
    """Every student (or `only` the one of this id), those who sent nothing too, in the order of the class list.

    exercises: those to tell of; none means those that anybody has sent or that have a deadline.
    """
    which: Which = "best" if book.setting("attempt") == "best" else "latest"
    rules, extensions, adjustments = decisions.deadlines(book), decisions.extensions(book), decisions.adjustments(book)
    told = exercises or sent_exercises(book, course)
    for student, enrolled in book.students():
        if only not in (None, student.id):
            continue
        given = _given(book, student.id)
        found = []
        for exercise in told:
            of = (student.id, exercise.id)
            extension = extensions.get(of)
            options = [
                _standing(student, exercise, one, rules.get(exercise.id), extension and extension.until)
                for one in given.get(exercise.id, [])
            ]
            chosen = _chosen(options, which) or Standing(student, exercise, "missing", worth=exercise.points)
            found.append(replace(chosen, attempts=len(options), adjustments=adjustments.get(of, ())))
        yield Class(student, enrolled, found)


def sent_exercises(book: Gradebook, course: Course) -> list[Exercise]:
    """The exercises that somebody has sent, or that have a deadline."""
    sent = set(book.session.scalars(select(AttemptRow.exercise).distinct())) | decisions.deadlines(book).keys()
    return [exercise for exercise in course.exercises if exercise.id in sent]


def _given(book: Gradebook, student: str) -> dict[str, list[Given]]:
    """A student's attempts by exercise, the latest last, with the newest mark of each."""
    newest = (
        select(func.max(GradingRow.id))
        .where(GradingRow.attempt == AttemptRow.id)
        .correlate(AttemptRow)
        .scalar_subquery()
    )
    rows = book.session.execute(
        select(AttemptRow, GradingRow.id, GradingRow.score, GradingRow.max_score, GradingRow.failure)
        .outerjoin(GradingRow, GradingRow.id == newest)
        .where(AttemptRow.student == student)
        .order_by(AttemptRow.exercise, *LATEST)
    ).all()
    book.session.expunge_all()
    return {
        exercise: [Given(attempt, id, score, worth, failure or "") for attempt, id, score, worth, failure in group]
        for exercise, group in groupby(rows, key=lambda row: row[0].exercise)
    }


def _standing(student: Student, exercise: Exercise, given: Given, rule: Deadline | None, extension: object) -> Standing:
    attempt = given.attempt
    worth = given.max_score if given.max_score is not None else exercise.points
    state: State = "waiting" if given.grading is None else "marked" if given.score is not None else "not marked"
    return Standing(
        student=student,
        exercise=exercise,
        state=state,
        attempt=attempt,
        grading=given.grading,
        score=given.score,
        worth=worth,
        late=lateness(rule, extension, attempt.sent, attempt.sent_from, attempt.late, worth),  # type: ignore[arg-type]
        failure=given.failure,
    )


def _chosen(options: Sequence[Standing], which: Which) -> Standing | None:
    """The latest attempt; or the best of those that have a mark, the earliest among equals."""
    marked = [option for option in options if option.state == "marked"]
    if which == "best" and marked:
        return max(marked, key=lambda option: option.final or 0.0)
    return options[-1] if options else None
