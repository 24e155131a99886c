"""A tiny training: a fifth of the sample, and a model of a few thousand weights."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from grader.training import batches, positional_encoding, work
from grader.training.report import Report
from tests.tiny import TINY
from tfl import course as courses
from tfl import strategies
from tfl.events import Event, Result

torch.set_num_threads(1)

COURSE = courses.load()
SIZES = {name: value for name, value in TINY.items() if name != "pair"}


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The caches and the reference runs that the tests of this folder share."""
    return tmp_path_factory.mktemp("training")


def solution(exercise: str) -> str:
    """The source of the reference answer."""
    return COURSE.solution(COURSE.exercise(exercise)).read_text(encoding="utf-8")


@pytest.fixture
def request_for(kept: Path, own_folders: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """The request of a tiny training: `request_for("exercise1", source=…, limit=…)`."""
    monkeypatch.setenv("TFL_CACHE", str(kept / "cache"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(strategies, "SMALL", 2)  # a quarter of the epochs
    monkeypatch.setattr(positional_encoding, "EPOCHS", 2)
    monkeypatch.setitem(batches.EPOCHS, "sample", 1)
    # The process with the learner's code imports from where this one does.
    root = str(Path(__file__).parents[3])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")])))

    def make(exercise: str, source: str = "", **options: Any) -> dict[str, Any]:
        chosen = {"pair": "sample", "threads": 1, "runs_dir": str(kept / "runs"), "choices": SIZES, **options}
        return {
            "course": str(COURSE.folder),
            "exercise": exercise,
            "file": "mine.py",
            "source": source or solution(exercise),
            "options": chosen,
        }

    return make


@pytest.fixture
def train(request_for: Callable[..., dict[str, Any]]) -> Callable[..., tuple[Report, list[Event]]]:
    """Train in this process as the trusted one, and in another as the learner's; the report and every event."""

    def run(exercise: str, source: str = "", **options: Any) -> tuple[Report, list[Event]]:
        happened: list[Event] = []
        work.compare(request_for(exercise, source, **options), happened.append)
        assert isinstance(happened[-1], Result)
        return Report.model_validate(happened[-1].value), happened

    return run
