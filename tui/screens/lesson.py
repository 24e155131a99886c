"""A lesson, a step at a time, with the bench that belongs to it beside the text."""

from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tfl.lessons import Lesson, Question, Step
from tui.screens.base import TflScreen
from tui.widgets import benches
from tui.widgets.footer import Footer
from tui.widgets.prose_view import ProseView
from tui.widgets.question import Given, QuestionView
from tui.widgets.title import Title
from tui.widgets.too_small import TooSmall

KINDS = {
    "why": "why it matters",
    "idea": "the idea",
    "code": "in code",
    "try": "try it",
    "data": "on the real data",
    "question": "a question",
    "exercise": "your turn",
    "mistakes": "common mistakes",
    "deeper": "go deeper",
    "summary": "what stays",
}


class LessonScreen(TflScreen[None]):
    """Keeps which step is read, and every answer."""

    CSS_PATH = "lesson.tcss"
    HELP = """A lesson in small steps.  → goes on, ← goes back, ↑ and ↓ scroll.  Underlined words open their meaning:
click them, or press g for a list of the step's words and links.  Where there is a bench, b shows it or puts it away."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,enter", "step(1)", "Next", key_display="→"),
        Binding("left", "step(-1)", "Step back", key_display="←", show=False),
        Binding("space", "page", "Page down, then next step", show=False),
        Binding("b", "bench", "Bench"),
        Binding("g", "words", "Words"),
        Binding("x", "exercise", "Exercise"),
    ]

    def __init__(self, lesson: Lesson, step: int = 1) -> None:
        """`step`: which one to open, counted from 1."""
        super().__init__()
        self.lesson = lesson
        self.number = max(1, min(step, len(lesson.steps)))
        self.bench = ""  # whose bench is there
        self._answers: dict[str, Given] = {}  # given here: they may not be on the disk yet

    @property
    def step(self) -> Step:
        """The step that is open."""
        return self.lesson.steps[self.number - 1]

    def compose(self) -> ComposeResult:
        yield Title(f"Stage {self.lesson.stage.number}", self.lesson.stage.title)
        with Horizontal(id="body"):
            with VerticalScroll(id="page"):
                yield Static(id="head")
                yield ProseView(id="text")
                yield Vertical(id="questions")
                yield Static(id="try")
            yield Vertical(id="bench")
        yield Footer()
        yield TooSmall()

    async def on_mount(self) -> None:
        self.rest()
        await self.show()

    def rest(self) -> None:
        self.query_one("#page").focus()

    # ------------------------------------------------------------------------------------------------- the step

    async def show(self) -> None:
        """Show the step that is open, and note that it is read."""
        self.home.look()
        step, count = self.step, len(self.lesson.steps)
        dots = "".join("●" if n < self.number else "◉" if n == self.number else "○" for n in range(1, count + 1))
        self.title_bar.state(Content.assemble((dots, "$accent"), f"  {self.number} of {count}"))
        kind = KINDS.get(step.kind, step.kind)
        lines = [Content.styled(kind, "$foreground 60%")]
        if step.goal:
            lines.append(Content.assemble(("Goal  ", "bold"), step.goal))
        if not step.text.lstrip().startswith("# "):
            lines.append(Content.styled(step.title, "bold $text-accent"))
        lines += self._predictions(step)
        self.query_one("#head", Static).update(Content("\n\n").join(lines))
        self.query_one("#text", ProseView).show(step.text)
        self.query_one("#try", Static).update(self._try(step))
        self.query_one("#page").scroll_home(animate=False)
        questions = self.query_one("#questions", Vertical)
        with self.app.batch_update():
            await questions.remove_children()
            await questions.mount_all(
                QuestionView(one, self._given(one.id), self.keep_answer) for one in step.questions
            )
        await self._place_bench(step.bench)
        self.refresh_bindings()
        if workspace := self.home.learner.workspace:
            self.home.writer.write(partial(workspace.record_step, self.lesson.stage.id, self.number))

    def _predictions(self, step: Step) -> list[Content]:
        """What was predicted of the numbers that a step shows, beside what was measured."""
        lines = []
        for question in self.lesson.predicted(step):
            given = self._given(question.id)
            if given is not None and question.number is not None:
                unit = f" {question.unit}".rstrip()
                told = f"You predicted {given:g}{unit}; measured: {question.measured}."
                lines.append(Content.assemble((f"{question.text}\n", "$foreground 60%"), (told, "bold")))
        return lines

    def _given(self, id: str) -> Any:
        """What was answered before."""
        if id in self._answers:
            return self._answers[id]
        progress = self.home.learner.progress
        known = progress.answers.get(id) or progress.predictions.get(id)
        return known.answer if known else None

    def _try(self, step: Step) -> Content:
        lines = []
        if step.command:
            lines.append(Content.assemble(("In plain text  ", "$foreground 60%"), (step.command, "$text-warning")))
        if step.bench and self.has_class("-wide"):
            lines.append(Content.assemble(("b ", "bold $text-accent"), "opens the bench to play with"))
        if step.kind == "exercise" and self.lesson.stage.exercise:
            lines.append(Content.assemble(("x ", "bold $text-accent"), f"opens {self.lesson.stage.exercise}"))
        if self.number == len(self.lesson.steps):
            lines.append(Content.styled("→ goes on to what comes next", "$foreground 60%"))
        return Content("\n").join([Content(), *lines]) if lines else Content()

    async def _place_bench(self, name: str) -> None:
        """Put the step's bench beside the text; it stays while the next steps have the same one."""
        self.set_class(bool(name), "-has-bench")
        if not name:
            self.remove_class("-bench")
        if name == self.bench:
            return
        self.bench = name
        holder = self.query_one("#bench")
        await holder.remove_children()
        if name:
            await holder.mount(benches.make(name))

    def keep_answer(self, question: Question, given: Given, right: bool | None) -> None:
        """Write an answer down."""
        self._answers[question.id] = given
        if workspace := self.home.learner.workspace:
            record = workspace.record_prediction if question.kind == "number" else workspace.record_answer
            self.home.writer.write(partial(record, question.id, given, right))

    # ------------------------------------------------------------------------------------------------- the keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "step":
            return self.number > 1 if parameters == (-1,) else True
        if action == "bench":
            return bool(self.step.bench)
        if action == "exercise":
            return bool(self.lesson.stage.exercise)
        if action == "words":
            return bool(self.query_one("#text", ProseView).prose.links)
        return True

    async def action_step(self, by: int) -> None:
        """Another step; behind the last one comes what is next on the way."""
        if self.number + by > len(self.lesson.steps):
            self._go_on()
            return
        self.number += by
        self.rest()
        await self.show()

    def _go_on(self) -> None:
        stages = self.home.learner.course.stages
        after = [stage for stage in stages if stage.number == self.lesson.stage.number + 1]
        exercise = self.lesson.stage.exercise
        if exercise and not self.home.learner.progress.exercise(exercise).passed and self.home.learner.workspace:
            self.home.open_exercise(exercise)
        elif after:
            self.home.open_lesson(after[0])
        else:
            self.home.go_home()

    async def action_page(self) -> None:
        page = self.query_one("#page", VerticalScroll)
        if page.scroll_y >= page.max_scroll_y:
            await self.action_step(1)
        else:
            page.scroll_page_down()

    def action_bench(self) -> None:
        """On a narrow screen the bench takes the place of the text; on a broad one it comes and goes beside it."""
        self.toggle_class("-bench")
        if self.query_one("#bench").display:
            self._focus_bench()
        else:
            self.rest()

    def _focus_bench(self) -> None:
        for widget in self.query_one("#bench").query("*"):
            if widget.focusable:
                widget.focus()
                return

    def action_words(self) -> None:
        """A list of the words and links of the step."""
        from tui.screens.links import LinksScreen

        links = self.query_one("#text", ProseView).prose.links
        if links:
            self.app.push_screen(LinksScreen(links), lambda target: self.action_link(target) if target else None)

    def action_exercise(self) -> None:
        if self.lesson.stage.exercise:
            self.home.open_exercise(self.lesson.stage.exercise)

    def leave(self) -> None:
        if self.has_class("-wide") and self.has_class("-bench"):
            self.action_bench()
        else:
            super().leave()
