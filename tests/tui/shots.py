"""What the pictures of the app show, and how to come there.  Snapshots, and whoever judges the looks, use these."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from textual.pilot import Pilot
from textual.widgets import Input

from grader.marks import State
from tests.tui import scenes
from tests.tui.conftest import shown
from tests.tui.said import SAID
from tests.tui.stand_in_jobs import stand_in_jobs
from tfl import workspace as workspaces
from tfl.course import Course
from tfl.errors import SubmissionError
from tfl.progress import changed
from tui.app import TflApp
from tui.learner import Learner

COURSE = Path(__file__).with_name("picture_course")
TRIES = 500  # looks at a screen, 20 ms apart, until it shows what it must
CALM = 2  # looks in a row that find the picture unchanged


def furnished(course: Course) -> Learner:
    """Somebody in the middle of the course, with runs and a comparison."""
    scenes.some_runs()
    scenes.some_comparison()
    found = scenes.learner(course)
    assert found.workspace
    found.workspace.path(course.exercises[0]).write_text(MINE, encoding="utf-8")
    return found


def bare(course: Course) -> Learner:
    """Somebody who has just come: no workspace, no runs."""
    Path("new").mkdir()
    return Learner(Path("new"), course.folder)


def finished(course: Course) -> Learner:
    """Somebody who has passed everything."""
    made, _ = workspaces.create(scenes.WORKSPACE, course)
    with changed(made.folder) as progress:
        for stage in course.stages:
            progress.steps[stage.id] = 99
        for exercise in course.exercises:
            progress.exercise(exercise.id).best = scenes.attempt(exercise, exercise.points)
    return Learner(made.folder)


MINE = '''"""Exercise 1: tell the transformer where each word stands."""

from math import cos, sin


class PositionalEncoding:
    """Adds to every vector the code of its place."""

    def __init__(self, width: int, places: int = 5000) -> None:
        self.table = []
        for place in range(places):
            self.table.append([self.code(place, feature, width) for feature in range(width)])

    def code(self, place, feature, width):
        angle = place / 10000 ** (2 * (feature // 2) / width)
        return cos(angle) if feature % 2 else sin(angle)
'''


@dataclass(frozen=True)
class Shot:
    """`place`: where the app begins; `until`: what the screen shows at last; `steps`: keys, or "… text" to wait for."""

    place: str = ""
    steps: tuple[str, ...] = ()
    until: str = ""
    learner: Callable[[Course], Learner] = furnished
    states: tuple[State, ...] = ("passed", "passed", "failed", "error", "blocked")  # of the checks, in their order
    refused: bool = False  # the file cannot be read
    results: bool = False  # there is a class
    size: tuple[int, int] | None = None  # where only one makes sense


ALL_PASSED: tuple[State, ...] = ("passed",)

SHOTS = {
    "map": Shot(until="goes on with"),
    "map-new": Shot(until="to make one in", learner=bare),
    "map-finished": Shot(until="the whole course", learner=finished),
    "lesson": Shot("2.1", until="One writer"),
    "lesson-bench": Shot("2.3", ("… Play with the clocks", "b"), until="told apart", size=(80, 24)),
    "lesson-beside": Shot("2.3", until="told apart", size=(120, 40)),
    "question": Shot("2.4", ("… Which are true", "tab", "down", "enter"), until="other clocks would help"),
    "prediction": Shot("2.4", ("… Which are true", "tab", "tab", "tab", "9", "5", "enter"), until="measured: 84"),
    "term": Shot("2.1", ("… One writer", "g", "… what it means", "down", "enter"), until="A network"),
    "links": Shot("2.1", ("… One writer", "g"), until="what it means"),
    "bench-positions": Shot("positions", until="told apart"),
    "bench-text": Shot("text", until="a batch by length"),
    "bench-layers": Shot("layers", until="reviews/s"),
    "bench-prediction": Shot("prediction", until="positive +"),
    "bench-recommender": Shot("recommender", ("… Press enter", "enter"), until="takes the floor away"),
    "exercise-new": Shot("exercise3", until="Save the file"),
    "exercise-failing": Shot("exercise2", until="what it printed"),
    "exercise-hints": Shot("exercise2", ("… what it printed", "h", "h"), until="Hint 2 of 3"),
    "exercise-passed": Shot("exercise1", until="All 7 checks", states=ALL_PASSED),
    "exercise-refused": Shot("exercise3", until="cannot be read", refused=True),
    "diff": Shot("exercise1", ("… All 7 checks", "s"), until="⋯", states=ALL_PASSED),
    "grade": Shot("exercise1", ("… All 7 checks", "g"), until="The claim", states=ALL_PASSED),
    "runs": Shot("runs", until="◆ best 6"),
    "runs-overlaid": Shot("runs", ("… ◆ best 6", "space", "end", "up", "up", "space"), until="validation of A B"),
    "runs-none": Shot("runs", until="No runs yet", learner=bare),
    "train": Shot("train", until="Only the sample is here"),
    "train-running": Shot("train", ("… Only the sample is here", "enter"), until="◆ best"),
    "compare": Shot("compare", until="starts from"),
    "compare-labels": Shot("compare", ("… starts from", "p"), until="starts from"),
    "compare-none": Shot("compare", until="Nothing has been compared", learner=bare),
    "class": Shot("class", until="Ada Lovelace", results=True),
    "help": Shot(steps=("… goes on with", "question_mark"), until="Without this app"),
    "help-exercise": Shot("exercise2", ("… what it printed", "question_mark"), until="Without this app"),
    "palette": Shot(steps=("… goes on with", "colon"), until="Continue"),
    "editor": Shot(
        steps=("… goes on with", "colon", "… Continue", *"editor", "… Choose what", "enter"), until="Leave it empty"
    ),
    "too-small": Shot(until="", size=(70, 20)),
}


@contextmanager
def staged(shot: Shot, theme: str, course: Course) -> Iterator[TflApp]:
    """The app before its first picture, in the working directory, with stand-ins for everything that computes."""
    grading = scenes.StandInGrading(shot.states)
    with ExitStack() as stack:
        stack.enter_context(scenes.stood_in(grading))
        stack.enter_context(stand_in_jobs(SAID))
        if shot.refused:
            trouble = SubmissionError(
                "exercise3_layer_unfreezing.py cannot be read: line 12: '(' was never closed.", "Mend it and save."
            )
            stack.enter_context(mock.patch.object(grading, "read", side_effect=trouble))
        app = TflApp(Path("runs"), shot.learner(course), shot.place, Path("results") if shot.results else None)
        app.theme = theme
        yield app


async def play(pilot: Pilot[None], shot: Shot) -> None:
    """Press the keys, and wait for what must be seen and until nothing moves any more."""
    for step in shot.steps:
        if step.startswith("… "):
            await _until(pilot, step.removeprefix("… "))
        else:
            await pilot.press(step)
            await pilot.pause()
    await _until(pilot, shot.until)
    await _calm(pilot)


async def _until(pilot: Pilot[None], text: str) -> None:
    for _ in range(TRIES):
        await pilot.pause()
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False
        if text in shown(pilot):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"“{text}” was never shown, but:\n{shown(pilot)}")


async def _calm(pilot: Pilot[None]) -> None:
    """Workers and timers may still be about to draw something."""
    before, same = "", 0
    for _ in range(TRIES):
        await pilot.pause()
        drawn = pilot.app.export_screenshot()
        same = same + 1 if drawn == before else 0
        if same == CALM:
            return
        before = drawn
        await asyncio.sleep(0.04)
    raise AssertionError("the picture never came to rest")
