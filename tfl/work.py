"""What the jobs do: each reads its request, does the work, and emits events (`tfl.jobs` runs it)."""

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from tfl import paths, runs
from tfl.config import Config
from tfl.device import choose_device
from tfl.errors import RunError
from tfl.events import Notice, Progress, Result, Started
from tfl.jobs import Emit, Request
from tfl.loading import LoadedRun, best_run, load_run
from tfl.runs import RunRecord
from tfl.session import Session

UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM}


def pretrain(request: Request, emit: Emit) -> None:
    """Pre-train on the large corpus.

    Request: `config` (the fields of a Config), and perhaps `resume`, `again`, `runs_dir`, `data_dir`, `threads`,
    `continue` (the command that goes on after an interruption).
    Result: `record` (its run.json), `folder`, `curves` (a figure, or None), `reused` (whether it was there already).
    """
    from tfl.pretraining.pretrain import pretrain

    config = Config(**request["config"]).pretraining()
    emit(Started(job="pretrain", title=f"Pre-training on the {config.pair} corpora, seed {config.seed}"))
    _perform(request, emit, pretrain, config)


def train(request: Request, emit: Emit) -> None:
    """Train on the small corpus by one strategy, pre-training first where that is missing.

    Request and result: as for `pretrain`.
    """
    from tfl.baseline import train_baseline
    from tfl.transfer import train

    config = Config(**request["config"])
    emit(Started(job="train", title=f"{config.strategy} on the {config.pair} corpora, seed {config.seed}"))
    _perform(request, emit, train_baseline if config.strategy == "baseline" else train, config)


def compare(request: Request, emit: Emit) -> None:
    """Train what is missing and compare.

    Request: `seeds`, `labels` (None: the usual counts), `strategies` ([]: all), `choices` (what all configurations
    share: `pair`, `part`, `precision`), and perhaps `runs_dir`, `data_dir`, `threads`, `continue`.
    Result: the fields of a `Comparison`, and `runs_dir`.
    """
    from tfl import comparison, comparison_files

    choices = request["choices"]
    data_dir = _path(request, "data_dir")
    labels = request["labels"] or comparison.default_labels(choices["pair"], choices.get("part", 1), data_dir)
    configs = comparison.plan(request["seeds"], labels, request["strategies"], **choices)
    emit(Started(job="compare", title=f"Comparison on the {choices['pair']} corpora: {len(configs)} runs"))
    with _word_on_going_on(request):
        session = _session(request, configs[0], emit)
        found = comparison_files.write(comparison.compare(session, configs), session.runs_dir)
    emit(Result(value={**found.model_dump(mode="json"), "runs_dir": str(session.runs_dir)}))


def _perform(request: Request, emit: Emit, work: Callable[..., RunRecord], config: Config) -> None:
    """Do one run and tell its record."""
    session = _session(request, config, emit)
    folder = runs.RunFolder(session.runs_dir / config.id)
    before = folder.record() if folder.record_file.exists() else None
    resume, again = request.get("resume", False), request.get("again", False)
    if before and before.state == "interrupted" and not resume:
        emit(Notice(text=f"{config.id} was stopped before its end and starts anew; --resume would go on with it."))
    with _word_on_going_on(request):
        record = work(session, config, resume=resume, again=again)
    value = {
        "record": record.model_dump(mode="json"),
        "folder": str(folder.path),
        "curves": str(folder.curves) if folder.curves.exists() else None,
        "reused": record == before and not again,
    }
    emit(Result(value=value))


def _session(request: Request, config: Config, emit: Emit) -> Session:
    return Session(
        runs_dir=_path(request, "runs_dir") or paths.runs_dir(),
        device=choose_device(config.precision, request.get("threads")),
        emit=emit,
        data_dir=_path(request, "data_dir"),
    )


@contextmanager
def _word_on_going_on(request: Request) -> Iterator[None]:
    """Add to an interruption the command that goes on from it; a disk that takes nothing more is one, too."""
    word = f"Go on with `{request['continue']}`." if request.get("continue") else ""
    try:
        yield
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(word) from stop
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        raise RunError(
            f"The folder of the runs, {_path(request, 'runs_dir') or paths.runs_dir()}, cannot be written: "
            f"{os.strerror(error.errno)}.",
            f"Free some space, or name another folder with --runs-dir or TFL_RUNS.  {word}".strip(),
        ) from error


def predict(request: Request, emit: Emit) -> None:
    """Judge texts.

    Request: `texts`, and perhaps `run` (an id or the beginning of one; None: the best) and `runs_dir`.
    Result: `run`, `corpus` (what it was trained on), `texts` (a `Prediction` each).
    """
    from tfl import prediction

    run = _chosen(request)
    texts = request["texts"]
    emit(Started(job="predict", title=f"{len(texts):,} texts, judged by {run.record.id}, trained on {run.corpus}"))
    device = choose_device("float32")
    found = []
    started = time.perf_counter()
    for done, text in enumerate(texts, start=1):
        found.append(asdict(prediction.predict(run, text, device)))
        left = (time.perf_counter() - started) / done * (len(texts) - done)
        emit(Progress(stage="reading", done=done, total=len(texts), unit="texts", seconds_left=left))
    emit(Result(value={"run": run.record.id, "corpus": run.corpus, "texts": found}))


def recommend(request: Request, emit: Emit) -> None:
    """Rank the films of the test reviews.

    Request: `top` and `bottom` (how many films of each end), and perhaps `run`, `runs_dir`, `data_dir`,
    `threads`, `titles` (the path of a table of film titles).
    Result: `run`, `corpus` and the fields of `Recommendation`.
    """
    from tfl import recommendation

    titles = recommendation.read_titles(_path(request, "titles"), _path(request, "data_dir"))
    run = _chosen(request)
    emit(Started(job="recommend", title=f"films, judged by {run.record.id}, trained on {run.corpus}"))
    found = recommendation.recommend(
        run,
        request["top"],
        request["bottom"],
        titles,
        choose_device(run.config.precision, request.get("threads")),
        _path(request, "data_dir"),
        emit,
    )
    emit(Result(value={"run": run.record.id, "corpus": run.corpus, **asdict(found)}))


def _chosen(request: Request) -> LoadedRun:
    """The run that a request names, or the best one."""
    runs_dir = _path(request, "runs_dir")
    return load_run(runs.find(request["run"], runs_dir) if request.get("run") else best_run(runs_dir))


def _path(request: Request, key: str) -> Path | None:
    return Path(request[key]) if request.get(key) else None
