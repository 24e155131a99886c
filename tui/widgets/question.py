"""One question of a lesson: choose an answer or type a number, and read why."""

from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tfl.lessons import Question
from tui.prose import parse
from tui.widgets.prose_view import ProseView

Given = int | list[int] | float
Keep = Callable[[Question, Given, bool | None], None]  # the last one: whether it is right, None where nobody knows


class Answers(OptionList):
    """The answers to choose from.

    A list scrolls to its sides with the keys that turn a lesson's pages; these must go on turning them.  What is
    chosen is told by a call, as the app's end would overtake a message.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "screen.step(1)", "Next", key_display="→"),
        Binding("left", "screen.step(-1)", "Step back", key_display="←", show=False),
    ]

    def __init__(self, choose: Callable[[int], None]) -> None:
        super().__init__()
        self._choose = choose

    def action_select(self) -> None:
        if self.highlighted is not None:
            self._choose(self.highlighted)


class Prediction(Input):
    """A number to type.  It is told by a call, too."""

    def __init__(self, value: str, keep: Callable[[str], None]) -> None:
        super().__init__(value, type="number", placeholder="your prediction", compact=True)
        self._keep = keep

    async def action_submit(self) -> None:
        self._keep(self.value)


class QuestionView(Vertical):
    """Shows what was answered before, too."""

    HELP = """A question.  Enter chooses an answer; where several may be right, enter marks them and the last line
checks.  Each answer is explained, and you may answer again."""
    DEFAULT_CSS = """
    QuestionView {
        height: auto;
        margin: 1 0 0 0;
        padding: 0 0 0 1;
        border-left: thick $accent;
        & > OptionList { height: auto; max-height: 12; margin-top: 1; }
        & > Input { margin-top: 1; width: 24; }
        & > #feedback { height: auto; margin-top: 1; display: none; }
        & > .hint { color: $foreground 60%; height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "mark", "Choose", show=False)]

    def __init__(self, question: Question, given: Any, keep: Keep) -> None:
        """`given`: what was answered before, None for nothing; `keep` is called with each answer."""
        super().__init__()
        self.question, self._keep = question, keep
        self.given = given
        self.marked: set[int] = set(given) if isinstance(given, list) else set()

    def compose(self) -> ComposeResult:
        yield ProseView(self.question.text)
        if self.question.kind == "number":
            unit = f", in {self.question.unit}" if self.question.unit else ""
            kept = "" if self.given is None else f"{self.given:g}"
            yield Prediction(kept, self._predict)
            yield Static(f"Predict the number{unit} before you look; enter keeps it.", classes="hint")
        else:
            yield Answers(self._choose)
            if self.question.kind == "multiple":
                yield Static("Several may be right: enter marks, the last line checks.", classes="hint")
        yield ProseView(id="feedback")

    def on_mount(self) -> None:
        self._list()
        if self.given is not None:
            self._tell(self.given)

    def _list(self) -> None:
        if self.question.kind == "number":
            return
        options = self.query_one(OptionList)
        place = options.highlighted
        width = max(20, (options.size.width or 60) - 5)
        options.clear_options()
        for index, answer in enumerate(self.question.answers):
            options.add_option(Option(self._answer(index, answer.text, answer.right, width)))
        if self.question.kind == "multiple":
            options.add_option(Option(Content.styled("  ⏎ check these answers", "$text-accent")))
        options.highlighted = place

    def on_resize(self) -> None:
        self._list()

    def _answer(self, index: int, text: str, right: bool, width: int) -> Content:
        given = self.given if isinstance(self.given, list) else [self.given]
        if self.question.kind == "multiple":
            sign, look = ("▣", "bold") if index in self.marked else ("□", "")
        elif index in given:
            sign, look = ("✓", "bold $text-success") if right else ("✗", "bold $text-error")
        else:
            sign, look = "○", ""
        lines = parse(text).lay_out(width).split("\n")
        return Content.assemble((f"{sign} ", look), Content("\n  ").join(lines).stylize_before(look))

    # ----------------------------------------------------------------------------------------------- answering

    def _choose(self, place: int) -> None:
        """A line was chosen: an answer, or the one behind them that checks several."""
        if self.question.kind == "single":
            self._take(place)
        elif place == len(self.question.answers):
            self._take(sorted(self.marked))
        else:
            self.marked ^= {place}
            self._list()

    def action_mark(self) -> None:
        if self.question.kind != "number":
            self.query_one(OptionList).action_select()

    def _predict(self, typed: str) -> None:
        try:
            self._take(self.question.understood(float(typed)))
        except ValueError:
            self._show("Type a number.")

    def _take(self, given: Given) -> None:
        self.given = given
        known = self.question.kind != "number" or self.question.number is not None
        self._keep(self.question, given, self.question.feedback(given).right if known else None)
        self._list()
        self._tell(given)

    def _tell(self, given: Any) -> None:
        """Explain an answer; a prediction stands beside the result."""
        feedback = self.question.feedback(given)
        glyph = "✓" if feedback.right else "✗"
        text = feedback.text
        if self.question.kind == "number" and self.question.number is not None:
            unit = f" {self.question.unit}" if self.question.unit else ""
            text = f"You predicted **{given:g}**{unit}; measured: **{self.question.number:.3g}**{unit}.\n\n{text}"
        elif "\n" in text:
            text = "\n".join(f"- {line}" for line in text.splitlines())
            text = f"{'All right.' if feedback.right else 'Not yet.'}\n\n{text}"
        if self.question.kind != "number" or self.question.number is not None:
            text = f"**{glyph}** {text}"
        self._show(text)

    def _show(self, text: str) -> None:
        told = self.query_one("#feedback", ProseView)
        told.show(text)
        told.display = True
        self.call_after_refresh(told.scroll_visible, animate=False)
