"""What every test gets: folders of its own, no colours, no settings of the person who runs it."""

import os
import shutil
from pathlib import Path

if "PYTEST_XDIST_WORKER" in os.environ:  # the cores are shared with other workers; torch reads this when it is loaded
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from hypothesis import settings

from tfl import course as courses
from tfl.course import Course

settings.register_profile("tfl", deadline=None)  # the first example pays for imports and caches
settings.load_profile("tfl")

REAL_DATA = os.environ.get("TFL_DATA", "")


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Corpora, caches and runs live in the test's own temporary folder."""
    for variable, folder in (("TFL_DATA", "data"), ("TFL_CACHE", "cache"), ("TFL_RUNS", "runs")):
        monkeypatch.setenv(variable, str(tmp_path / folder))
    for variable in ("TFL_DEBUG", "NO_COLOR", "FORCE_COLOR", "RANK", "WORLD_SIZE"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def real_data() -> Path:
    """The folder that holds AG News and IMDB, for tests marked `real_data`."""
    if not REAL_DATA:
        pytest.skip("TFL_DATA names no folder with AG News and IMDB")
    return Path(REAL_DATA)


@pytest.fixture
def tiny_course(tmp_path: Path) -> Course:
    """A course of two small exercises, in a folder of its own that a test may change."""
    return courses.load(shutil.copytree(Path(__file__).with_name("tiny_course"), tmp_path / "course"))
