"""Where a file lies tells who sent it: the ways in which submissions arrive.

    moodle      Ada Lovelace_123_assignsubmission_file_/exercise3.py   (or flat: …_file_exercise3.py; or Group A-Ada …)
    nbgrader    submitted/ada/exercise3/exercise3.ipynb, with a timestamp.txt
    canvas      lovelaceada_LATE_123_456_exercise3-1.py                (or such a folder or zip)
    classroom   exercise3-ada/…, clones of a classroom organisation
    exercises   exercise3/ada/…
    folders     ada/exercise3_layers.py, ada/anything/below/…
    flat        ada_exercise3.py

Each file is read by the first that fits it; which ones did is told.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from string import ascii_lowercase
from typing import Literal

from grader.classes.arrivals import Arrival, Arrivals
from grader.classes.roster import Roster, fold
from tfl.course import Course, Exercise

Name = Literal["moodle", "nbgrader", "canvas", "classroom", "exercises", "folders", "flat"]
TimeSource = Literal["", "timestamp.txt", "archive", "file date", "commit"]

TITLES: dict[Name, str] = {
    "moodle": "Moodle download",
    "nbgrader": "nbgrader's submitted folder",
    "canvas": "Canvas download",
    "classroom": "clones of a classroom organisation",
    "exercises": "a folder for each exercise, in it one for each student",
    "folders": "a folder for each student",
    "flat": "files named after students",
}

_MOODLE = re.compile(r"^(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<rest>.*)$")
_CANVAS = re.compile(r"^(?P<name>[^_/]+)(?P<late>_LATE)?_(?P<user>\d+)_(?P<file>\d+)_(?P<rest>.+)$", re.IGNORECASE)
_AGAIN = re.compile(r"(?:-(\d{1,3})|[ _]?\((\d{1,3})\)|[ _-]v(\d{1,3}))$")  # name-1, name (1), name_v2
_ENDINGS = re.compile(r"(\.ipynb\.json|\.(py|ipynb)(\.txt)?)$", re.IGNORECASE)


@dataclass(frozen=True)
class Claim:
    """What the place of a file says."""

    arrival: Arrival
    layout: Name
    student: tuple[str, ...]  # what may name the student, best first; the first becomes the id of an unknown one
    exercise: tuple[str, ...]  # what may name the exercise, best first
    sent: datetime | None
    sent_from: TimeSource
    late: bool = False  # the platform says so, without saying by how much
    number: tuple[int, int] = (0, 0)  # counts attempts: the higher the later


Recogniser = Callable[["Tree", Arrival], Claim | None]


class Tree:
    """The files that arrived, with what can only be seen from all of them together."""

    def __init__(self, arrivals: Arrivals, course: Course, roster: Roster | None) -> None:
        self.arrivals = arrivals
        self.course = course
        self.roster = roster
        self.skip = self._wrapping()
        clones = [self.parts(clone / "x")[:-1] for clone in arrivals.clones]
        self.clones = {parts for parts in clones if parts}
        self.prefix = _common_prefix([parts[-1] for parts in self.clones])
        self.moodle = _moodle_names(arrivals)

    def parts(self, path: PurePosixPath) -> tuple[str, ...]:
        """A path without the folders that wrap everything."""
        return path.parts[self.skip :]

    def claims(self) -> tuple[list[Claim], list[Arrival]]:
        """What is known of each file, and the files that nothing is known of."""
        claims, rest = [], []
        for arrival in self.arrivals.files:
            claim = next((claim for recognise in RECOGNISERS if (claim := recognise(self, arrival))), None)
            if claim:
                claims.append(claim)
            else:
                rest.append(arrival)
        return claims, rest

    def time(self, arrival: Arrival) -> tuple[datetime | None, TimeSource]:
        """When a file was sent, by the best witness there is."""
        for folder in arrival.path.parents:
            if stamp := self.arrivals.stamps.get(folder):
                if moment := _moment(stamp):
                    return moment, "timestamp.txt"
                break
        return arrival.modified, ("archive" if arrival.archived else "file date") if arrival.modified else ""

    def _wrapping(self) -> int:
        """How many folders lie around everything: a class's zip often has one, which is no student."""
        paths = [arrival.path.parts for arrival in self.arrivals.files]
        skip = 0
        while paths and all(len(path) > skip + 1 and path[skip] == paths[0][skip] for path in paths):
            name = paths[0][skip]
            deeper = [path for path in paths if len(path) > skip + 2]
            if len(deeper) < len(paths) and not (self.roster and len(paths) > 1 and self._are_flat(paths)):
                break  # the folder of a student, for all that can be told
            is_student = bool(self.roster and self.roster.find([name]))
            telling = name == "submitted" or any(
                (_MOODLE.match(name), _CANVAS.match(name), exercise_in(name, self.course))
            )
            if is_student or telling or (deeper and all(exercise_in(path[skip + 1], self.course) for path in deeper)):
                break
            skip += 1
        return skip

    def _are_flat(self, paths: list[tuple[str, ...]]) -> bool:
        """Whether some files are named after students of the roster."""
        return any(_is_student(self, _without_exercise(path[-1], self.course)) for path in paths)


