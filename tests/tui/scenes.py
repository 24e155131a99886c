"""What there is to see: a furnished folder, and stand-ins for the processes that compute, so that every picture of
the app is the same each time.  Snapshot tests and `make screenshots` look at the same scenes."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from grader.marks import Mark, State, Verdict
from grader.submission import Submission
from tfl import benches, runs
from tfl import course as courses
from tfl import workspace as workspaces
from tfl.comparison import Comparison, Row, Spread
from tfl.course import Course, Exercise
from tfl.progress import Attempt, changed
from tfl.runs import RunFolder, RunRecord, Score
from tui.learner import Learner
from tui.screens import classroom
from tui.screens.classroom import Given, Student

SIZES = ((80, 24), (120, 40))
WORKSPACE = Path("work")


# ------------------------------------------------------------------------------------------------ a furnished folder


def make_run(strategy: str = "full", epochs: int = 8, number: int = 0, pace: float = 0.7, **facts: Any) -> RunFolder:
    """A run in the folder `runs`, as young as its number; `pace`: by which factor an epoch lessens what is wrong."""
    folder = runs.create(runs.run_id(strategy, "sample", facts.get("seed", 0), facts.get("labels")), Path("runs"))
    folder.write_history(
        {
            "epoch": epoch,
            "train_loss": 0.7 * (pace + 0.05) ** epoch,
            "train_accuracy": 1 - 0.5 * (pace + 0.05) ** epoch,
            "validation_loss": 0.7 * (pace + 0.1) ** epoch + 0.02 * max(0, epoch - 5),
            "validation_accuracy": 0.9 - 0.4 * pace**epoch,
        }
        for epoch in range(1, epochs + 1)
    )
    record = {
        "id": folder.id,
        "strategy": strategy,
        "pair": "sample",
        "corpus": "sample (synthetic) reviews",
        "seed": 0,
        "state": "finished",
        "source": None if strategy == "scratch" else "pretrain-sample-s0-0a1b2c",
        "source_kind": "" if strategy == "scratch" else "sample (synthetic) news",
        "device": "CPU, 2 threads, float32",
        "parameters_total": 99_908,
        "parameters_trainable": 99_908,
        "seconds": 25.3,
        "examples_per_second": 1834,
        "best_epoch": min(epochs, 6),
        "epochs_run": epochs,
        "validation": Score(loss=0.4, accuracy=0.85),
        "test": Score(loss=0.41, accuracy=0.842),
        "test_interval": (0.801, 0.877),
        "created": f"2026-01-01T00:00:{number:02}+00:00",
    }
    folder.save(RunRecord.model_validate({**record, **facts}))
    return folder


def some_runs() -> None:
    """Runs in every state."""
    make_run("scratch", epochs=4, number=1)
    make_run("full", number=2, pace=0.8, labels=200, seed=1, state="interrupted", test=None, test_interval=None)
    notes = ["The loss stopped being a number. Ask for a lower --rate."]
    make_run("gradual", number=3, state="failed", test=None, notes=notes)
    make_run("full", number=4, seed=9).record_file.write_text("{")
    make_run("full", number=5)


def some_comparison() -> None:
    """A `comparison.json` as a command leaves it."""
    figures = [  # strategy, adapted, labels, parameters, epochs, seconds, validation, test
        ("baseline", False, 25_000, 0, 0, 4.1, 0.912, 0.916),
        ("scratch", False, 25_000, 2_020_000, 2, 81, 0.883, 0.883),
        ("final-layer", False, 25_000, 770, 20, 9, 0.741, 0.737),
        ("final-layer", True, 25_000, 770, 20, 10, 0.871, 0.869),
        ("unfreeze", False, 25_000, 34_242, 13, 81, 0.803, 0.799),
        ("gradual", False, 25_000, 2_020_000, 13, 108, 0.853, 0.851),
        ("full", False, 25_000, 2_020_000, 2, 74, 0.872, 0.878),
        ("full", True, 25_000, 2_020_000, 1, 37, 0.891, 0.884),
        ("scratch", False, 200, 2_020_000, 16, 3.1, 0.66, 0.664),
        ("final-layer", True, 200, 770, 20, 0.4, 0.81, 0.801),
        ("full", True, 200, 2_020_000, 8, 2.2, 0.74, 0.734),
    ]
    rows = [
        Row(
            strategy=strategy,
            adapted=adapted,
            pretrained_on="" if strategy in ("baseline", "scratch") else "AG News" + " + reviews" * adapted,
            labels=None if count == 25_000 else count,
            labelled=count,
            seeds=[0],
            parameters_trainable=parameters,
            epochs=epochs,
            seconds=seconds,
            validation=Spread(mean=validation, low=validation, high=validation),
            test=Spread(mean=test, low=test, high=test),
            test_by_seed=[test],
            interval=runs.wilson_interval(round(test * 25_000), 25_000),
            gap=0.02,
            note="no better than from scratch" if (strategy, adapted) == ("full", False) else "",
        )
        for strategy, adapted, count, parameters, epochs, seconds, validation, test in figures
    ]
    found = Comparison(
        corpus="IMDB",
        pair="real",
        synthetic=False,
        classes=["negative", "positive"],
        seeds=[0],
        command="tfl compare --corpus real --seeds 0 --labels 200,all",
        notes=[],
        rows=rows,
        pretraining=[],
        figures=["comparison/accuracy_against_labels.png"],
        device="CPU, 2 threads, bfloat16",
        seconds=600,
        seconds_now=600,
        peak_memory=3_000_000_000,
    )
    Path("runs").mkdir(exist_ok=True)
    Path("runs/comparison.json").write_text(found.model_dump_json())


def some_progress(course: Course) -> workspaces.Workspace:
    """A workspace whose learner is in the middle of stage 3."""
    made, _ = workspaces.create(WORKSPACE, course)
    first, second = course.exercises[:2]
    with changed(made.folder) as progress:
        for stage in course.stages[:2]:
            progress.steps[stage.id] = 99
        progress.exercise(first.id).best = attempt(first, first.points)
        progress.exercise(first.id).attempts = 4
        progress.exercise(second.id).best = progress.exercise(second.id).last = attempt(second, second.points // 2)
        progress.exercise(second.id).attempts = 2
        progress.exercise(second.id).hints = 1
    made.record_step(course.stages[2].id, 3)
    made.path(second).write_text("# begun\n" + made.path(second).read_text(encoding="utf-8"))
    return made


def attempt(exercise: Exercise, score: int) -> Attempt:
    best = exercise.points
    return Attempt(
        score=score, max_score=best, passed=score == best, checks=[], course="1", seed="", when="2026-01-01T00:00:00"
    )


def learner(course: Course | None = None) -> Learner:
    """A learner in the furnished workspace; where it really lies is not shown."""
    found = Learner(some_progress(course or courses.load()).folder)
    assert found.workspace
    return found


# -------------------------------------------------------------------------------------------------------- stand-ins


class StandInService:
    """Answers in this process, with a stopwatch that always shows the same."""

    alive = True

    def ask(self, question: str, **details: Any) -> dict[str, Any]:
        if question == "speed":
            once = details["awake"] == ["classifier"]
            return {"rate": 1834.0, "reviews": 1200, "seconds": 0.7, "once": once, "device": "CPU, 1 thread, float32"}
        if question == "judge":
            return {"predictions": [JUDGED, {**JUDGED, "label": "negative", "probability": 0.38}]}
        module, _, name = benches.ANSWERS[question].partition(":")
        answer: dict[str, Any] = getattr(importlib.import_module(module), name)(details)
        return answer

    def close(self) -> None:
        """Nothing runs."""


JUDGED = {
    "label": "positive",
    "probability": 0.83,
    "words": [
        {"word": word, "known": known, "effect": effect}
        for word, known, effect in (
            ("not", True, 0.31),
            ("bad", True, -1.2),
            ("at", True, 0.02),
            ("all", True, 0.05),
            ("but", True, -0.03),
            ("the", True, 0.0),
            ("last", True, -0.2),
            ("hour", False, 0.0),
            ("moved", True, 0.9),
            ("me", True, 0.1),
        )
    ],
}

PICTURE = ("      ░▒▓█", "      ░▒▓█", "     ░▒▓██", "    ░▒▓███")


@dataclass
class StandInGrading:
    """Finds what it is told to find."""

    states: tuple[State, ...] = ("passed", "passed", "failed", "error", "blocked")
    isolation: str = "namespaces+landlock+seccomp"
    checked: list[str] = field(default_factory=list)

    def warm(self) -> str:
        return self.isolation

    def read(self, path: Path, exercise: Exercise) -> Submission:
        return Submission(path.name, path.read_text(encoding="utf-8"))

    def check(self, exercise: Exercise, submission: Submission) -> Iterator[Verdict | Mark]:
        self.checked.append(submission.source)
        states = [*self.states, *[self.states[-1]] * len(exercise.checks)]
        found = [_verdict(check, state) for check, state in zip(exercise.checks, states, strict=False)]
        yield from found
        yield Mark(
            exercise=exercise.id,
            file=submission.file,
            checks=tuple(found),
            isolation=self.isolation,
            seconds=0.14,
            seed="5eed",
            course="1",
        )

    def close(self) -> None:
        """Nothing runs."""


def _verdict(check: Any, state: State) -> Verdict:
    more: dict[str, Any] = {}
    if state == "failed":
        more = {
            "message": "pad_and_mask: at [1, 3] 0 is expected; 7 came.  12 of 40 numbers differ, by 7 at most.",
            "picture": PICTURE,
            "output": "lengths: [5, 3]\n",
        }
    elif state == "error":
        more = {
            "message": "IndexError: list index out of range",
            "trace": ("line 41, in length_buckets: order[i + 1]",),
        }
    elif state == "blocked":
        more = {"message": "needs «the checks above» first"}
    points = check.points if state == "passed" else 0
    return Verdict(
        id=check.id,
        title=check.title,
        points=points,
        max_points=check.points,
        verdict=state,
        hidden=check.hidden,
        **more,
    )


CLASS = [
    Student(f"s{number:03}", name, True, [Given("exercise1", state, points, 20, 1, 0, "", "")])
    for number, (name, state, points) in enumerate(
        [
            ("Ada Lovelace", "marked", 20),
            ("Kurt Gödel", "marked", 14),
            ("Emmy Noether", "missing", 0),
            ("Srinivasa Ramanujan with a name that is far too long", "marked", 0),
            ("Alan Turing", "waiting", None),
        ],
        start=1,
    )
]


@contextmanager
def stood_in(grading: StandInGrading | None = None) -> Iterator[StandInGrading]:
    """With the stand-ins in the place of the processes."""
    grading = grading or StandInGrading()
    with (
        mock.patch("tui.app.TflApp.service", StandInService()),
        mock.patch("tui.app.TflApp.grading", grading),
        mock.patch.object(classroom, "_read", lambda results, course: CLASS),
    ):
        yield grading
