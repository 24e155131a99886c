"""The app: its screens, the keys that work everywhere, and the one job that may run."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.app import App
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.filter import LineFilter
from textual.reactive import reactive

from tfl.jobs import Job
from tui.screens.help import HelpScreen
from tui.screens.runs import RunsScreen


class _Styled(LineFilter):
    """Gives a style to segments without one.

    textual-plot makes such, and Textual's own filter for NO_COLOR stumbles over them.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(text, style or Style.null(), control) for text, style, control in segments]


class TflApp(App[None]):
    """Runs and training in the terminal."""

    CSS_PATH = "app.tcss"
    TITLE = "tfl"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-wide")]  # noqa: RUF012 - Textual's own form
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-low"), (34, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("d", "toggle_dark", "Dark/light"),
        Binding("q", "quit", "Quit"),
    ]

    stopping = reactive(False)  # the job has been asked to end

    def __init__(self, runs_dir: Path, **settings: Any) -> None:
        super().__init__(**settings)
        self.runs_dir = runs_dir
        self.job: Job | None = None  # the training that is going on
        self.leaving = False  # the app closes when that has saved its work

    def on_mount(self) -> None:
        self.push_screen(RunsScreen(self.runs_dir))

    def on_unmount(self) -> None:
        if self.job:
            self.job.stop()

    async def action_quit(self) -> None:
        """Close; where a job is running, once it has saved its work.  A second time, at once."""
        if not self.job:
            self.exit()
            return
        self.leaving = True
        self.stop_job()

    def stop_job(self) -> None:
        """Ask the job to save its work and end; the second time, kill it."""
        if self.job:
            self.job.stop()
            self.stopping = True

    def job_ended(self) -> None:
        """The job has sent its last event."""
        self.job, self.stopping = None, False
        if self.leaving:
            self.exit()

    def get_line_filters(self) -> Sequence[LineFilter]:
        filters = super().get_line_filters()
        return [_Styled(), *filters] if self.no_color else filters

    def action_help(self) -> None:
        self.push_screen(HelpScreen())

    def action_toggle_dark(self) -> None:
        self.theme = "textual-light" if self.current_theme.dark else "textual-dark"

    def _fatal_error(self) -> None:
        """What is left on the terminal after a bug: Textual's traceback under TFL_DEBUG only."""
        if os.environ.get("TFL_DEBUG"):
            return super()._fatal_error()
        reason = f"{type(self._exception).__name__}: {self._exception}"
        self._exit_renderables.append(
            Text(f"✗ Something went wrong inside tfl-tui: {reason}.  Run it again with TFL_DEBUG=1 to see where.")
        )
        self._close_messages_no_wait()
