"""Pages that show alike submissions side by side: a hint to look, never a verdict.

DIR/similar.html     all pairs
    pair-001.html …  the most alike, with what they share marked
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.classes.gradebook import Gradebook
from grader.classes.pages import environment
from grader.classes.similar import Pair, covered, pairs, prints
from grader.classes.standing import Standing, sent_exercises, standings
from grader.submission import read
from tfl.course import Course, Exercise
from tfl.errors import SubmissionError

SIDE_BY_SIDE = 60  # pairs with a page of their own
LISTED = 500  # pairs in the list


def write(
    book: Gradebook, course: Course, folder: Path, exercises: Sequence[Exercise] = (), least: float = 0.6
) -> dict[str, Any]:
    """Compare the submissions that count, and write the pages; returns the pairs and where the list is."""
    html = environment(course)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("pair-*.html"):
        old.unlink()
    listed: list[dict[str, Any]] = []
    looked = 0
    for exercise in exercises or sent_exercises(book, course):
        sent = _sent(book, course, exercise)
        looked += len(sent)
        fingerprints = {number: prints(_source(book, exercise, one)) for number, one in sent.items()}
        stub = prints(course.stub(exercise).read_text(encoding="utf-8"))
        for pair in pairs(fingerprints, stub, least):
            listed.append(_listed(exercise, pair, sent))
    listed.sort(key=lambda pair: -pair["share"])
    for number, about in enumerate(listed[:SIDE_BY_SIDE], start=1):
        about["page"] = f"pair-{number:03}.html"
        sides = [_side(book, course.exercise(about["exercise"]), *about[side]) for side in ("_one", "_other")]
        text = html.get_template("pair.html.j2").render(pair=about, sides=sides)
        (folder / about["page"]).write_text(text, encoding="utf-8")
    page = folder / "similar.html"
    page.write_text(html.get_template("similar.html.j2").render(pairs=listed[:LISTED], looked=looked, least=least,
                    more=max(0, len(listed) - LISTED)), encoding="utf-8")  # fmt: skip
    told = [{name: value for name, value in pair.items() if not name.startswith("_")} for pair in listed]
    return {"page": str(page), "looked_at": looked, "pairs": told}


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
