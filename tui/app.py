"""The app: where its screens are opened, the keys that work everywhere, and the processes it may start."""

import os
import sys
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.filter import LineFilter
from textual.screen import Screen

from tfl import benches
from tfl.course import Stage
from tfl.errors import TflError
from tfl.service import Service
from tfl.standing import Next
from tui import settings
from tui.jobs import JobApp
from tui.learner import Learner
from tui.screens.map import MapScreen
from tui.settings import DARK, LIGHT
from tui.themes import THEMES
from tui.writer import Record, Writer

if TYPE_CHECKING:
    from tui.grading import Grading

SCREENSHOTS = Path("screenshots")


class _Styled(LineFilter):
    """Gives a style to segments without one.

    textual-plot makes such, and Textual's own filter for NO_COLOR stumbles over them.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(text, style or Style.null(), control) for text, style, control in segments]


def _commands() -> Any:
    """What the palette offers, loaded when it is first opened."""
    from tui.commands import Commands

    return Commands


class TflApp(JobApp):
    """The course, runs and training in the terminal."""

    CSS_PATH = "app.tcss"
    TITLE = "tfl"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-wide"), (110, "-broad"), (160, "-vast")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-low"), (34, "-tall")]  # noqa: RUF012 - Textual's own form
    COMMANDS: ClassVar[set[Any]] = {_commands}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("colon", "command_palette", "Go to", key_display=":"),
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("d", "toggle_dark", "Dark/light", show=False),
        Binding("f2", "picture", "Picture", show=False),
        Binding("q", "quit", "Quit"),
    ]

    def __init__(
        self, runs_dir: Path, learner: Learner | None = None, place: str = "", results: Path | None = None, **more: Any
    ) -> None:
        """`place`: where to begin, "3", "3.2", "exercise3", "runs", …; `results`: the folder of a class."""
        super().__init__(**more)
        self.runs_dir = runs_dir
        self.learner = learner or Learner()
        self.place = place
        self.results = results
        self.writer = Writer(self.write_down)
        self.unwritten: TflError | None = None  # why nothing could be written the last time
        self.newest_run = ""  # the id of the run that a training here has made last
        self._service: Service | None = None
        self.settings, self._told = settings.load()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self.settings.theme if self.settings.theme in self.available_themes else DARK

    def on_mount(self) -> None:
        self.push_screen(MapScreen())
        if self.place:
            self.call_after_refresh(self.go, self.place)
        for notice in (self._told, self.learner.progress.notice, self._renew()):
            if notice:
                self.warn(notice)
        self.theme_changed_signal.subscribe(self, lambda theme: self.keep(theme=theme.name))

    def on_unmount(self) -> None:
        self.end_job()
        self.writer.close()
        if self._service:
            self._service.close()
        if "grading" in self.__dict__:
            self.grading.close()

    # ------------------------------------------------------------------------------------------------ telling

    def warn(self, text: str, title: str = "") -> None:
        """Tell something that stops nothing."""
        self.notify(text, title=title, severity="warning", timeout=8, markup=False)

    def fail(self, error: TflError) -> None:
        """Tell an error."""
        self.notify(str(error), severity="error", timeout=10, markup=False)

    def write_down(self, record: Record) -> None:
        """Change the progress, in whatever thread this is called, and tell what its learner must know."""
        try:
            notice = record().notice
        except TflError as error:
            if str(error) != str(self.unwritten):  # once, not at every step of a lesson
                self.call_later(self.fail, error)
            self.unwritten = error
        else:
            self.unwritten = None
            if notice:
                self.call_later(self.warn, notice)

    def keep(self, **choices: str) -> None:
        """Keep a setting."""
        if all(getattr(self.settings, name) == value for name, value in choices.items()):
            return
        self.settings = self.settings.model_copy(update=choices)
        if trouble := settings.save(self.settings):
            self.warn(trouble)

    def look(self) -> bool:
        """Whether the progress has changed since the last look."""
        try:
            changed = self.learner.look()
        except TflError as error:
            self.fail(error)
            return False
        if changed and self.learner.progress.notice:
            self.warn(self.learner.progress.notice)
        return changed

    def _renew(self) -> str:
        """Bring an older workspace up to date; what was done."""
        try:
            return self.learner.renew()
        except TflError as error:
            self.fail(error)
            return ""

    # ---------------------------------------------------------------------------------------------- the places

    def go(self, place: str) -> None:
        """Open the place that a command line names.  Tells when there is none of that name."""
        from tui import places

        try:
            places.find(self, place)()
        except TflError as error:
            self.fail(error)

    def show(self, screen: Screen[Any]) -> None:
        """Open a screen above the map; from a lesson to its exercise and back the stack does not grow."""
        while len(self.screen_stack) > 2 and type(screen) in map(type, self.screen_stack[1:]):
            self.pop_screen()
        if self.screen is screen:
            return
        if type(self.screen) is type(screen):
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def go_home(self) -> None:
        """Go back to the course map."""
        while len(self.screen_stack) > 2:
            self.pop_screen()

    def open_next(self, coming: Next) -> None:
        """Go on where one was."""
        if coming.what == "lesson":
            self.open_lesson(coming.stage, coming.step)
        else:
            self.open_exercise(str(coming.stage.exercise))

    def open_lesson(self, stage: Stage, step: int = 1) -> None:
        """A step (counted from 1) of a stage's lesson."""
        from tui.screens.lesson import LessonScreen

        lesson = self.learner.lesson(stage)
        if not lesson.steps:
            self.warn(f"The lesson “{stage.title}” is not written yet.")
            return
        self.show(LessonScreen(lesson, step))

    def open_exercise(self, id: str) -> None:
        """An exercise, by its id."""
        from tui.screens.exercise import ExerciseScreen

        if not self.learner.workspace:
            self.warn("There is no workspace here: make one with i on the course map.")
            return
        self.show(ExerciseScreen(self.learner.course.exercise(id)))

    def open_bench(self, name: str) -> None:
        """A bench by itself."""
        from tui.screens.bench import BenchScreen

        self.show(BenchScreen(name))

    def open_term(self, slug: str) -> None:
        """What a word means."""
        from tui.screens.term import TermScreen

        self.push_screen(TermScreen(slug))

    def action_runs(self, wanted: str = "") -> None:
        """The runs; `wanted`: the id of the one to choose."""
        from tui.screens.runs import RunsScreen

        self.show(RunsScreen(self.runs_dir, wanted))

    def action_train(self, strategy: str = "", layers: str = "") -> None:
        """The form for a training, or the one that is running: its screen stays when one leaves it."""
        from tui.screens.train import TrainScreen

        if not self.is_screen_installed("train"):
            self.install_screen(TrainScreen(self.runs_dir), "train")
        screen = self.get_screen("train", TrainScreen)
        self.show(screen)
        if strategy:
            self.call_after_refresh(screen.choose, strategy, layers)

    def action_compare(self) -> None:
        """The strategies side by side; the screen stays when one leaves it, as trainings for it go on."""
        from tui.screens.compare import CompareScreen

        if not self.is_screen_installed("compare"):
            self.install_screen(CompareScreen(self.runs_dir), "compare")
        self.show(self.get_screen("compare", CompareScreen))

    def action_class(self) -> None:
        """A class's results."""
        from tui.screens.classroom import ClassScreen

        if self.results:
            self.show(ClassScreen(self.results))

    def follow_link(self, target: str) -> None:
        """Open what a link of a text leads to."""
        address = urlsplit(target)
        if address.path.endswith("glossary.md"):
            self.open_term(address.fragment)
            return
        if address.scheme not in ("http", "https"):
            found = self.learner.course.lessons / address.path.removeprefix("../")
            target = found.as_uri()
        self.copy_to_clipboard(target)
        if self.has_windows:
            self.open_url(target)
        self.notify(target, title="Link (copied)", timeout=8, markup=False)

    @property
    def has_windows(self) -> bool:
        """Whether something else can be opened beside the app: a browser in the terminal would draw over it."""
        shown = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        return self.is_web or sys.platform == "darwin" or bool(shown)

    def open_pictures(self, pictures: Sequence[Path | str], folder: Path | str) -> None:
        """Open pictures where that is possible, and say where they are."""
        if self.has_windows and not self.is_web:
            for picture in pictures:
                self.open_url(Path(picture).absolute().as_uri())
        count = f"{len(pictures)} picture{'s' * (len(pictures) != 1)}"
        self.notify(f"{count} in {Path(folder).absolute()}", title="Pictures", markup=False)

    # -------------------------------------------------------------------------------------------- the processes

    @property
    def service(self) -> Service:
        """The process that computes for the benches: started when it is first needed, and anew where it has died."""
        if self._service is None or not self._service.alive:
            if self._service:
                self._service.close()
            self._service = Service(benches.TABLE)
        return self._service

    @cached_property
    def grading(self) -> "Grading":
        """The warm grader."""
        from tui.grading import Grading

        return Grading(self.learner.course)

    # ------------------------------------------------------------------------------------------------- the keys

    def action_help(self) -> None:
        from tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    def action_toggle_dark(self) -> None:
        self.theme = LIGHT if self.current_theme.dark else DARK

    def action_picture(self) -> None:
        """Save what the screen shows as an SVG picture."""
        try:
            SCREENSHOTS.mkdir(exist_ok=True)
            saved = self.save_screenshot(path=str(SCREENSHOTS))
        except OSError as error:
            self.warn(f"The picture cannot be saved in {SCREENSHOTS}/: {error.strerror}.")
        else:
            self.notify(saved, title="Picture saved", markup=False)

    # ------------------------------------------------------------------------------------------------- the rest

    def get_line_filters(self) -> Sequence[LineFilter]:
        filters = super().get_line_filters()
        return [_Styled(), *filters] if self.no_color else filters

    def _fatal_error(self) -> None:
        """What is left on the terminal after a bug: Textual's traceback under TFL_DEBUG only."""
        if os.environ.get("TFL_DEBUG"):
            return super()._fatal_error()
        reason = f"{type(self._exception).__name__}: {self._exception}"
        self._exit_renderables.append(
            Text(f"✗ Something went wrong inside tfl-tui: {reason}.  Run it again with TFL_DEBUG=1 to see where.")
        )
        self._close_messages_no_wait()
