"""What there is to see in a class: distributions, checks that fail, errors that many share, what to look at.

One pass over the gradebook; what is kept grows with the number of exercises and of different errors, not of students.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from grader.classes.gradebook import Gradebook
from grader.classes.grading import flags
from grader.classes.remarks import is_mild
from grader.classes.standing import Class, Standing, standings
from grader.marks import Mark, Verdict
from tfl.course import Course, Exercise

MOST_ERRORS = 5_000  # different ones that are counted; hostile messages could be without number
EXAMPLES = 5  # students who are named for an error
MOST_FLAGS = 200  # that are listed on the page
MESSAGE = 300  # characters of an error that are shown


class Flag(NamedTuple):
    """Something to look at."""

    student: str
    shown: str
    exercise: str
    mark: int | None
    why: str


@dataclass
class Trouble:
    """An error that some share: one message with its numbers left open."""

    check: str
    message: str  # of the first who had it
    count: int = 0
    students: list[str] = field(default_factory=list)  # ids of the first few


@dataclass
class Insight:
    """One exercise of a class."""

    exercise: Exercise
    states: Counter[str] = field(default_factory=Counter)
    points: Counter[float] = field(default_factory=Counter)  # final points → students
    full: int = 0  # students with every check passed
    verdicts: dict[str, Counter[str]] = field(default_factory=dict)  # check id → verdict → marks
    troubles: dict[tuple[str, str], Trouble] = field(default_factory=dict)
    other_errors: int = 0  # those beyond MOST_ERRORS
    sent: Counter[datetime] = field(default_factory=Counter)  # hour → submissions
    seconds: Counter[float] = field(default_factory=Counter)  # tenths of seconds → marks
    late: int = 0
    doubts: Counter[str] = field(default_factory=Counter)

    @property
    def marked(self) -> int:
        """How many have a mark for something they sent."""
        return self.states["marked"]

    @property
    def median(self) -> float:
        """Of the final points of those who have sent something."""
        return _quantile(self.points, 0.5)

    @property
    def mean(self) -> float:
        """Of the final points of those who have sent something."""
        total = sum(self.points.values())
        return sum(points * count for points, count in self.points.items()) / total if total else 0.0

    def checks(self) -> Iterator[tuple[str, str, bool, Counter[str]]]:
        """(id, title, hidden, verdicts) of each check, those that fail most first."""
        order = sorted(self.exercise.checks, key=lambda check: self.verdicts.get(check.id, Counter())["passed"])
        for check in order:
            yield check.id, check.title, check.hidden, self.verdicts.get(check.id, Counter())

    def common(self, most: int = 12) -> list[Trouble]:
        """The errors that most share."""
        return sorted(self.troubles.values(), key=lambda trouble: -trouble.count)[:most]

    def slowest(self) -> tuple[float, float]:
        """The median and the 95th percentile of the seconds that checking took."""
        return _quantile(self.seconds, 0.5), _quantile(self.seconds, 0.95)


@dataclass
class ClassInsight:
    """The whole class."""

    exercises: dict[str, Insight]
    students: int = 0
    enrolled: int = 0
    silent: int = 0  # enrolled students who sent nothing at all
    strangers: list[str] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    more_flags: int = 0
    isolation: Counter[str] = field(default_factory=Counter)
    versions: Counter[str] = field(default_factory=Counter)

    def flagged(self) -> list[tuple[str, list[Flag]]]:
        """The flags by what happened, the rarest first: what happens to many is seldom an attack.  Mild ones last."""
        groups: dict[str, list[Flag]] = {}
        for flag in self.flags:
            groups.setdefault(flag.why, []).append(flag)
        return sorted(groups.items(), key=lambda group: (is_mild(group[0]), len(group[1])))


def look(book: Gradebook, course: Course, exercises: Sequence[Exercise]) -> ClassInsight:
    """Look at everything once."""
    insight = ClassInsight({exercise.id: Insight(exercise) for exercise in exercises})
    for found in standings(book, course, exercises):
        _count(insight, found)
        for one in found.standings:
            _see(book, insight, insight.exercises[one.exercise.id], one)
    return insight


def _count(insight: ClassInsight, found: Class) -> None:
    insight.students += 1
    if found.enrolled:
        insight.enrolled += 1
        insight.silent += all(one.state == "missing" for one in found.standings)
    elif len(insight.strangers) < MOST_FLAGS:
        insight.strangers.append(found.student.id)


def _see(book: Gradebook, insight: ClassInsight, seen: Insight, one: Standing) -> None:
    seen.states[one.state] += 1
    if one.attempt and one.attempt.sent:
        seen.sent[one.attempt.sent.replace(minute=0, second=0, microsecond=0)] += 1
    seen.late += bool(one.late.days)
    if one.late.doubt:
        seen.doubts[one.late.doubt] += 1
    if one.grading is None:
        return
    row, _ = book.grading(one.grading)
    for why in flags(row):
        if len(insight.flags) < MOST_FLAGS:
            insight.flags.append(Flag(one.student.id, one.student.shown, seen.exercise.id, one.grading, why))
        else:
            insight.more_flags += 1
    book.session.expunge_all()
    if one.state != "marked" or one.final is None:
        return
    mark = Mark.model_validate_json(row.mark)
    insight.isolation[mark.isolation] += 1
    insight.versions[mark.course] += 1
    seen.points[one.final] += 1
    seen.full += mark.passed
    seen.seconds[round(mark.seconds, 1)] += 1
    for check in mark.checks:
        seen.verdicts.setdefault(check.id, Counter())[check.verdict] += 1
        if check.verdict not in ("passed", "blocked"):
            _trouble(seen, check, one.student.id)


def _trouble(seen: Insight, check: Verdict, student: str) -> None:
    key = (check.id, common_form(check.message))
    trouble = seen.troubles.get(key)
    if trouble is None:
        if len(seen.troubles) >= MOST_ERRORS:
            seen.other_errors += 1
            return
        trouble = seen.troubles[key] = Trouble(check.title, check.message[:MESSAGE])
    trouble.count += 1
    if len(trouble.students) < EXAMPLES:
        trouble.students.append(student)


def common_form(message: str) -> str:
    """A message with its numbers left open: the inputs are drawn anew for each submission."""
    return re.sub(r"[-+]?\d[\d,.]*(e[-+]?\d+)?", "#", message[:MESSAGE])


def _quantile(counts: Counter[float], share: float) -> float:
    """The smallest value that so large a share of all does not exceed; 0 where there is none."""
    total, seen = sum(counts.values()), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= share * total:
            return value
    return 0.0
