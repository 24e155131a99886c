"""Pages that show alike submissions side by side: a hint to look, never a verdict.

DIR/similar.html      all groups and pairs
    group-001.html …  of each group the two that differ most
    pair-001.html …   the most alike, with what they share marked
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.classes.gradebook import Gradebook
from grader.classes.groups import Group, groups
from grader.classes.pages import environment, written_to
from grader.classes.similar import Pair, Prints, covered, pairs, prints
from grader.classes.standing import Standing, sent_exercises, standings
from grader.submission import read
from tfl.course import Course, Exercise
from tfl.errors import SubmissionError

SIDE_BY_SIDE = 60  # groups, and pairs, with a page of their own
LISTED = 500  # pairs in the list
NAMED = 60  # members of a group that are named on the page; --json names all


def write(
    book: Gradebook, course: Course, folder: Path, exercises: Sequence[Exercise] = (), least: float = 0.6
) -> dict[str, Any]:
    """Compare the submissions that count, and write the pages; returns groups, pairs and where the list is.

    Raises UsageError when the folder cannot be written.
    """
    with written_to(folder):
        return _written(book, course, folder, exercises or sent_exercises(book, course), least)


def _written(
    book: Gradebook, course: Course, folder: Path, exercises: Sequence[Exercise], least: float
) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    for old in [*folder.glob("pair-*.html"), *folder.glob("group-*.html")]:
        old.unlink()
    circles: list[dict[str, Any]] = []
    listed: list[dict[str, Any]] = []
    looked = 0
    for exercise in exercises:
        sent = _sent(book, course, exercise)
        looked += len(sent)
        fingerprints = {number: prints(_source(book, exercise, one)) for number, one in sent.items()}
        stub = prints(course.stub(exercise).read_text(encoding="utf-8"))
        for group in groups(fingerprints, stub):
            circles.append(_grouped(exercise, group, sent, fingerprints, stub))
            for number in group.followers:  # the leader stands for all
                del fingerprints[number]
        for pair in pairs(fingerprints, stub, least):
            listed.append(_listed(exercise, pair, sent))
    circles.sort(key=lambda group: -group["count"])
    listed.sort(key=lambda pair: -pair["share"])
    _side_by_side(book, course, folder, "group", circles)
    _side_by_side(book, course, folder, "pair", listed)
    page, most = folder / "similar.html", max(0, len(listed) - LISTED)
    about = {"groups": circles, "pairs": listed[:LISTED], "looked": looked, "least": least, "more": most}
    text = environment(course).get_template("similar.html.j2").render(about, named=NAMED)
    page.write_text(text, encoding="utf-8")
    return {"page": str(page), "looked_at": looked, "groups": _told(circles), "pairs": _told(listed)}


def _told(listed: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in about.items() if not name.startswith("_")} for about in listed]


def _side_by_side(book: Gradebook, course: Course, folder: Path, kind: str, listed: Sequence[dict[str, Any]]) -> None:
    """Write the pages of the first of them, and note where they are."""
    template = environment(course).get_template("pair.html.j2")
    for number, about in enumerate(listed[:SIDE_BY_SIDE], start=1):
        about["page"] = f"{kind}-{number:03}.html"
        sides = [_side(book, course.exercise(about["exercise"]), *about[side]) for side in ("_one", "_other")]
        (folder / about["page"]).write_text(template.render(pair=about, sides=sides), encoding="utf-8")


def _sent(book: Gradebook, course: Course, exercise: Exercise) -> dict[int, Standing]:
    """The submissions that count, numbered."""
    found = (one for found in standings(book, course, [exercise]) for one in found.standings)
    return dict(enumerate(one for one in found if one.attempt))


def _source(book: Gradebook, exercise: Exercise, one: Standing) -> str:
    """The Python of a submission, also of a notebook; nothing where it cannot be read."""
    assert one.attempt
    try:
        return read(book.source(one.attempt.digest, one.attempt.path), exercise).source
    except SubmissionError:
        return ""


def _grouped(
    exercise: Exercise, group: Group, sent: dict[int, Standing], fingerprints: dict[int, Prints], stub: Prints
) -> dict[str, Any]:
    """A group, shown by the two of it that differ most."""
    one, other = group.members[0], group.members[-1]
    both = (fingerprints[one].keys() & fingerprints[other].keys()) - stub.keys()
    of_one, of_other = ([lines for value in both for lines in fingerprints[number][value]] for number in (one, other))
    return {
        "exercise": exercise.id,
        "count": len(group.members),
        "of": len(sent),
        "share": round(group.share, 3),
        "shared": len(both),
        "names": [sent[number].student.shown for number in group.members],
        "students": [sent[number].student.id for number in group.members],
        "one": sent[one].student.shown,
        "other": sent[other].student.shown,
        "page": "",
        "_one": (sent[one], of_one),
        "_other": (sent[other], of_other),
    }


def _listed(exercise: Exercise, pair: Pair, sent: dict[int, Standing]) -> dict[str, Any]:
    one, other = sent[pair.one], sent[pair.other]
    return {
        "exercise": exercise.id,
        "share": round(pair.share, 3),
        "shared": pair.shared,
        "one": one.student.shown,
        "other": other.student.shown,
        "students": [one.student.id, other.student.id],
        "page": "",
        "_one": (one, pair.of_one),
        "_other": (other, pair.of_other),
    }


def _side(book: Gradebook, exercise: Exercise, one: Standing, passages: Sequence[tuple[int, int]]) -> dict[str, Any]:
    marked = covered(passages)
    lines = _source(book, exercise, one).split("\n")
    return {
        "student": one.student,
        "file": one.attempt.path if one.attempt else "",
        "lines": [(number, line, number in marked) for number, line in enumerate(lines, start=1)],
    }
