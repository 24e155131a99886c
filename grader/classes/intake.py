"""Files + roster + course → attempts, and a list of everything that fits nowhere.

Who sent a file is read off its place (`layouts`); which exercise it answers off its name, then the folders around it,
then what it defines.  A file that fits two students, or no exercise, is listed with the reason and, where there is
one, a way out.  A student whom the roster does not know is marked too, and listed.
"""

import difflib
import json
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from grader.classes import arrivals, layouts
from grader.classes.arrivals import Oddity
from grader.classes.gradebook import Gradebook, NewAttempt
from grader.classes.layouts import Claim, Tree
from grader.classes.roster import Roster, Student
from tfl.course import Course, Exercise
from tfl.errors import UsageError
from tfl.printable import printable

SAME_TIME = timedelta(seconds=2)  # an archive's dates are no finer


@dataclass
class Intake:
    """What has been made of a folder or an archive."""

    layouts: Counter[str] = field(default_factory=Counter)  # name of a layout → files that it explained
    attempts: int = 0
    new: int = 0
    students: set[str] = field(default_factory=set)
    strangers: set[str] = field(default_factory=set)  # students whom the roster does not know
    oddities: list[Oddity] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)
    times: Counter[str] = field(default_factory=Counter)  # where the times of submission come from
    notes: list[str] = field(default_factory=list)


def take_in(
    submissions: Path, book: Gradebook, course: Course, roster: Roster | None, only: Sequence[Exercise] = ()
) -> Intake:
    """Put every attempt in `submissions` into the gradebook, with a copy of its file.

    only: exercises to take; none means all.  Raises UsageError when `submissions` is neither a folder nor an archive
    or nothing in it can be a submission.
    """
    with tempfile.TemporaryDirectory(prefix=".arriving-", dir=book.folder) as scratch:
        arrived = arrivals.collect(submissions, Path(scratch))
        tree = Tree(arrived, course, roster)
        claims, unclaimed = tree.claims()
        intake = Intake(oddities=list(arrived.oddities), passed_over=arrived.passed_over)
        for arrival in unclaimed:
            intake.oddities.append(Oddity(str(arrival.path), "its name does not tell who sent it"))
        if roster:
            book.enrol(roster.students.values())
        placed = _without_helpers(_placed(claims, course, roster, only, intake), course, intake)
        _ties(placed, intake)
        intake.attempts = len(placed)
        for attempts in _batches(placed, 200):
            intake.new += book.add_attempts(attempts)
    if not intake.attempts:
        reason = f"  The first: {intake.oddities[0].path}: {intake.oddities[0].reason}." if intake.oddities else ""
        raise UsageError(
            f"{submissions} holds no submission that could be placed.{reason}",
            "docs/classes.md shows the ways in which submissions may lie.",
        )
    book.note_oddities(intake.oddities)
    return intake


