"""A changed exercise needs a new version of the course, or nobody who has the old one is told that there is a newer.

`version.json` holds the version and what the exercises were made of then; the test says what to write there.
"""

import hashlib
import json
from pathlib import Path

import pytest

from grader.classes.work import fingerprint
from tfl import course as courses
from tfl.course import Course, Exercise

COURSE = courses.load()
RECORD = Path(__file__).with_name("version.json")


def made_of(course: Course, exercise: Exercise) -> str:
    """What changes with the stub that is handed out, or with the checks that a class is graded by."""
    return hashlib.sha256(fingerprint(course, exercise).encode() + course.stub(exercise).read_bytes()).hexdigest()[:16]


def test_the_version_is_raised_with_the_exercises() -> None:
    before = json.loads(RECORD.read_text(encoding="utf-8"))
    now = {exercise.id: made_of(COURSE, exercise) for exercise in COURSE.exercises}
    changed = [id for id in now.keys() | before["exercises"].keys() if now.get(id) != before["exercises"].get(id)]
    if changed and COURSE.version == before["version"]:
        pytest.fail(f"Changed: {', '.join(sorted(changed))}.  Raise `version` in exercises/course.toml.")
    current = {"version": COURSE.version, "exercises": now}
    assert before == current, f"{RECORD.name} is of another version.  Write into it:\n{json.dumps(current, indent=2)}"


@pytest.mark.parametrize("kind", ["stub", "solution", "judge", "observe"])
def test_any_file_of_an_exercise_counts(tiny_course: Course, kind: str) -> None:
    first, second = tiny_course.exercises
    before = [made_of(tiny_course, exercise) for exercise in (first, second)]
    with getattr(tiny_course, kind)(first).open("a") as file:
        file.write("# changed\n")
    after = [made_of(tiny_course, exercise) for exercise in (first, second)]
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True]


def test_points_count_and_the_version_itself_does_not(tiny_course: Course) -> None:
    toml = tiny_course.folder / courses.FILE
    before = [made_of(tiny_course, exercise) for exercise in tiny_course.exercises]
    text = toml.read_text().replace('version = "1"', 'version = "2"')
    toml.write_text(text)
    renumbered = courses.load(tiny_course.folder)
    assert [made_of(renumbered, exercise) for exercise in renumbered.exercises] == before
    toml.write_text(text.replace("points = 2", "points = 3", 1))
    dearer = courses.load(tiny_course.folder)
    assert [made_of(dearer, exercise) for exercise in dearer.exercises] != before
