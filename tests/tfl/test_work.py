"""The jobs that train: what they answer, and what they say when they are stopped."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tfl import work
from tfl.config import Config
from tfl.errors import RunError
from tfl.events import Event, Notice, Result, Stage, Started
from tfl.jobs import JobFunction
from tfl.runs import RunFolder

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(shared_cache: None, tmp_path: Path, tiny: Callable[..., Config]) -> Ask:
    """A request for one run of the tiny sizes."""

    def request(strategy: str = "baseline", **more: Any) -> dict[str, Any]:
        config = tiny(strategy).model_dump(mode="json")
        return {"config": config, "runs_dir": str(tmp_path), "threads": 1, **more}

    return request


def answer(job: JobFunction, request: dict[str, Any]) -> tuple[dict[str, Any], list[Event]]:
    """The value of a job's result, and everything it said."""
    events: list[Event] = []
    job(request, events.append)
    [value] = [event.value for event in events if isinstance(event, Result)]
    return value, events


@pytest.mark.parametrize(("job", "strategy"), [(work.train, "baseline"), (work.pretrain, "pretrain")])
def test_a_run_is_told_with_its_folder(job: JobFunction, strategy: str, ask: Ask) -> None:
    value, events = answer(job, ask(strategy))
    folder = RunFolder(Path(value["folder"]))
    assert isinstance(events[0], Started)
    assert value["record"] == folder.record().model_dump(mode="json")
    assert value["record"]["strategy"] == strategy
    assert value["reused"] is False


def test_a_finished_run_is_said_to_be_reused_unless_it_is_trained_again(ask: Ask) -> None:
    answer(work.train, ask())
    assert answer(work.train, ask())[0]["reused"] is True
    assert answer(work.train, ask(again=True))[0]["reused"] is False


def test_whoever_stops_a_run_is_told_the_command_that_goes_on(ask: Ask) -> None:
    def stop(event: Event) -> None:
        if isinstance(event, Stage):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="Go on with `tfl train baseline --resume`"):
        work.train(ask(**{"continue": "tfl train baseline --resume"}), stop)


def test_a_disk_that_takes_nothing_more_is_told_with_what_to_do(ask: Ask) -> None:
    def full(event: Event) -> None:
        if isinstance(event, Stage):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(RunError, match=r"No space left on device.*--runs-dir.*Go on with `tfl train full --resume`"):
        work.train(ask(**{"continue": "tfl train full --resume"}), full)


def test_what_else_the_system_refuses_is_not_taken_for_a_full_disk(ask: Ask) -> None:
    def other(event: Event) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        work.train(ask(), other)


@pytest.mark.parametrize("resume", [True, False])
def test_a_stopped_run_that_starts_anew_says_that_it_could_go_on(resume: bool, ask: Ask, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / Config(**ask()["config"]).id)
    answer(work.train, ask())
    folder.save(folder.record().model_copy(update={"state": "interrupted"}))

    _, events = answer(work.train, ask(resume=resume))
    assert any(isinstance(event, Notice) and "--resume" in event.text for event in events) is not resume


def test_a_comparison_is_told_and_written(ask: Ask, tmp_path: Path) -> None:
    sizes = {key: value for key, value in ask()["config"].items() if key not in ("strategy", "seed", "labels", "adapt")}
    request = {**ask(), "seeds": [0], "labels": [40, None], "strategies": ["baseline"], "choices": sizes}
    value, _ = answer(work.compare, request)
    assert [row["labelled"] for row in value["rows"]] == [240, 40]
    assert (tmp_path / "comparison.json").exists() and (tmp_path / "comparison.md").exists()
    assert value["runs_dir"] == str(tmp_path)
