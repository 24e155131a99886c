"""Runs to look at, and a way to wait for what a screen shows."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from tests.tui import scenes
from tests.tui.scenes import StandInGrading
from tests.tui.stand_in_jobs import StandInJob, stand_in_jobs
from tfl import course as courses
from tfl import workspace as workspaces
from tfl.course import Course
from tfl.runs import RunFolder
from tui.app import TflApp
from tui.learner import Learner
from tui.screens.runs import RunsScreen
from tui.widgets.prose_view import ProseView

MakeRun = Callable[..., RunFolder]


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working directory is the test's own, and the disk is looked at often."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TFL_CONFIG", str(tmp_path / "config"))
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "VISUAL", "EDITOR"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("tui.screens.runs.SECONDS", 0.05)
    monkeypatch.setattr("tui.screens.runs.SETTLE", 0.01)


@pytest.fixture
def app() -> TflApp:
    """The app, on the screen of the runs in the folder `runs`, without a workspace."""
    return TflApp(Path("runs"), place="runs")


@pytest.fixture
def make_run() -> MakeRun:
    """Makes a run in the folder `runs`; each is a second younger than the one before."""
    made: list[RunFolder] = []

    def make(strategy: str = "full", epochs: int = 8, **facts: Any) -> RunFolder:
        made.append(scenes.make_run(strategy, epochs, len(made) + 1, **facts))
        return made[-1]

    return make


@pytest.fixture
def learner(tiny_course: Course) -> Learner:
    """Somebody with a new workspace of the course in miniature, which has two short lessons."""
    write_lessons(tiny_course.lessons)
    workspaces.create(Path("work"), tiny_course)
    return Learner(Path("work"))


@pytest.fixture
def grading() -> Iterator[StandInGrading]:
    """The stand-ins in the place of the processes; every check passes unless told otherwise."""
    with scenes.stood_in(StandInGrading(("passed",))) as found:
        yield found


@pytest.fixture
def trained_course(tiny_course: Course) -> Course:
    """The course in miniature; one can train with its first exercise."""
    file = tiny_course.folder / "course.toml"
    file.write_text(file.read_text().replace('asks = ["double"]', 'asks = ["double"]\ntraining = "layer-unfreezing"'))
    return courses.load(tiny_course.folder)


@pytest.fixture
def jobs() -> Iterator[list[StandInJob]]:
    """The jobs that the app starts, which do nothing but what the test tells them."""
    with stand_in_jobs() as made:
        yield made


def write_lessons(folder: Path) -> None:
    """Two steps a stage; the second one asks."""
    (folder / "01-doubling").mkdir(parents=True)
    (folder / "02-squaring").mkdir()
    (folder / "glossary.md").write_text("# Glossary\n\n## padding mask\n\nSays which cells are real.\n")
    (folder / "01-doubling/01-why.md").write_text(
        '+++\nkind = "why"\ntitle = "Why double"\ngoal = "You can double."\n+++\n'
        "# Why double\n\nA [padding mask](../glossary.md#padding-mask) and a [paper](https://example.org/paper).\n"
    )
    (folder / "01-doubling/02-ask.md").write_text('+++\nkind = "question"\ntitle = "Guess"\n+++\n# Guess\n')
    (folder / "01-doubling/questions.toml").write_text(
        """
[[questions]]
step = "02-ask"
id = "twice"
kind = "single"
text = "What is twice two?"
answers = [{ text = "Four", right = true, why = "Indeed." }, { text = "Five", why = "That is one too many." }]

[[questions]]
step = "02-ask"
id = "even"
kind = "multiple"
text = "Which are even?"
answers = [
  { text = "Two", right = true, why = "It is." },
  { text = "Three", why = "It is odd." },
  { text = "Four", right = true, why = "It is." },
]

[[questions]]
step = "02-ask"
id = "guess"
kind = "number"
text = "How accurate?"
source = "imdb.test"
tolerance = 0.02
why = "Near."
below = "Higher."
above = "Lower."
"""
    )
    (folder / "02-squaring/01-why.md").write_text(
        '+++\nkind = "try"\ntitle = "Why square"\nbench = "layers"\n+++\n# Why square\n\nText.\n'
    )
    (folder / "results.json").write_text(
        json.dumps(
            {
                "groups": {
                    "imdb": {
                        "command": "tfl compare",
                        "date": "2026-01-01",
                        "figures": {"test": {"value": 0.88, "kind": "accuracy"}},
                    }
                }
            }
        )
    )


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Let the app work until the condition holds."""
    for _ in range(600):
        await pilot.pause()
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"it never came to that; the screen shows:\n{shown(pilot)}")


def notes(pilot: Pilot[None]) -> str:
    """The notifications on the screen, of an app that runs with `notifications=True`."""
    return "\n".join(str(toast.render()) for toast in pilot.app.screen.query("Toast"))


def shown(pilot: Pilot[None]) -> str:
    """The text of what is visible on the screen."""
    screen = pilot.app.screen
    parts = [str(static.visual) for static in screen.query(Static) if static.region.area]
    parts += [str(option.prompt) for list in screen.query(OptionList) if list.region.area for option in list.options]
    parts += [view.prose.lay_out(200).plain for view in screen.query(ProseView) if view.region.area]
    return "\n".join(parts)


async def looked(pilot: Pilot[None]) -> RunsScreen:
    """The screen of the runs, once it has seen the disk."""
    await until(pilot, lambda: pilot.app.screen.has_class("-looked"))
    assert isinstance(pilot.app.screen, RunsScreen)
    return pilot.app.screen
