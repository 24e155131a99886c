"""Who is in the class: a CSV file as any learning platform or spreadsheet writes it.

Columns are known by their headers, whatever they are called and in whatever order (`HEADERS`).  The rows of
Canvas that are no students are passed over.  Every other column is kept, so that an export can give it back.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tfl.errors import UsageError

HEADERS = {  # what a header says, letters and digits only → the field
    "name": ("name", "student", "studentname", "fullname", "displayname", "learner", "participant"),
    "first": ("firstname", "first", "givenname", "forename", "vorname", "prenom", "nombre"),
    "last": ("lastname", "last", "surname", "familyname", "nachname", "nom", "apellidos"),
    "email": ("email", "emailaddress", "mail", "studentemail", "emailadresse"),
    "login": ("login", "username", "user", "sisloginid", "netid", "loginid", "userlogin", "account"),
    "github": ("githubusername", "github", "githublogin"),
    "number": ("number", "idnumber", "sid", "studentid", "studentnumber", "sisuserid", "matriculationnumber",
               "matrikelnummer", "identifier"),
    "lms_id": ("id", "canvasid", "lmsuserid", "userid", "canvasuserid"),
    "section": ("section", "sections", "group", "groups", "class"),
    "also": ("also", "aliases", "othernames"),
}  # fmt: skip
FIELDS = {header: field for field, headers in HEADERS.items() for header in headers}
KEYS = ("login", "number", "lms_id", "email", "github", "name")  # which becomes the student's id: the first there is


class Student(BaseModel):
    """One person of the class."""

    model_config = ConfigDict(frozen=True)
    id: str  # names the student in commands, files and the gradebook
    name: str = ""
    first: str = ""
    last: str = ""
    email: str = ""
    login: str = ""
    github: str = ""
    number: str = ""
    lms_id: str = ""
    section: str = ""
    also: tuple[str, ...] = ()  # other names to be known by, separated by ; in the file

    @property
    def shown(self) -> str:
        """The name to call the student by."""
        return self.name or " ".join(filter(None, (self.first, self.last))) or self.id


class Roster:
    """The students of a class, to be found by anything that a file name says of them."""

    def __init__(self, students: Iterable[Student], notes: Sequence[str] = ()) -> None:
        self.students = {student.id: student for student in students}
        self.notes = tuple(notes)
        self._exact: dict[str, set[str]] = {}
        self._names: dict[str, set[str]] = {}
        for student in self.students.values():
            for word in _exact(student):
                self._exact.setdefault(word.casefold(), set()).add(student.id)
            for word in _names(student):
                self._names.setdefault(word, set()).add(student.id)

    def find(self, hints: Iterable[str]) -> list[Student]:
        """Who is meant: nobody, one, or several that fit equally well.

        Hints come best first; each is looked up as an id of any kind, then as a name.
        """
        for hint in hints:
            for known, word in ((self._exact, hint.strip().casefold()), (self._names, fold(hint))):
                if word and (found := known.get(word)):
                    return [self.students[id] for id in sorted(found)]
        return []


def fold(text: str) -> str:
    """Letters and digits of a text, without accents and case: “Müller-Łoś, Åsa” → “mullerłosasa”."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in plain if char.isalnum())


def _exact(student: Student) -> set[str]:
    local = student.email.partition("@")[0]
    words = {student.id, student.login, student.github, student.number, student.lms_id, student.email, local}
    return {word for word in (*words, *student.also) if word}


def _names(student: Student) -> set[str]:
    """The ways in which platforms write a name: “First Last”, “Last, First”, “lastfirst”."""
    found = {fold(student.name), fold(student.first + student.last), fold(student.last + student.first)}
    if "," in student.name:
        last, _, first = student.name.partition(",")
        found.add(fold(first + last))
    elif len(words := student.name.split()) > 1:
        found |= {fold("".join(words[i:] + words[:i])) for i in range(1, len(words))}
    found |= {fold(word) for word in student.also} | {fold(student.id)}
    return {name for name in found if name}


