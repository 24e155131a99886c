"""What the command palette offers: every stage, exercise, bench, run and action."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tfl import lessons, runs
from tfl.errors import TflError
from tfl.standing import Next

if TYPE_CHECKING:
    from tui.app import TflApp

RUNS = 50  # of the newest


class Commands(Provider):
    """Offers them in the order in which they make sense, and finds them by a part of their title."""

    def _all(self) -> "Iterator[Command]":
        return commands(cast("TflApp", self.app))

    async def discover(self) -> Hits:
        for command in self._all():
            if command.discover:
                yield DiscoveryHit(command.title, command.callback, help=command.help or None)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in self._all():
            if (score := matcher.match(command.title)) > 0:
                yield Hit(score, matcher.highlight(command.title), command.callback, help=command.help or None)


class Command(NamedTuple):
    """A line of the palette; `discover`: shown before anything is typed."""

    title: str
    help: str
    callback: Callable[[], object]
    discover: bool = True


def commands(app: "TflApp") -> Iterator[Command]:
    """All commands, in the order in which they make sense."""
    course = app.learner.course
    if coming := _next(app):
        what = f"lesson {coming.stage.number}, step {coming.step}" if coming.what == "lesson" else coming.stage.exercise
        yield Command("Continue", f"Go on with {what}", partial(app.open_next, coming))
    for stage in course.stages:
        yield Command(f"Stage {stage.number}: {stage.title}", "", partial(app.open_lesson, stage))
    for exercise in course.exercises:
        title = f"Exercise {exercise.id.removeprefix('exercise')}: {exercise.title}"
        yield Command(title, "", partial(app.open_exercise, exercise.id))
    yield Command("Runs", "Look at the runs and their curves", app.action_runs)
    yield Command("Train", "Choose a strategy and watch it learn", app.action_train)
    yield Command("Compare", "The strategies side by side", app.action_compare)
    if app.results:
        yield Command("Class", "A class's results", app.action_class)
    for bench in lessons.BENCHES:
        yield Command(f"Bench: {bench}", "Play with it", partial(app.open_bench, bench))
    yield Command("Theme", "Choose the colours", app.search_themes)
    yield Command("Editor", "Choose what e opens an exercise with", partial(_ask_for_editor, app))
    yield Command("Picture", "Save what the screen shows as an SVG picture (f2)", app.action_picture)
    yield Command("Help", "The keys of this screen (?)", app.action_help)
    yield Command("Quit", "Close the app; a training saves its work first (q)", app.action_quit)
    for record in reversed(runs.list_runs(app.runs_dir)[0][-RUNS:]):
        yield Command(f"Run {record.id}", record.state, partial(_open_run, app, record.id), discover=False)


def _next(app: "TflApp") -> Next | None:
    try:
        return app.learner.next()
    except TflError:
        return None  # the map says what is wrong with the lessons


def _open_run(app: "TflApp", id: str) -> None:
    from tui.screens.runs import RunsScreen

    app.show(RunsScreen(app.runs_dir, id))


def _ask_for_editor(app: "TflApp") -> None:
    from tui.screens.editor import EditorScreen

    app.push_screen(EditorScreen())
