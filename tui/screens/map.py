"""The course map: every stage with its state, what is in it, and what comes next."""

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tfl.errors import TflError
from tfl.standing import Next, Standing
from tui.screens.base import TflScreen
from tui.widgets.footer import Footer
from tui.widgets.title import Title
from tui.widgets.too_small import TooSmall
from tui.words import STATES, bar, plural, wrong

if TYPE_CHECKING:
    from tui.widgets.prose_view import ProseView

SECONDS = 1.0  # between two looks at the progress
MUCH = 1_000  # columns: as many as a title wants


class MapScreen(TflScreen[None]):
    """The home of the app."""

    CSS_PATH = "map.tcss"
    HELP = """The stages of the course, and on the right what the chosen one holds.
Enter goes on inside the chosen stage: first its lesson, then its exercise.  n goes on where you were last."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False),
        Binding("enter", "open", "Open", key_display="⏎"),
        Binding("n", "next", "Next"),
        Binding("l", "lesson", "Lesson"),
        Binding("x", "exercise", "Exercise"),
        Binding("r", "app.runs", "Runs"),
        Binding("c", "app.compare", "Compare"),
        Binding("i", "make_workspace", "Workspace"),
    ]

    _stays: "ProseView | None" = None  # of the lesson: made when it is first shown
    standings: reactive[list[Standing]] = reactive(list, init=False)

    def compose(self) -> ComposeResult:
        yield Title(self.home.learner.course.title)
        with Horizontal(id="body"):
            with Vertical(id="stages"):
                yield OptionList()
                yield Static(id="next")
            with VerticalScroll(id="stage"):
                with Vertical(id="lesson"):
                    yield Static(id="about")
                yield Static(id="task")
        yield Footer()
        yield TooSmall()

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self.home.look()
        self.read()
        self.set_interval(SECONDS, self.look)

    def rest(self) -> None:
        self.query_one(OptionList).focus()

    def leave(self) -> None:
        """There is nothing behind the map."""

    @work(thread=True, exclusive=True)
    def read(self) -> None:
        """Read the lessons, which takes longer than the first picture may."""
        try:
            standings = self.home.learner.standings()
        except TflError as error:
            self.app.call_from_thread(self.query_one("#about", Static).update, wrong(str(error)))
        else:
            self.app.call_from_thread(self.set_reactive_standings, standings)

    def set_reactive_standings(self, standings: list[Standing]) -> None:
        """Show how far the stages have come."""
        self.standings = standings

    def look(self) -> None:
        """Show what has changed meanwhile, here or by another tfl."""
        if self.is_current and self.standings and self.home.look():
            self.standings = self.home.learner.standings()

    def on_screen_resume(self) -> None:
        if self.standings:
            self.home.look()
            self.standings = self.home.learner.standings()

    # ------------------------------------------------------------------------------------------------ the list

    def watch_standings(self, standings: list[Standing]) -> None:
        options = self.query_one(OptionList)
        first = not options.option_count
        place = options.highlighted
        coming = self.home.learner.next()
        if first and coming:
            place = coming.stage.number - 1
        with self.app.batch_update():
            options.clear_options()
            options.add_options(Option(self._row(standing, coming), id=standing.stage.id) for standing in standings)
            options.highlighted = place or 0
        self._tell(coming)
        self.refresh_bindings()

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self._redraw)

    def _redraw(self) -> None:
        if self.standings:
            self.watch_standings(self.standings)

    def _row(self, standing: Standing, coming: Next | None) -> Content:
        """A stage in one line, or in two where there is room."""
        width = self.query_one(OptionList).scrollable_content_region.width
        stage = standing.stage
        glyph, colour = STATES[standing.state]
        points = f"{standing.points}/{standing.max_points}" if standing.max_points else ""
        room = max(10, width - len(points) - 9)
        title = Content(stage.title).truncate(room, ellipsis=True)
        is_next = coming is not None and coming.stage.id == stage.id
        line = Content.assemble(
            ("▸" if is_next else " ", "bold $text-accent"),
            (f"{glyph} ", colour),
            (f"{stage.number:>2}  ", "$foreground 60%"),
            title.stylize("bold" if is_next else ""),
            " " * (room - title.cell_length + 1),
            (points, "$text-success" if standing.points == standing.max_points else "$foreground 80%"),
        )
        if self.has_class("-low") or self.has_class("-short"):
            return line
        parts = [f"lesson {standing.read} of {standing.steps}" if standing.steps else "lesson not written yet"]
        if stage.exercise:
            parts.append(stage.exercise)
        return Content.assemble(line, ("\n       " + " · ".join(parts), "$foreground 60%"))

    def _tell(self, coming: Next | None) -> None:
        points, most = sum(s.points for s in self.standings), sum(s.max_points for s in self.standings)
        self.title_bar.state(f"{points} of {most} points")
        learner = self.home.learner
        if not learner.workspace:
            return self.query_one("#next", Static).update(
                Content.from_markup(
                    "[$text-warning]No workspace here:[/] nothing is kept, and there are no files to fill in.\n"
                    "Press [b $text-accent]i[/] to make one in [b]$folder[/b].",
                    folder=learner.start.name or "/",
                )
            )
        passed = sum(standing.state == "passed" for standing in self.standings)
        drawn = Content.styled(
            f"{bar(passed, len(self.standings))}  {passed} of {len(self.standings)} stages", "$primary"
        )
        self.query_one("#next", Static).update(Content.assemble(drawn, "\n", self._coming(coming)))

    def _coming(self, coming: Next | None) -> Content:
        if coming is None:
            return Content.styled("✓ You have passed the whole course.", "bold $text-success")
        what = (
            f"lesson {coming.stage.number}, step {coming.step}"
            if coming.what == "lesson"
            else str(coming.stage.exercise)
        )
        return Content.assemble(("n ", "bold $text-accent"), ("goes on with ", "$foreground 60%"), what)

    # --------------------------------------------------------------------------------------------- the details

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        standing = self.standings[event.option_index]
        self.query_one("#about", Static).update(self._about(standing))
        self.query_one("#task", Static).update(self._about_exercise(standing))
        self._show_what_stays(standing)
        self.query_one("#stage").scroll_home(animate=False)
        self.refresh_bindings()

    def _about(self, standing: Standing) -> Content:
        """A stage and the steps of its lesson."""
        stage = standing.stage
        lesson = self.home.learner.lesson(stage)
        lines = [
            Content.styled(f"Stage {stage.number}", "$foreground 60%"),
            Content.styled(stage.title, "bold $text-accent"),
        ]
        if lesson.goal:
            lines += [Content(lesson.goal)]
        low = self.has_class("-low")
        if low and stage.exercise:  # below the steps nobody would see that there is one
            name = f"Exercise {stage.exercise.removeprefix('exercise')}  "
            points = (f"{standing.points} of {standing.max_points} points", "$foreground 60%")
            lines += [Content(), Content.assemble((name, "bold"), points)]
        else:
            lines.append(Content())
        read = f"{standing.read} of {plural(standing.steps, 'step')}" if standing.steps else ""
        lines.append(Content.assemble(("Lesson  ", "bold"), (read, "$foreground 60%")))
        room = self.query_one("#stage").scrollable_content_region.width - 2 if low else MUCH
        for number, step in enumerate(lesson.steps, start=1):
            done = number <= standing.read
            look = "$foreground 60%" if done else ""
            title = Content(step.title).truncate(room, ellipsis=True).stylize(look)
            lines.append(Content.assemble(("✓ " if done else "○ ", "$text-success" if done else look), title))
        if not lesson.steps:
            lines.append(Content.styled("This lesson is not written yet.", "$foreground 60%"))
        return Content("\n").join(lines)

    def _show_what_stays(self, standing: Standing) -> None:
        """The end of a lesson that is read, where there is room beside the exercise."""
        wanted = self.has_class("-vast") and not standing.lesson_left
        text = self.home.learner.lesson(standing.stage).summary.partition("\n## ")[0] if wanted else ""
        if self._stays is None and text:
            from tui.widgets.prose_view import ProseView  # Markdown: the first picture does without

            self._stays = ProseView(id="stays")
            self.query_one("#lesson").mount(self._stays)
        if self._stays:
            self._stays.display = bool(text)
            self._stays.show(text)

    def _about_exercise(self, standing: Standing) -> Content:
        """The exercise of a stage: what it asks, how far it has come, and its checks where there is room."""
        exercise = self.home.learner.exercise(standing.stage)
        if not exercise:
            return Content()
        glyph, colour = STATES[standing.state if standing.points or standing.state == "passed" else "not started"]
        lines = [
            Content.assemble((f"Exercise {exercise.id.removeprefix('exercise')}  ", "bold"), exercise.title),
            Content(exercise.task),
            Content.assemble((f"{glyph} ", colour), f"{standing.points} of {standing.max_points} points"),
        ]
        begun = self.home.learner.progress.exercises.get(exercise.id)
        if begun and (begun.attempts or begun.hints):
            known = [plural(begun.attempts, "attempt"), plural(begun.hints, "hint") + " seen"]
            lines.append(Content.styled(" · ".join(known), "$foreground 60%"))
        if begun and begun.given_up:
            lines.append(Content.styled("The solution was shown before it was passed.", "$foreground 60%"))
        if self.has_class("-vast"):
            passed = begun.best.checks if begun and begun.best else []
            lines.append(Content())
            for check in exercise.checks:
                done = check.id in passed or standing.state == "passed"
                sign = ("✓ ", "$text-success") if done else ("○ ", "$foreground 60%")
                lines.append(Content.assemble(sign, check.title))
        return Content("\n").join(lines)

    # ------------------------------------------------------------------------------------------------- the keys

    @property
    def chosen(self) -> Standing | None:
        """The stage that is highlighted."""
        place = self.query_one(OptionList).highlighted
        return self.standings[place] if place is not None and self.standings else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "make_workspace":
            return self.home.learner.workspace is None
        if action in ("exercise", "lesson", "next"):
            if not (standing := self.chosen):
                return None
            if action == "exercise":
                return (bool(standing.stage.exercise) or None) if self.home.learner.workspace else False
        return True

    def on_option_list_option_selected(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Go on inside the chosen stage."""
        if not (standing := self.chosen):
            return
        if standing.stage.exercise and not standing.lesson_left:
            self.action_exercise()
        else:
            self.action_lesson()

    def action_next(self) -> None:
        """Go on where one was."""
        if coming := self.home.learner.next():
            self.home.open_next(coming)

    def action_lesson(self) -> None:
        if standing := self.chosen:
            first = standing.read + 1 if standing.lesson_left else 1
            place = self.home.learner.progress.lesson
            if place and place.stage == standing.stage.id:
                first = place.step
            self.home.open_lesson(standing.stage, first)

    def action_exercise(self) -> None:
        if (standing := self.chosen) and standing.stage.exercise:
            self.home.open_exercise(standing.stage.exercise)

    def action_make_workspace(self) -> None:
        """Make a workspace in the folder where the app was started."""
        try:
            made = self.home.learner.make_workspace()
        except TflError as error:
            self.notify(str(error), title="No workspace", severity="error", markup=False)
            return
        self.notify(f"{made.folder} holds the exercises now.", title="Workspace", markup=False)
        self.standings = self.home.learner.standings()
        self._redraw()  # they may be the same as before