# ------------------------------------------------------------------------------------------------ recognisers


def moodle(tree: Tree, arrival: Arrival) -> Claim | None:
    """A name, the number of the submission, and a fixed phrase."""
    for index, part in enumerate(arrival.path.parts):
        if found := _MOODLE.match(part):
            inner = tuple(filter(None, (found["rest"], *arrival.path.parts[index + 1 :])))
            beside = tree.moodle[PurePosixPath(*arrival.path.parts[:index])]
            return _claim(tree, arrival, "moodle", _in_moodle(found["name"], found["id"], beside, tree.roster), inner)
    return None


def nbgrader(tree: Tree, arrival: Arrival) -> Claim | None:
    """submitted/<student>/<assignment>/…"""
    parts = arrival.path.parts
    if "submitted" in parts[:-3]:
        student, assignment, *inner = parts[parts.index("submitted") + 1 :]
        return _claim(tree, arrival, "nbgrader", (student,), (assignment, *inner))
    return None


def canvas(tree: Tree, arrival: Arrival) -> Claim | None:
    """The name in small letters, perhaps LATE, the user's number, the file's number, the file's name."""
    for index, part in enumerate(arrival.path.parts):
        if found := _CANVAS.match(part):
            inner = (found["rest"], *arrival.path.parts[index + 1 :])
            claim = _claim(tree, arrival, "canvas", (found["user"], found["name"]), inner)
            return replace(claim, late=bool(found["late"]), number=(int(found["file"]), claim.number[1]))
    return None


def classroom(tree: Tree, arrival: Arrival) -> Claim | None:
    """Folders that are clones: the assignment's name, a hyphen, the account's name."""
    parts = tree.parts(arrival.path)
    for depth in range(len(parts) - 1, 0, -1):
        if parts[:depth] in tree.clones:
            folder = parts[depth - 1]
            rest = folder[len(tree.prefix) :] if folder.startswith(tree.prefix) else folder
            ends = [folder[match.end() :] for match in re.finditer("-", folder)]
            known = [end for end in ends if tree.roster and tree.roster.find([end])]
            return _claim(tree, arrival, "classroom", (*known[:1], rest), (folder, *parts[depth:]))
    return None


def exercises(tree: Tree, arrival: Arrival) -> Claim | None:
    """The exercise's folder outside, the student's inside."""
    parts = tree.parts(arrival.path)
    if len(parts) >= 3 and exercise_in(parts[0], tree.course) and not _is_student(tree, parts[0]):
        return _claim(tree, arrival, "exercises", (parts[1],), (parts[0], *parts[2:]))
    return None


def folders(tree: Tree, arrival: Arrival) -> Claim | None:
    """The student's folder outside, anything inside."""
    parts = tree.parts(arrival.path)
    if len(parts) >= 2:
        return _claim(tree, arrival, "folders", (parts[0],), parts[1:])
    return None


def flat(tree: Tree, arrival: Arrival) -> Claim | None:
    """The student's name before or after the exercise's."""
    name = _without_exercise(arrival.path.name, tree.course)
    if name and (exercise_in(bare(arrival.path.name), tree.course) or _is_student(tree, name)):
        return _claim(tree, arrival, "flat", (name,), (arrival.path.name,))
    return None


RECOGNISERS: tuple[Recogniser, ...] = (moodle, nbgrader, canvas, classroom, exercises, folders, flat)


# ---------------------------------------------------------------------------------------------------- helpers


def bare(name: str) -> str:
    """A file's name without its ending and without the number of a repeated upload or download."""
    return _AGAIN.sub("", _ENDINGS.sub("", name))


