"""What instructors decide: deadlines, more time, points by hand.  Nothing is overwritten: the newest counts."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import select

from grader.classes.gradebook import Gradebook
from grader.classes.policy import Deadline
from grader.classes.tables import AdjustmentRow, DeadlineRow, ExtensionRow

Of = tuple[str, str]  # a student's and an exercise's id


def set_deadline(book: Gradebook, exercise: str, rule: Deadline) -> None:
    """Set the rule for an exercise."""
    with book.transaction() as session:
        session.add(DeadlineRow(exercise=exercise, rule=rule.model_dump_json(), made=datetime.now(UTC)))


def deadlines(book: Gradebook) -> dict[str, Deadline]:
    """The rule that holds for each exercise that has one."""
    rows = book.session.execute(select(DeadlineRow.exercise, DeadlineRow.rule).order_by(DeadlineRow.id))
    return {exercise: Deadline.model_validate_json(rule) for exercise, rule in rows}


def extend(book: Gradebook, student: str, exercise: str, until: datetime, reason: str) -> None:
    """Give a student more time for an exercise."""
    with book.transaction() as session:
        row = ExtensionRow(student=student, exercise=exercise, until=until, reason=reason, made=datetime.now(UTC))
        session.add(row)


def extensions(book: Gradebook) -> Mapping[Of, ExtensionRow]:
    """Who has more time for what."""
    rows = book.session.scalars(select(ExtensionRow).order_by(ExtensionRow.id))
    return {(row.student, row.exercise): row for row in rows}


def adjust(book: Gradebook, student: str, exercise: str, points: float, reason: str, by: str) -> None:
    """Give a student points for an exercise, or take some."""
    row = AdjustmentRow(student=student, exercise=exercise, points=points, reason=reason, by=by, made=datetime.now(UTC))
    with book.transaction() as session:
        session.add(row)


def adjustments(book: Gradebook) -> Mapping[Of, list[AdjustmentRow]]:
    """All that was given or taken by hand, oldest first."""
    found: dict[Of, list[AdjustmentRow]] = {}
    for row in book.session.scalars(select(AdjustmentRow).order_by(AdjustmentRow.id)):
        found.setdefault((row.student, row.exercise), []).append(row)
    return found