def read(path: Path) -> Roster:
    """The roster in a CSV file.  Raises UsageError when it cannot be read, names nobody, or names one twice."""
    text, notes = _text(path)
    rows = _rows(text)
    if not rows:
        raise UsageError(f"The roster {path} is empty.", "It needs a line of headers and a line for each student.")
    header, *body = rows
    fields = [FIELDS.get(fold(column)) for column in header]
    if not any(field in KEYS or field in ("first", "last") for field in fields):
        raise UsageError(
            f"The roster {path} has no column that names students; its headers are {', '.join(header) or 'empty'}.",
            "Call one of them id, login, email or name.",
        )
    students: dict[str, Student] = {}
    for number, row in enumerate(body, start=2):
        values = _values(fields, row)
        if not any(values.values()) or _is_no_student(values):
            continue
        student = _student(values, path, number)
        before = students.setdefault(student.id, student)
        if before != student:
            raise UsageError(
                f"The roster {path} gives the id “{student.id}” to {before.shown} and, in line {number}, to "
                f"{student.shown}.",
                "Give each student a login or a number of their own.",
            )
    if not students:
        raise UsageError(f"The roster {path} names no student.", "It needs a line for each.")
    return Roster(students.values(), notes)


def _text(path: Path) -> tuple[str, list[str]]:
    """A file's text in whatever encoding a spreadsheet has saved it, and what had to be assumed."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(f"The roster {path} cannot be read: {error.strerror}.", "Name a CSV file.") from error
    if raw.startswith(b"PK") or raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise UsageError(f"The roster {path} is a spreadsheet.", "Save it as CSV and name that file.")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace"), []
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace"), ["The roster is not UTF-8; it was read as Windows-1252."]


def _rows(text: str) -> list[list[str]]:
    """The rows as cells; the delimiter is the one that the header has most of, or the one Excel names."""
    lines = text.replace("\0", "").lstrip("\ufeff\r\n")
    delimiter = max(",;\t|", key=lines.partition("\n")[0].count)
    if named := re.match(r'"?sep=(.)"?\r?\n', lines):
        delimiter, lines = named[1], lines[named.end() :]
    try:
        return [[_cell(cell) for cell in row] for row in csv.reader(io.StringIO(lines), delimiter=delimiter) if row]
    except csv.Error as error:
        raise UsageError(f"The roster is no CSV file: {error}.", "Save it as CSV again.") from error


def _cell(text: str) -> str:
    """A cell without what spreadsheets put around it: spaces of all kinds, ="007", a leading apostrophe."""
    text = " ".join(text.replace("\u200b", "").split())
    if wrapped := re.fullmatch(r'="?([^"]*)"?', text):
        text = wrapped[1]
    return text.removeprefix("'")


def _values(fields: Sequence[str | None], row: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for field, cell in zip(fields, row, strict=False):
        if field and cell and not found.get(field):
            found[field] = cell
    return found


def _is_no_student(values: dict[str, str]) -> bool:
    """Canvas has a row of the possible points, and one for a student that does not exist."""
    return fold(values.get("name", "")) in ("pointspossible", "studenttest", "teststudent")


def _student(values: dict[str, str], path: Path, number: int) -> Student:
    if not values.get("name") and (values.get("first") or values.get("last")):
        values["name"] = " ".join(filter(None, (values.get("first"), values.get("last"))))
    also = [word.strip() for word in values.pop("also", "").split(";") if word.strip()]
    if re.fullmatch(r"\D+ \d+", values.get("number", "")) and (values.get("login") or values.get("email")):
        also.append(values.pop("number"))  # Moodle's “Participant 31”: another one in each assignment
    key = next((values[field] for field in KEYS if values.get(field)), "")
    if not key:
        raise UsageError(f"Line {number} of the roster {path} names nobody.", "Give it a login, a number or a name.")
    if re.fullmatch(r"\d[.,]\d+E\+\d+", key):
        raise UsageError(
            f"Line {number} of the roster {path} has {key} for an id: a spreadsheet has rounded it.",
            "Format the column as text, fill it again, and save.",
        )
    return Student(id=key, also=tuple(also), **values)
