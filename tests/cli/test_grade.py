"""`tfl grade`: the checks, and after a pass the training."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli import checking
from grader import training
from grader.marks import Mark, Verdict
from tests.cli.conftest import Tfl
from tfl import course as courses
from tfl import workspace
from tfl.course import Course
from tfl.errors import EXIT_FAILED, EXIT_INTERRUPTED
from tfl.events import Event, Failed, Finished, Result, Started
from tfl.workspace import Workspace

REPORT: dict[str, Any] = {
    "exercise": "exercise1",
    "title": "Yours and the reference",
    "corpus": "sample (synthetic)",
    "size": "100 reviews",
    "claim": "Word order matters.",
    "shown": True,
    "finding": "It does.",
    "rows": [{"name": "with", "whose": "yours", "seconds": 1.0}],
    "seconds": 2.0,
    "device": "CPU",
    "isolation": "landlock+seccomp",
    "folder": "runs/graded",
}
TRAINED: list[Event] = [Started(job="x", title="Training"), Result(value=REPORT), Finished(seconds=2.0)]


class FakeGrader:
    """All points, unless the source says wrong."""

    def __init__(self, course: Course, exercises: Any = ()) -> None: ...

    def __enter__(self) -> "FakeGrader":
        return self

    def __exit__(self, *_: object) -> None: ...

    def check(self, exercise: Any, submission: Any, seed: str | None = None) -> Iterator[Verdict | Mark]:
        right = "wrong" not in submission.source
        verdict = Verdict(
            id="right", title="Right", points=int(right), max_points=1, verdict="passed" if right else "failed"
        )
        yield verdict
        yield Mark(
            exercise=exercise.id,
            file=submission.file,
            checks=(verdict,),
            isolation="x",
            seconds=0,
            seed="s",
            course="1",
        )


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    made, _ = workspace.create(tmp_path / "mine", courses.load())
    monkeypatch.chdir(made.folder)
    monkeypatch.setattr(checking, "Grader", FakeGrader)
    return made


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What training was asked for; it ends as `TRAINED` says."""
    asked: list[Any] = []

    def run(course: Any, exercise: Any, submission: Any, options: Any) -> Iterator[Event]:
        asked.append((exercise.id, submission.source, options))
        return iter(TRAINED)

    monkeypatch.setattr(training, "run", run)
    return asked


def test_after_a_pass_it_trains_and_prints_the_report(mine: Workspace, trained: list[Any], tfl: Tfl) -> None:
    out, _ = tfl("grade", "exercise1", "--corpus", "sample", "--full", "--threads", "2")
    assert out.index("✓ Right") < out.index("Yours and the reference") < out.index("Next: exercise2")
    ((exercise, source, options),) = trained
    assert exercise == "exercise1" and "class PositionalEncoding" in source
    assert (options.pair, options.full, options.threads) == ("sample", True, 2)
    assert mine.progress().exercise("exercise1").passed


def test_without_a_pass_nothing_trains(mine: Workspace, trained: list[Any], tfl: Tfl) -> None:
    Path("exercise1_positional_encoding.py").write_text("wrong = 1\n")
    out, _ = tfl("grade", "exercise1", code=1)
    assert trained == [] and "Next: mend it" in out


def test_json_is_one_document_with_the_report_in_it(mine: Workspace, trained: list[Any], tfl: Tfl) -> None:
    found = json.loads(tfl("grade", "exercise1", "--json")[0])
    assert found["passed"] and found["training"] == REPORT


@pytest.mark.parametrize("code", [EXIT_FAILED, EXIT_INTERRUPTED])
def test_a_training_that_failed_keeps_the_mark_and_says_why(
    code: int, mine: Workspace, monkeypatch: pytest.MonkeyPatch, tfl: Tfl
) -> None:
    failed = Failed(message="Memory ran out.", action="Close other programs.", exit_code=code)
    monkeypatch.setattr(training, "run", lambda *_: iter([Started(job="x", title="Training"), failed]))
    out, err = tfl("grade", "exercise1", code=code)
    assert "✓ Right" in out and "Memory ran out." in err
    found = json.loads(tfl("grade", "exercise1", "--json", code=code)[0])
    assert found["score"] == 1
    assert found["training"] == {"failed": "Memory ran out.", "action": "Close other programs."}
    assert mine.progress().exercise("exercise1").passed


def test_an_exercise_without_training_ends_with_its_checks(
    tmp_path: Path, tiny_course: Course, trained: list[Any], monkeypatch: pytest.MonkeyPatch, tfl: Tfl
) -> None:
    monkeypatch.setattr(checking, "Grader", FakeGrader)
    monkeypatch.chdir(workspace.create(tmp_path / "tiny", tiny_course)[0].folder)
    tfl("grade", "exercise1")
    assert trained == []
