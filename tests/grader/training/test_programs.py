"""Every program, end to end, with the solution as the submission: its parts are the engine's own, so both agree."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.training import PROGRAMS
from grader.training.report import Report
from tfl import course as courses
from tfl.events import Epoch, Event
from tfl.runs import RunRecord, folders

COURSE = courses.load()
Train = Callable[..., tuple[Report, list[Event]]]
WITH_PROGRAM = [exercise.id for exercise in COURSE.exercises if exercise.training]
AS_THE_REFERENCE = {  # the row of yours that must equal a row of the reference, as the parts are the same
    "exercise1": ("your-places", "with places"),
    "exercise2": ("your-buckets", "the reference's buckets"),
    "exercise4": ("your-schedule", "gradual"),
}


def test_every_exercise_of_the_course_names_a_program() -> None:
    assert {exercise.training for exercise in COURSE.exercises} == set(PROGRAMS)


@pytest.mark.slow
@pytest.mark.parametrize("exercise", WITH_PROGRAM)
def test_a_right_submission_trains_and_is_compared(exercise: str, train: Train, kept: Path) -> None:
    before = {folder.id for folder in folders(kept / "runs")}
    report, happened = train(exercise)
    yours = [row for row in report.rows if row.whose == "yours"]
    assert report.corpus == "sample (synthetic)"
    assert report.claim and report.finding and report.seconds > 0
    assert exercise == "exercise5" or yours
    if sys.platform == "linux":
        assert report.isolation == "landlock+seccomp"
    assert not [note for note in report.notes if "its weights give" in note]

    assert len(report.plots) == 2 and all(Path(path).stat().st_size > 1000 for path in report.plots)
    assert b"synthetic" in Path(report.plots[1]).read_bytes() or b"<text" not in Path(report.plots[1]).read_bytes()
    assert report.chart and max(map(len, report.chart)) <= 80

    folder = Path(report.folder)
    assert folder.parent == kept / "runs" / "graded"
    new = {found.id for found in folders(kept / "runs")} - before
    assert not [run for run in new if run.startswith("graded")]  # a learner's run is no run of the reference
    for row in yours:
        if (kept / "runs" / row.run / "run.json").exists() and row.run.startswith("graded"):
            record = RunRecord.model_validate(json.loads((kept / "runs" / row.run / "run.json").read_text()))
            assert record.test and row.test and record.test.accuracy == pytest.approx(row.test.value)
            assert (kept / "runs" / row.run / "history.jsonl").exists()
            assert (kept / "runs" / row.run / "curves.svg").exists()
    told = [event for event in happened if isinstance(event, Epoch) and event.run.startswith("yours: ")]
    assert told or exercise in ("exercise5", "exercise7")

    if exercise in AS_THE_REFERENCE:
        mine, reference = (next(row for row in report.rows if row.name == name) for name in AS_THE_REFERENCE[exercise])
        assert mine.test == reference.test and mine.validation == reference.validation
    if exercise == "exercise1":
        places = {row.name: row.shares["twins"].value for row in report.rows}
        assert places["without places"] == 0.5  # the same answer to both of each two
    if exercise == "exercise3":
        trainable = [row.parameters_trainable for row in report.rows]
        assert trainable[1] == max(trainable) and trainable[2:] == sorted(set(trainable[2:]))  # type: ignore[type-var]
    if exercise == "exercise5":
        assert all(row.figures["gap at the end"] == row.figures["gap at the end (yours)"] for row in report.rows)
    if exercise == "exercise6":
        broken, mended = report.rows
        assert all(
            float(broken.figures[name] or 0) > 1e-3 > float(mended.figures[name] or 0) for name in broken.figures
        )
    if exercise == "exercise7":
        assert report.rows[1].figures == report.rows[2].figures
