"""An exercise: the task, its checks as the file is saved, hints, and what comes after passing."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from grader.marks import Mark, Verdict
from tfl import editors, watching
from tfl.course import Exercise
from tfl.errors import TflError
from tfl.workspace import Workspace
from tui import editing
from tui.screens.base import TflScreen
from tui.widgets.checks import Checks, findings, outcome
from tui.widgets.footer import Footer
from tui.widgets.source import Source
from tui.widgets.title import Title
from tui.widgets.too_small import TooSmall
from tui.words import short, wrong


class ExerciseScreen(TflScreen[None]):
    """Watches the learner's file: each save is checked, and the verdicts appear as they come."""

    CSS_PATH = "exercise.tcss"
    HELP = """An exercise.  Fill in the file in your editor (e opens it); each save is checked at once, c checks now.
h shows one hint more.  Once all checks have passed, g trains with your code and s compares it with the solution."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "Edit"),
        Binding("c", "check", "Check"),
        Binding("h", "hint", "Hint"),
        Binding("g", "grade", "Grade"),
        Binding("s", "solution", "Diff"),
        Binding("l", "lesson", "Lesson"),
        Binding("n", "next", "Next", show=False),
    ]

    @dataclass
    class Found(Message):
        """A verdict, or the mark at last."""

        what: Verdict | Mark
        source: str

    @dataclass
    class Saved(Message):
        """The file has another content."""

    @dataclass
    class Refused(Message):
        """There is no mark, for this reason."""

        error: TflError

    @dataclass
    class Ready(Message):
        """The grader is warm."""

        isolation: str

    def __init__(self, exercise: Exercise) -> None:
        super().__init__()
        self.exercise = exercise
        self.mark: Mark | None = None
        self.hints_shown = False  # in the place of the findings
        self.hints_seen = 0  # as far as this screen knows: what is written down comes back a moment later
        self._stop = threading.Event()
        self._checking = False
        self._again = False  # it was saved while it was being checked

    @property
    def workspace(self) -> Workspace:
        """The learner's."""
        workspace = self.home.learner.workspace
        assert workspace, "an exercise is opened in a workspace only"
        return workspace

    @property
    def passed(self) -> bool:
        """Whether every check passed once."""
        return self.home.learner.progress.exercise(self.exercise.id).passed

    def compose(self) -> ComposeResult:
        yield Title(f"Exercise {self.exercise.id.removeprefix('exercise')}", self.exercise.title)
        with Vertical(id="task"):
            yield Static(Content(self.exercise.task))
            yield Static(self._file(), id="file")
        yield Static("Warming up the grader …", id="status")
        with Container(id="body"):
            yield Checks(self.exercise)
            with VerticalScroll(id="findings"):
                yield Static()
            yield Source()
        yield Footer()
        yield TooSmall()

    def _file(self) -> Content:
        return Content.assemble(
            ("file  ", "$foreground 60%"), (short(self.workspace.path(self.exercise)), "$text-warning")
        )

    def on_mount(self) -> None:
        self.rest()
        self._tell_points()
        self.watch_file(watching.saved(self.workspace.path(self.exercise), self._stop))
        self.prepare()

    def on_unmount(self) -> None:
        self._stop.set()

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self._show_source)

    def rest(self) -> None:
        self.query_one(Checks).focus()

    # ------------------------------------------------------------------------------------------------ checking

    @work(thread=True)
    def watch_file(self, saves: Iterator[bytes]) -> None:
        """Tell of each save."""
        for _ in saves:
            self.post_message(self.Saved())

    @work(thread=True)
    def prepare(self) -> None:
        """Warm up the grader; then check what is there, unless it is the untouched stub or has passed already."""
        try:
            isolation = self.home.grading.warm()
        except TflError as error:
            self.post_message(self.Refused(error))
        else:
            self.post_message(self.Ready(isolation))

    def on_exercise_screen_ready(self, message: Ready) -> None:
        if "landlock" not in message.isolation:
            self.home.warn(f"Submissions are walled in by {message.isolation}: only check files that you trust.")
        path = self.workspace.path(self.exercise)
        try:
            source = self.home.grading.read(path, self.exercise).source
        except TflError:
            self.action_check()  # which tells what is wrong with it
            return
        if self.workspace.is_finished(self.exercise, source, self.home.learner.progress):
            checks = self.query_one(Checks)
            checks.known = {check.id for check in self.exercise.checks}
            checks.draw()
            self._status(Content.styled("✓ This file has passed already; c checks it again.", "$text-success"))
        elif self.workspace.untouched(self.exercise):
            self._status(Content("Save the file to have it checked; e opens it in your editor."))
        else:
            self.action_check()

    def on_exercise_screen_saved(self) -> None:
        self._show_source()
        self.action_check()

    def action_check(self) -> None:
        """Check the file as it is now."""
        if self._checking:
            self._again = True
            return
        self._checking = True
        self._status(Content.styled("… checking", "$text-primary"))
        self.run_checks()

    @work(thread=True)
    def run_checks(self) -> None:
        """Ask the grader, and pass on what it says."""
        grading = self.home.grading
        try:
            submission = grading.read(self.workspace.path(self.exercise), self.exercise)
            for found in grading.check(self.exercise, submission):
                if isinstance(found, Mark):
                    self.home.write_down(partial(self.workspace.record_mark, found, submission.source))
                self.post_message(self.Found(found, submission.source))
        except TflError as error:
            self.post_message(self.Refused(error))

    def on_exercise_screen_found(self, message: Found) -> None:
        checks = self.query_one(Checks)
        if isinstance(message.what, Verdict):
            checks.take(message.what)
            if checks.chosen and checks.chosen.id == message.what.id:
                self._show_findings()
            return
        self.mark = mark = message.what
        self.home.look()
        self._tell_points()
        checks.choose_first_trouble()
        self.hints_shown = self.hints_shown and not mark.passed
        self._show_findings()
        self._status(outcome(mark))
        self._checked()

    def on_exercise_screen_refused(self, message: Refused) -> None:
        self.mark = None
        self.query_one(Checks).forget()
        self._status(wrong(str(message.error)))
        self._checked()

    def _checked(self) -> None:
        self._checking = False
        self.refresh_bindings()
        if self._again:
            self._again = False
            self.action_check()

    # ------------------------------------------------------------------------------------------------- drawing

    def _status(self, content: Content) -> None:
        self.query_one("#status", Static).update(content)

    def _tell_points(self) -> None:
        done = self.home.learner.progress.exercise(self.exercise.id)
        best = done.best.score if done.best else 0
        sign = "✓ " if done.passed else ""
        self.title_bar.state(f"{sign}{best} of {self.exercise.points} points")

    def on_option_list_option_highlighted(self) -> None:
        self.hints_shown = False
        self._show_findings()

    def _show_findings(self) -> None:
        checks = self.query_one(Checks)
        if self.hints_shown or not checks.chosen:
            return
        box = self.query_one("#findings", VerticalScroll)
        box.scroll_home(animate=False)
        box.query_one(Static).update(findings(checks.chosen, checks.verdicts.get(checks.chosen.id)))
        self._show_source()

    def _show_source(self) -> None:
        """The file beside the findings, where there is room for it."""
        source = self.query_one(Source)
        if source.display:
            text = self._read()
            source.show(self.workspace.path(self.exercise), text, self._line(text))

    def _read(self) -> str:
        """The file, "" where it cannot be read."""
        try:
            return self.workspace.path(self.exercise).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""

    def _line(self, text: str) -> int | None:
        """Where the chosen check went wrong, or the first thing is still to be written."""
        checks = self.query_one(Checks)
        verdict = checks.verdicts.get(checks.chosen.id) if checks.chosen else None
        return editors.failed_at(verdict.trace if verdict else ()) or editors.to_write(text)

    # ------------------------------------------------------------------------------------------------- the keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("grade", "solution", "next"):
            return self.passed
        return not self.passed if action == "hint" else True

    def action_edit(self) -> None:
        """Open the file in an editor, at the line where there is something to do."""
        path = self.workspace.path(self.exercise)
        if trouble := editing.edit(self.app, path, self._line(self._read()), self.home.settings.editor):
            self.home.warn(trouble)
        self.refresh()

    def action_hint(self) -> None:
        """Show the hints seen so far, and one more each time after the first look."""
        seen, hints = self.home.learner.progress.exercise(self.exercise.id).hints, self.exercise.hints
        seen = max(seen, self.hints_seen)
        self.hints_seen = count = min(len(hints), seen + 1 if self.hints_shown or not seen else seen)
        self.home.write_down(partial(self.workspace.record_hint, self.exercise, count))
        self.home.look()
        self.hints_shown = True
        lines = []
        for number, hint in enumerate(hints[:count], start=1):
            lines += [Content.styled(f"Hint {number} of {len(hints)}", "bold $text-accent"), Content(hint), Content()]
        more = "h shows one more; ↑ ↓ goes back to the checks" if count < len(hints) else "These are all."
        lines.append(Content.styled(more, "$foreground 60%"))
        box = self.query_one("#findings", VerticalScroll)
        box.query_one(Static).update(Content("\n").join(lines))
        self.call_after_refresh(box.scroll_end, animate=False)

    def action_grade(self) -> None:
        """Train with the learner's code."""
        from tui.screens.grade import GradeScreen

        self.app.push_screen(GradeScreen(self.exercise))

    def action_solution(self) -> None:
        """The learner's file beside the reference."""
        from tui.screens.diff import DiffScreen

        self.app.push_screen(DiffScreen(self.exercise))

    def action_lesson(self) -> None:
        stage = self.home.learner.course.stage_of(self.exercise)
        place = self.home.learner.progress.lesson
        self.home.open_lesson(stage, place.step if place and place.stage == stage.id else 1)

    def action_next(self) -> None:
        """Go on to the stage behind this one."""
        stages = self.home.learner.course.stages
        stage = self.home.learner.course.stage_of(self.exercise)
        if stage.number < len(stages):
            following = stages[stage.number]
            if self.home.learner.lesson(following).steps:
                self.home.open_lesson(following)
            elif following.exercise:
                self.home.open_exercise(following.exercise)
        else:
            self.home.go_home()
