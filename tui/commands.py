"""What the command palette offers: every stage, step, exercise, bench, run and action."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.screen import Screen

from tfl import lessons, runs
from tfl.errors import TflError
from tfl.lessons import Lesson
from tfl.standing import Next
from tui.screens.help import key_name, useful

if TYPE_CHECKING:
    from tui.app import TflApp


class Commands(Provider):
    """Offers them in the order in which they make sense, and finds them by a part of their title."""

    async def startup(self) -> None:
        """Look once at what there is: runs lie on the disk."""
        self._all = [*commands(cast("TflApp", self.app)), *actions(self.screen)]

    async def discover(self) -> Hits:
        for command in self._all:
            if command.discover:
                yield DiscoveryHit(command.title, command.callback, help=command.help or None)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in self._all:
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
    yield Command("Course map", "Every stage, and how far you are", app.go_home)
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
    for lesson in _lessons(app):
        for number, step in enumerate(lesson.steps, start=1):
            title = f"Lesson {lesson.stage.number}.{number}: {step.title}"
            yield Command(title, "", partial(app.open_lesson, lesson.stage, number), discover=False)
    records, damaged = runs.list_runs(app.runs_dir)
    for record in reversed(records):
        yield Command(f"Run {record.id}", record.state, partial(app.action_runs, record.id), discover=False)
    for run in damaged:
        yield Command(f"Run {run.id}", "damaged", partial(app.action_runs, run.id), discover=False)


def actions(screen: Screen[Any]) -> Iterator[Command]:
    """What the keys of a screen do there now."""
    for node, binding in useful(screen):
        if node is not screen.app:
            do = partial(screen.app.run_action, binding.action, node)
            yield Command(binding.description, f"On this screen ({key_name(binding)})", do, discover=False)


def _next(app: "TflApp") -> Next | None:
    try:
        return app.learner.next()
    except TflError:
        return None  # the map says what is wrong with the lessons


def _lessons(app: "TflApp") -> tuple[Lesson, ...]:
    try:
        return app.learner.lessons
    except TflError:
        return ()


def _ask_for_editor(app: "TflApp") -> None:
    from tui.screens.editor import EditorScreen

    app.push_screen(EditorScreen())