def _without_exercise(file: str, course: Course) -> str:
    """What a file's name says beside its exercise: in a flat layout, the student."""
    name = bare(file)
    exercise = exercise_in(name, course)
    if exercise:
        slug = bare(exercise.file).removeprefix(exercise.id).strip("_").replace("_", "[ _-]?")
        number = exercise.id.lstrip(ascii_lowercase)
        task = rf"(^|[ _.-]+)[a-z]+[ _-]?0*{number}([ _-]?{slug})?(?=$|[ _.-])"
        name = re.sub(task, " ", name, flags=re.IGNORECASE).strip(" _.-")
    return name


def exercise_in(text: str, course: Course) -> Exercise | None:
    """The exercise that a name speaks of (“Exercise 3”, “ex03”, “layer_unfreezing”), unless it speaks of several."""
    found = [exercise for exercise in course.exercises if _names(exercise, text)]
    return found[0] if len(found) == 1 else None


def _names(exercise: Exercise, text: str) -> bool:
    word, number = re.fullmatch(r"([a-z]+)([0-9]+)", exercise.id).groups()  # type: ignore[union-attr]
    short = "|".join(re.escape(way) for way in (word, word[:2], f"{word}s"))
    if re.search(rf"(?<![a-z0-9])({short})[ _.-]*0*{number}(?![0-9])", text, re.IGNORECASE):
        return True
    slug = fold(bare(exercise.file).removeprefix(exercise.id))
    return len(slug) >= 6 and slug in fold(text)


def _moodle_names(arrivals: Arrivals) -> dict[PurePosixPath, set[str]]:
    """The names in a Moodle download, by the folder in which they stand side by side."""
    found: dict[PurePosixPath, set[str]] = {}
    for arrival in arrivals.files:
        for part, folder in zip(arrival.path.parts[::-1], arrival.path.parents, strict=False):
            if match := _MOODLE.match(part):
                found.setdefault(folder, set()).add(match["name"])
    return found


def _in_moodle(name: str, number: str, beside: set[str], roster: Roster | None) -> tuple[str, ...]:
    """What may name the student in “Group A-Ada Lovelace_31_assignsubmission_file_”, best first.

    Groups put their name and a hyphen in front of every name (`download_submissions` in Moodle's mod/assign), and
    people and groups have hyphens in their names too.  So the whole name comes first, then what is left of it without
    a group, the longest first.  “Anna” of “Anna-Lena Müller” is none: Lena Müller may be somebody else.  Where
    names are hidden the student is “Participant 31”.
    """
    sections = {fold(student.section) for student in roster.students.values()} if roster else set[str]()
    names = [name]
    for hyphen in re.finditer("-", name) if all("-" in other for other in beside) else ():
        group, rest = name[: hyphen.start()], name[hyphen.end() :].strip()
        is_shared = sum(other.startswith(f"{group}-") for other in beside) > 1
        is_label = any(len(word) == 1 or not word.isalpha() for word in re.split("[ -]+", group))  # Group A, Team 3
        if is_shared or is_label or fold(group) in sections:
            names.append(rest)
    return (*names, *(f"{each} {number}" for each in names), number)


def _claim(tree: Tree, arrival: Arrival, layout: Name, student: tuple[str, ...], inner: tuple[str, ...]) -> Claim:
    """A claim whose exercise is named by the file first, then by the folders around it, the inmost first."""
    sent, source = tree.time(arrival)
    again = _AGAIN.search(_ENDINGS.sub("", arrival.path.name))
    number = int(next(filter(None, again.groups()))) if again else 0
    return Claim(arrival, layout, tuple(filter(None, student)), inner[::-1], sent, source, number=(0, number))


def _is_student(tree: Tree, name: str) -> bool:
    return bool(tree.roster and tree.roster.find([name]))


def _common_prefix(names: list[str]) -> str:
    """What clones have in front of the accounts' names, up to a hyphen; “” for a single one."""
    if len(names) < 2:
        return ""
    first, last = min(names), max(names)
    length = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[: first.rfind("-", 0, length) + 1]


def _moment(stamp: str) -> datetime | None:
    """The time in nbgrader's file: “2026-03-01 10:00:00.123 UTC”, or any ISO form."""
    text = re.sub(r"\s*(UTC|GMT|Z)$", "+00:00", stamp.strip())
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
