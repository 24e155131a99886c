"""Pages: one about the class for instructors, one for each student to pass on.

    DIR/class.html              figures, checks, errors, what to look at; the students too where they are few
        students-001.html …     the students otherwise, some hundred a page
        students/NAME-KEY.html  one for each; KEY cannot be guessed, so the folder can be put on a web server
        unplaced.csv            files that nothing could be made of, when there are many

Each page stands by itself: no script, no address of anything else, a content policy that allows none.  Everything is
escaped by Jinja, and what a terminal or a browser would obey shows as a symbol.
"""

import csv
import hashlib
import re
import secrets
from itertools import islice
from pathlib import Path
from typing import Any

from markupsafe import Markup
from sqlalchemy import select

from grader.classes import decisions, pictures
from grader.classes.gradebook import Gradebook
from grader.classes.insight import look
from grader.classes.pages import environment, written_to
from grader.classes.standing import Standing, sent_exercises, standings
from grader.classes.tables import TrainingRow
from grader.defuse import cell
from grader.marks import Mark, Verdict
from grader.training.report import Report
from tfl.course import Course, Exercise

FEW = 200  # students who are listed on the class's own page
A_PAGE = 500  # students on a page of their own
LISTED = 100  # files without a place that are listed on the class's page
TELLING = 10  # marks from which on a student is shown the distribution: fewer would tell on others
OUTPUT = 4_000  # characters of what a submission printed that are shown

STATES = {"missing": "nothing sent", "waiting": "not graded yet", "not marked": "the grader failed"}


def write(book: Gradebook, course: Course, folder: Path) -> dict[str, Any]:
    """Write all pages; returns where they are.  Raises UsageError when the folder cannot be written."""
    pages = Pages(book, course, folder)
    with written_to(folder):
        students = pages.students()
        pages.page_of_class(students)
    return {"class": str(folder / "class.html"), "folder": str(folder / "students"), "students": len(students)}


