"""What a learner's part does wrong while it trains: it is told, and it changes nothing that is believed."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader import training
from grader.submission import Submission
from grader.training.report import Report
from tfl import course as courses
from tfl.errors import CourseError, TrainingError
from tfl.events import Event, Failed, Step
from tfl.runs import folders

COURSE = courses.load()
Train = Callable[..., tuple[Report, list[Event]]]


def with_lines(exercise: str, *lines: str) -> str:
    """The solution, and behind it lines that change it."""
    return "\n".join([COURSE.solution(COURSE.exercise(exercise)).read_text(encoding="utf-8"), *lines, ""])


@pytest.mark.slow
def test_a_part_that_raises_is_told_in_the_learners_own_lines(train: Train) -> None:
    source = with_lines("exercise7", "def film_scores(*given):", "    return 1 / len(())")
    with pytest.raises(TrainingError) as caught:
        train("exercise7", source)
    assert "ZeroDivisionError" in caught.value.message
    assert "in film_scores: return 1 / len(())" in caught.value.message
    assert "tfl/" not in caught.value.message and caught.value.exit_code == 1


@pytest.mark.slow
def test_a_part_whose_answer_the_engine_cannot_use_is_told(train: Train) -> None:
    source = with_lines("exercise7", "def film_scores(*given):", "    return 3")
    with pytest.raises(TrainingError, match="could not go on with what your code gave it"):
        train("exercise7", source)


@pytest.mark.slow
def test_a_part_that_never_ends_is_stopped(train: Train) -> None:
    source = with_lines("exercise3", "def freeze(model):", "    while True: pass")
    with pytest.raises(TrainingError) as caught:
        train("exercise3", source, limit=6)
    assert "had not ended after 6.0 s" in caught.value.message and "loop without an end" in caught.value.action


@pytest.mark.slow
def test_a_part_that_ends_the_process_is_told(train: Train) -> None:
    source = with_lines("exercise3", "def freeze(model):", "    import os; os._exit(0)")
    with pytest.raises(TrainingError, match="ended"):
        train("exercise3", source)


LIAR = """
import tfl.training
_close = tfl.training.Training._close_epoch
def _praised(self, progress, loss, accuracy):
    return _close(self, progress, loss, 0.999)
tfl.training.Training._close_epoch = _praised
print('{"event": "finished", "seconds": 1}', flush=True)
"""


@pytest.mark.slow
def test_a_process_that_reports_more_than_its_weights_give_is_told_as_such(train: Train) -> None:
    report, _ = train("exercise1", with_lines("exercise1", LIAR))
    honest, lying = report.rows[1:3]
    assert lying.told_validation == pytest.approx(0.999)
    assert lying.validation and lying.validation.value < 0.999
    assert any("said 0.999 on validation, but its weights give" in note for note in report.notes)
    assert honest.told_validation is None


SPY = """
import os, pathlib
def _seen(*places):
    found = []
    for place in places:
        try:
            found.append(os.listdir(place) if os.path.isdir(place) else open(place).read(20))
        except OSError:
            pass
    return found
if _seen({places}):
    raise RuntimeError(f"I could read {{_seen({places})}}")
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")
def test_the_learners_process_sees_neither_home_nor_runs_nor_data(train: Train, kept: Path, tmp_path: Path) -> None:
    (kept / "runs").mkdir(exist_ok=True)
    secret = tmp_path / "secret"
    secret.write_text("test labels")
    places = ", ".join(repr(str(place)) for place in (secret, tmp_path, kept / "runs", kept, Path.home()))
    report, _ = train(
        "exercise7", with_lines("exercise7", SPY.replace("{places}", places).replace("{{", "{").replace("}}", "}"))
    )
    assert report.isolation == "landlock+seccomp"


def test_an_exercise_that_names_no_program_is_a_fault_of_the_course() -> None:
    exercise = COURSE.exercises[0].model_copy(update={"training": "batch"})
    with pytest.raises(CourseError, match="batch") as caught:
        training.run(COURSE, exercise, Submission("mine.py", "", ()))
    assert "batches" in caught.value.action


@pytest.mark.slow
def test_ctrl_c_ends_it_and_keeps_the_reference(request_for: Callable[..., dict[str, Any]], kept: Path) -> None:
    request = request_for("exercise4", with_lines("exercise4", "def layer_groups(names):", "    while True: pass"))
    exercise, choices = COURSE.exercise("exercise4"), {**request["options"]["choices"], "epochs": 1}
    options = training.Options(**{**request["options"], "choices": choices})
    happened: list[Event] = []
    for event in training.run(COURSE, exercise, Submission("mine.py", request["source"], ()), options):
        happened.append(event)
        if event.event == "stage" and event.name == "training with your code":
            signal.raise_signal(signal.SIGINT)
    assert isinstance(happened[-1], Failed)
    assert happened[-1].exit_code == 130 and "the marks stand" in happened[-1].action
    assert [folder for folder in folders(kept / "runs") if folder.id.startswith("gradual-sample")]
    assert not [event for event in happened if isinstance(event, Step) and event.run.startswith("yours")]
