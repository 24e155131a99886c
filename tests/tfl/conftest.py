"""What the engine's tests share: one thread, a tiny configuration, a toy training."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import torch

from tests.tfl.fits import fitted
from tests.tiny import TINY
from tfl import training
from tfl.checkpoint import Progress
from tfl.config import Config, config
from tfl.device import Device
from tfl.events import Event
from tfl.runs import RunFolder
from tfl.session import Session
from tfl.training import Training

torch.set_num_threads(1)  # the toy sizes gain nothing from more


@pytest.fixture(scope="session")
def toy() -> ModuleType:
    """The names of `toy_training.py`, which tests also start as a process of its own."""
    spec = importlib.util.spec_from_file_location("toy_training", Path(__file__).with_name("toy_training.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def cpu() -> Device:
    """One processor, float32: what repeats bit by bit."""
    return Device(torch.device("cpu"), bfloat16=False)


@pytest.fixture(scope="session")
def tiny() -> Callable[..., Config]:
    """A configuration on a fifth of the sample, of the tiny sizes, with the choices that a test names."""
    return lambda strategy="full", **choices: config(**{**TINY, "strategy": strategy, **choices})


@pytest.fixture(scope="session")
def token_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder that lasts, so that the sample is tokenized once for all tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def shared_cache(own_folders: None, token_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test reads the tokens that others have cached."""
    monkeypatch.setenv("TFL_CACHE", str(token_cache))


@pytest.fixture
def no_collecting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A toy has no memory to give back, and looking for some takes longer than its training."""
    monkeypatch.setattr("tfl.session.release_memory", lambda: None)


@pytest.fixture
def events() -> list[Event]:
    """What the session of a test has said."""
    return []


@pytest.fixture
def session(shared_cache: None, no_collecting: None, tmp_path: Path, cpu: Device, events: list[Event]) -> Session:
    """A session whose runs lie in the test's own folder."""
    return Session(tmp_path / "runs", cpu, events.append)


@pytest.fixture(scope="session")
def finished_run(
    tiny: Callable[..., Config], cpu: Device, token_cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> RunFolder:
    """A run that the engine has trained to its end.  Only read it: a test that changes it takes a copy."""
    from tfl import transfer  # loads matplotlib, which most tests do not need

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TFL_CACHE", str(token_cache))
        session = Session(tmp_path_factory.mktemp("runs"), cpu, lambda event: None)
        record = transfer.train(session, tiny("scratch", epochs=1))
    return RunFolder(session.runs_dir / record.id)


@pytest.fixture(scope="session")
def whole(toy: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> tuple[Training, Progress]:
    """The toy's training, never interrupted.  Only look at it."""
    return fitted(toy, tmp_path_factory.mktemp("whole"))


@pytest.fixture
def every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step is reported and saved."""
    monkeypatch.setattr(training, "REPORT_SECONDS", -1.0)
    monkeypatch.setattr(training, "CHECKPOINT_SECONDS", -1.0)
