"""The trusted process of a training: the job that `grader.training.run` starts."""

import importlib
import tempfile
from pathlib import Path

from grader import training
from grader.training.bench import Bench
from tfl import corpora
from tfl import course as courses
from tfl.events import Result, Started
from tfl.jobs import Emit, Request


def compare(request: Request, emit: Emit) -> None:
    """Train with a learner's functions and compare with the reference.

    Request: `course` (its folder), `exercise` (an id), `file` and `source` of the submission, `options`.
    Result: the fields of a `Report`.
    """
    course = courses.load(Path(request["course"]))
    exercise = course.exercise(request["exercise"])
    options = training.Options(**request["options"])
    here = all(corpora.is_present(name, options.data_dir) for name in corpora.PAIRS["real"])
    pair = options.pair or ("real" if here else "sample")
    emit(Started(job="grade", title=f"Training with your {exercise.title.lower()}, on the {pair} corpora"))
    with tempfile.TemporaryDirectory(prefix="tfl-training-") as room:
        bench = Bench(course, exercise, request["file"], request["source"], options, pair, Path(room).resolve(), emit)
        try:
            program = importlib.import_module(training.PROGRAMS[exercise.training])
            report = program.compare(bench)
        except KeyboardInterrupt as stop:
            kept = f"What was trained until then is in {bench.runs_dir}; the marks stand."
            raise KeyboardInterrupt(kept) from stop
    emit(Result(value=report.model_dump(mode="json")))
