"""Marks for other programs: CSV for spreadsheets, Canvas, Moodle and Gradescope, JSON for everything else.

A mark that the grader could not give is an empty cell, never 0; who sent nothing has 0 in our own formats and an
empty cell for Canvas and Moodle, which know that case themselves.  Every text goes through `defuse.cell`.

    csv         a row for each student, a column of points for each exercise
    canvas      what the Canvas gradebook imports: its five columns, then an assignment each; row two: points possible
    moodle      what Moodle's grade import reads: identity, then points and feedback for each exercise
    gradescope  the columns of Gradescope's own download of grades
    json        everything that `tfl class marks --json` tells

Sources: the formats as they are in the files that these platforms export (Canvas's gradebook, Moodle's grade export,
Gradescope's “Download Grades”).
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta

from grader.classes.gradebook import Gradebook
from grader.classes.roster import Student
from grader.classes.standing import Class, Standing, sent_exercises, standings
from grader.classes.summary import of_class
from grader.defuse import cell
from tfl.course import Course, Exercise

Row = Sequence[object]


def export(book: Gradebook, course: Course, format: str, exercises: Sequence[Exercise] = ()) -> Iterator[str]:
    """The marks in a format of `FORMATS`, piece by piece."""
    told = list(exercises) or sent_exercises(book, course)
    if format == "json":
        yield from _json(of_class(book, course, told))
        return
    for row in FORMATS[format](standings(book, course, told), told):
        line = io.StringIO()
        csv.writer(line, lineterminator="\r\n").writerow(map(cell, row))
        yield line.getvalue()


def _json(rows: Iterable[object]) -> Iterator[str]:
    yield '{"students": [\n'
    for number, row in enumerate(rows):
        yield (",\n" if number else "") + json.dumps(row, ensure_ascii=False)
    yield "\n]}\n"


def plain(classes: Iterable[Class], exercises: Sequence[Exercise]) -> Iterator[Row]:
    """Our own table."""
    columns = [(exercise.id, f"{exercise.id} state", f"{exercise.id} late") for exercise in exercises]
    yield ["id", "name", "email", "section", "enrolled", *(name for group in columns for name in group), "total", "of"]
    for student, enrolled, found in classes:
        cells = [(one.final, one.state, _clock(one.late.by)) for one in found]
        total, worth = sum(one.final or 0 for one in found), sum(one.worth for one in found)
        who = (student.id, student.shown, student.email, student.section, "yes" if enrolled else "no")
        yield [*who, *(value for group in cells for value in group), total, worth]


def canvas(classes: Iterable[Class], exercises: Sequence[Exercise]) -> Iterator[Row]:
    """Canvas matches students by ID, then by its SIS columns, and makes an assignment of each further column."""
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *(exercise.title for exercise in exercises)]
    yield ["    Points Possible", "", "", "", "", *(exercise.points for exercise in exercises)]
    for student, _, found in classes:
        last_first = f"{student.last}, {student.first}" if student.last and student.first else student.shown
        number = student.lms_id if student.lms_id.isdecimal() else ""  # Canvas takes nothing else for an ID
        who = (last_first, number, student.number, student.login or student.id, student.section)
        yield [*who, *map(_sent_only, found)]


def moodle(classes: Iterable[Class], exercises: Sequence[Exercise]) -> Iterator[Row]:
    """Moodle asks which column is what, and knows these names."""
    header = ["First name", "Last name", "ID number", "Email address", "Username"]
    yield [*header, *(name for exercise in exercises for name in (exercise.title, f"{exercise.title} (Feedback)"))]
    for student, _, found in classes:
        first, last = names(student)
        who = (first, last, student.number, student.email, student.login or student.id)
        yield [*who, *(value for one in found for value in (_sent_only(one), _feedback(one)))]


def gradescope(classes: Iterable[Class], exercises: Sequence[Exercise]) -> Iterator[Row]:
    """Four columns for each assignment, and the sum of what was late."""
    kinds = ("", " - Max Points", " - Submission Time", " - Lateness (H:M:S)")
    columns = [exercise.title + kind for exercise in exercises for kind in kinds]
    yield ["First Name", "Last Name", "SID", "Email", "Sections", *columns, "Total Lateness (H:M:S)"]
    for student, _, found in classes:
        cells: list[object] = []
        for one in found:
            sent = one.attempt.sent if one.attempt else None
            when = sent.strftime("%Y-%m-%d %H:%M:%S %z") if sent else ""
            cells += [_sent_only(one), one.worth, when, _clock(one.late.by)]
        first, last = names(student)
        total = sum((one.late.by for one in found), timedelta())
        yield [first, last, student.number or student.id, student.email, student.section, *cells, _clock(total)]


FORMATS: dict[str, Callable[[Iterable[Class], Sequence[Exercise]], Iterator[Row]]] = {
    "csv": plain,
    "canvas": canvas,
    "moodle": moodle,
    "gradescope": gradescope,
}


def names(student: Student) -> tuple[str, str]:
    """First and last name, as far as they can be told apart."""
    if student.first or student.last:
        return student.first, student.last
    if "," in student.name:
        last, _, first = student.name.partition(",")
        return first.strip(), last.strip()
    first, _, last = student.name.rpartition(" ")
    return first, last


def _sent_only(one: Standing) -> float | None:
    return None if one.state == "missing" and not one.adjustments else one.final


def _feedback(one: Standing) -> str:
    """What Moodle shows below the points."""
    if one.state != "marked":
        return ""
    parts = [f"{one.score} of {one.worth} points by the checks"]
    if one.late.points:
        days = "1 day" if one.late.days == 1 else f"{one.late.days} days"
        parts.append(f"{one.late.points:g} points taken: {days} late")
    parts += [f"{row.points:+g}: {row.reason}" for row in one.adjustments]
    return "; ".join(parts)


def _clock(time: timedelta) -> str:
    minutes, seconds = divmod(round(time.total_seconds()), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
