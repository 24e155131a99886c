"""One text judged by several runs, as somebody types it."""

from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from tfl import prediction, runs
from tfl.device import choose_device
from tfl.jobs import Request
from tfl.loading import LoadedRun, load_run
from tfl.runs import RunFolder
from tfl.text.tokenizer import tokenize


def judge(request: Request) -> dict[str, Any]:
    """What each of the `runs` (ids) in `runs_dir` makes of `text`: a `Prediction` each; none of a text without words.

    Raises what `load_run` raises.
    """
    folder = Path(request["runs_dir"])
    loaded = [_loaded(found.path, found.weights.stat().st_mtime_ns) for found in _found(request["runs"], folder)]
    if not tokenize(request["text"]):
        return {"predictions": []}
    device = choose_device("float32")
    return {"predictions": [asdict(prediction.predict(run, request["text"], device)) for run in loaded]}


def _found(ids: list[str], folder: Path) -> list[RunFolder]:
    return [runs.find(id, folder) for id in ids]


@lru_cache(maxsize=4)
def _loaded(path: Path, trained: int) -> LoadedRun:
    """A run, read once; `trained` is when its weights were written, so that one trained again is read again."""
    return load_run(RunFolder(path))