class Pages:
    """What all pages of a report share."""

    def __init__(self, book: Gradebook, course: Course, folder: Path) -> None:
        self.book, self.course, self.folder = book, course, folder
        self.exercises = sent_exercises(book, course)
        self.insight = look(book, course, self.exercises)
        self.deadlines = decisions.deadlines(book)
        self.secret = book.setting("secret")
        if not self.secret:
            self.secret = secrets.token_hex(16)
            if not book.is_read_only:  # else the pages of the next report have other names
                book.set(secret=self.secret)
        self.html = environment(course)

    # ------------------------------------------------------------------------------------------------ students

    def students(self) -> list[tuple[str, str, str, str, bool]]:
        """Write a page for each student; returns (id, name, page, row of the class's table as HTML, in the roster)."""
        folder = self.folder / "students"
        folder.mkdir(parents=True, exist_ok=True)
        _clear(folder)
        strips = self._strips()
        page, row = self.html.get_template("student.html.j2"), self.html.get_template("row.html.j2")
        written = []
        for found in standings(self.book, self.course, self.exercises):
            name = self.name(found.student.id)
            parts = [self._part(one, strips) for one in found.standings]
            total, worth = sum(one.final or 0 for one in found.standings), sum(one.worth for one in found.standings)
            about = {"student": found.student, "enrolled": found.enrolled, "total": total, "worth": worth}
            (folder / name).write_text(page.render(about, parts=parts), encoding="utf-8")
            line = row.render(about, page=f"students/{name}", standings=found.standings)
            written.append((found.student.id, found.student.shown, name, line, found.enrolled))
        return written

    def name(self, student: str) -> str:
        """The file of a student's page: readable, and with a part that cannot be guessed."""
        plain = re.sub(r"[^a-z0-9]+", "-", student.casefold()).strip("-")[:40] or "student"
        return f"{plain}-{hashlib.sha256(f'{self.secret}:{student}'.encode()).hexdigest()[:10]}.html"

    def _strips(self) -> dict[str, str]:
        """The distribution of each exercise that enough have sent."""
        seen = self.insight.exercises.values()
        return {
            one.exercise.id: pictures.strip(one.points, one.exercise.points) for one in seen if one.marked >= TELLING
        }

    def _part(self, one: Standing, strips: dict[str, str]) -> dict[str, Any]:
        """One exercise of a student's page."""
        part: dict[str, Any] = {"one": one, "state": STATES.get(one.state, ""), "checks": [], "notes": (), "mark": None}
        part["strip"], part["place"] = strips.get(one.exercise.id), pictures.place(one.final or 0, one.worth)
        part["training"] = None
        rule = self.deadlines.get(one.exercise.id)
        part["due"] = rule.due if rule else None
        if one.grading is not None and one.state == "marked":
            row, _ = self.book.grading(one.grading)
            mark = Mark.model_validate_json(row.mark)
            part |= {"mark": mark, "graded": row.graded, "notes": mark.notes, "checks": list(map(_shown, mark.checks))}
            if one.attempt:
                part["training"] = self._training(one.attempt.id)
            self.book.session.expunge_all()
        return part

    def _training(self, attempt: int) -> dict[str, Any] | None:
        """What the newest training with an attempt's parts has shown."""
        wanted = select(TrainingRow).filter_by(attempt=attempt, failure="").order_by(TrainingRow.id.desc()).limit(1)
        row = self.book.session.scalar(wanted)
        if row is None:
            return None
        report = Report.model_validate_json(row.result)
        return {"picture": row.picture, "report": report}

    # --------------------------------------------------------------------------------------------- the class

    def page_of_class(self, students: list[tuple[str, str, str, str, bool]]) -> None:
        """Write the page about the class, and where they are many the pages that list them."""
        oddities = self.book.oddities()
        if len(oddities) > LISTED:
            with (self.folder / "unplaced.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([cell(odd.path), cell(odd.reason)] for odd in oddities)
        lists = self._lists(students) if len(students) > FEW else []
        page = self.html.get_template("class.html.j2").render(
            insight=self.insight,
            exercises=[self._about(exercise) for exercise in self.exercises],
            rows=[] if lists else [Markup(line) for _, _, _, line, _ in students],
            lists=lists,
            pages={id: f"students/{name}" for id, _, name, _, _ in students if id in self._named()},
            names={id: shown for id, shown, _, _, _ in students if id in self._named()},
            oddities=oddities[:LISTED],
            more_oddities=max(0, len(oddities) - LISTED),
            results=self.book.folder,
        )
        (self.folder / "class.html").write_text(page, encoding="utf-8")

    def _named(self) -> set[str]:
        """The students whom the page about the class mentions."""
        seen = self.insight.exercises.values()
        of_errors = {id for one in seen for trouble in one.common() for id in trouble.students}
        return of_errors | {flag.student for flag in self.insight.flags} | set(self.insight.strangers)

    def _about(self, exercise: Exercise) -> dict[str, Any]:
        """One exercise of the page about the class."""
        seen = self.insight.exercises[exercise.id]
        rule = self.deadlines.get(exercise.id)
        over_time = pictures.over_time(seen.sent, rule.due if rule else None) if len(seen.sent) > 1 else None
        return {
            "seen": seen,
            "due": rule.due if rule else None,
            "distribution": pictures.distribution(seen.points, exercise.points) if seen.points else None,
            "over_time": over_time,
        }

    def _lists(self, students: list[tuple[str, str, str, str, bool]]) -> list[dict[str, str]]:
        """Write the pages that list the students; returns where they are and from whom to whom they go."""
        template, rest = self.html.get_template("students.html.j2"), iter(students)
        lists: list[dict[str, str]] = []
        while group := list(islice(rest, A_PAGE)):
            name = f"students-{len(lists) + 1:03}.html"
            about = {"file": name, "first": group[0][1], "last": group[-1][1]}
            rows = [Markup(line) for _, _, _, line, _ in group]
            text = template.render(about, rows=rows, exercises=self.exercises)
            (self.folder / name).write_text(text, encoding="utf-8")
            lists.append(about)
        return lists


def _shown(check: Verdict) -> dict[str, Any]:
    """A verdict as a student may see it: a hidden check keeps its message and all that it printed to itself."""
    about = {"id": check.id, "title": check.title, "verdict": check.verdict, "points": check.points}
    about |= {"max_points": check.max_points, "hidden": check.hidden}
    if check.hidden:
        return about | {"message": "", "picture": (), "trace": (), "output": ""}
    output = check.output if len(check.output) <= OUTPUT else check.output[:OUTPUT] + "\n…"
    return about | {"message": check.message, "picture": check.picture, "trace": check.trace, "output": output}


def _clear(folder: Path) -> None:
    """Remove pages of an earlier report, and nothing else."""
    for path in folder.glob("*-??????????.html"):
        with path.open(encoding="utf-8", errors="replace") as file:
            if '<meta name="generator" content="tfl">' in file.read(400):
                path.unlink()