def _batches(items: list[NewAttempt], size: int) -> list[list[NewAttempt]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def _placed(
    claims: list[Claim], course: Course, roster: Roster | None, only: Sequence[Exercise], intake: Intake
) -> list[NewAttempt]:
    """The claims that name one student and one exercise; the others become oddities."""
    placed = []
    wanted = {exercise.id for exercise in only or course.exercises}
    files = Counter((claim.student[:1], claim.arrival.path.parent) for claim in claims)
    for claim in claims:
        path = str(claim.arrival.path)
        student = _student(claim, roster)
        if isinstance(student, str):
            intake.oddities.append(Oddity(path, student))
            continue
        alone = files[claim.student[:1], claim.arrival.path.parent] == 1
        exercise, note = _exercise(claim, course, only[0] if len(only) == 1 and alone else None)
        if exercise is None:
            intake.oddities.append(Oddity(path, note))
            continue
        intake.layouts[claim.layout] += 1
        if exercise.id not in wanted:
            intake.passed_over[f"other exercises ({exercise.id})"] += 1
            continue
        intake.students.add(student.id)
        intake.times[claim.sent_from] += 1
        if roster and student.id not in roster.students:
            intake.strangers.add(student.id)
        placed.append(
            NewAttempt(
                student=student,
                exercise=exercise.id,
                path=path,
                real=claim.arrival.real,
                sent=claim.sent,
                sent_from=claim.sent_from,
                late=claim.late,
                number=claim.number,
                note=note,
            )
        )
    return placed


def _without_helpers(placed: list[NewAttempt], course: Course, intake: Intake) -> list[NewAttempt]:
    """The attempts without files that only lie beside one: tests, modules of the student's own.

    A file whose own name does not tell the exercise, and that defines nothing of it, is none as long as the same
    student has sent another one for it that does either.
    """
    kept, telling = [], {(one.student.id, one.exercise): one.path for one in placed if _tells(one, course)}
    for attempt in placed:
        better = telling.get((attempt.student.id, attempt.exercise))
        if better is None or _tells(attempt, course):
            kept.append(attempt)
        else:
            reason = f"it defines nothing that {attempt.exercise} asks for, and {better} does: it was not taken"
            intake.oddities.append(Oddity(attempt.path, reason))
    return kept


def _tells(attempt: NewAttempt, course: Course) -> bool:
    """Whether a file's own name or what it defines tells its exercise."""
    name = layouts.bare(Path(attempt.path).name)
    is_test = name.startswith("test_") or name.endswith("_test")
    if not is_test and layouts.exercise_in(name, course):
        return True
    return _defines(_code(attempt.real), course.exercise(attempt.exercise))


def _student(claim: Claim, roster: Roster | None) -> Student | str:
    """Who sent it, or why that cannot be told.  Without a match, a student of that name outside the roster."""
    name = printable(claim.student[0], 80)
    if roster is None:
        canvas = claim.layout == "canvas"
        return Student(id=claim.student[-1], lms_id=claim.student[0]) if canvas else Student(id=name)
    found = roster.find(claim.student)
    if len(found) > 1:
        return f"its name fits {' and '.join(student.shown for student in found)}: give one of them an alias"
    if found:
        return found[0]
    return Student(id=printable(claim.student[-1] if claim.layout == "canvas" else name, 80))


def near(stranger: str, roster: Roster) -> str:
    """The student of the roster whom a stranger may be, for a hint: never for a decision."""
    known = {student.shown: student for student in roster.students.values()} | roster.students
    close = difflib.get_close_matches(stranger, known, n=1, cutoff=0.6)
    return known[close[0]].shown if close else ""


def _exercise(claim: Claim, course: Course, only: Exercise | None) -> tuple[Exercise | None, str]:
    """The exercise that a file answers, with a note when that was not plain from its name; or why it is unknown."""
    for name in claim.exercise:
        if exercise := layouts.exercise_in(layouts.bare(name), course):
            return exercise, ""
    text = _code(claim.arrival.real)
    defining = [exercise for exercise in course.exercises if _defines(text, exercise)]
    if len(defining) == 1:
        return defining[
            0
        ], f"{claim.arrival.path.name} was taken for {defining[0].id}, as it defines what that asks for."
    if only:
        return only, f"{claim.arrival.path.name} was taken for {only.id}, as nothing else came."
    if defining:
        return None, f"it defines what {' and '.join(e.id for e in defining)} ask for: its name must say which it is"
    return None, "neither its name nor what it defines tells the exercise"


def _code(path: Path) -> str:
    """The text of a file, or the code of a notebook, for looking at names only: nothing is run or parsed."""
    text = path.read_bytes().decode("utf-8", errors="replace")
    if text.lstrip().startswith("{"):
        try:
            cells = json.loads(text).get("cells", [])
            return "\n".join("".join(cell.get("source", "")) for cell in cells if cell.get("cell_type") == "code")
        except (ValueError, RecursionError, AttributeError, TypeError):
            return ""
    return text


def _defines(text: str, exercise: Exercise) -> bool:
    return any(re.search(rf"^\s*(def|class)\s+{re.escape(name)}\b", text, re.MULTILINE) for name in exercise.asks)


def _ties(placed: list[NewAttempt], intake: Intake) -> None:
    """Say where two different files of a student cannot be put in order by time or number."""
    together = defaultdict(list)
    for attempt in placed:
        together[attempt.student.id, attempt.exercise].append(attempt)
    for attempts in together.values():
        attempts.sort(key=NewAttempt.order)
        if len(attempts) < 2:
            continue
        last, before = attempts[-1], attempts[-2]
        if last.number == before.number and _same_time(last, before):
            others = ", ".join(attempt.path for attempt in attempts[:-1])
            intake.oddities.append(
                Oddity(last.path, f"taken as the latest by its name alone, beside {others}, which is as old")
            )


def _same_time(one: NewAttempt, other: NewAttempt) -> bool:
    if one.sent is None or other.sent is None:
        return True
    return abs(one.sent - other.sent) <= SAME_TIME
