"""One training: choose a strategy, start it, watch it learn."""

from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Input, OptionList

from tfl.errors import TflError
from tfl.events import Event, Failed, Finished
from tfl.strategies import STRATEGIES
from tui.jobs import BUSY, threads
from tui.screens.job import JobScreen
from tui.widgets.curves import Curves
from tui.widgets.footer import Footer
from tui.widgets.form import TrainingForm
from tui.widgets.title import Title
from tui.widgets.too_small import TooSmall
from tui.widgets.training import Training
from tui.words import wrong


class TrainScreen(JobScreen):
    """A form on the left, the training on the right.  It goes on while one looks at other screens."""

    CSS_PATH = "train.tcss"
    HELP = "A training in a process of its own.  c stops it and saves its work; esc leaves it running."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "cancel", "Stop and save"),
        Binding("m", "measure", "Loss/accuracy"),
    ]

    def __init__(self, runs_dir: Path) -> None:
        super().__init__()
        self.runs_dir = runs_dir

    def compose(self) -> ComposeResult:
        yield Title("Train")
        with Horizontal(id="body"):
            yield TrainingForm(id="form")
            yield Training(self.runs_dir)
        yield Footer()
        yield TooSmall()

    def on_mount(self) -> None:
        self.rest()

    def rest(self) -> None:
        self.query_one(OptionList).focus()

    def choose(self, strategy: str, layers: str) -> None:
        """Fill in the form, unless its training is running."""
        if not self.is_mine:
            self.query_one(TrainingForm).choose(strategy, layers)

    # ------------------------------------------------------------------------------------------------- the form

    @on(OptionList.OptionHighlighted)
    def explain(self) -> None:
        """Say what the strategies do, above all the chosen one."""
        if self.is_mine:
            return
        form = self.query_one(TrainingForm)
        lines = [Content("Choose a strategy and press enter.\n")]
        for strategy in STRATEGIES.values():
            chosen = strategy is form.strategy
            lines.append(Content.styled(strategy.name, "bold $text-accent" if chosen else "dim"))
            lines.append(Content.styled(f"  {strategy.summary}", "" if chosen else "dim"))
        if form.only_sample:
            lines.append(Content.styled("\nOnly the sample is here. More: tfl data fetch", "$text-warning"))
        self.query_one(Training).say(Content("\n").join(lines))

    @on(OptionList.OptionSelected)
    @on(Input.Submitted)
    @on(Button.Pressed)
    def start(self) -> None:
        """Start what the form asks for, or say what is wrong with it."""
        if self.is_mine:
            return
        training, form = self.query_one(Training), self.query_one(TrainingForm)
        if self.home.job:
            return training.say(wrong(BUSY.format(self.home.busy)))
        if trouble := form.trouble():
            return training.say(wrong(trouble))
        try:
            request = self._request(form)
        except TflError as error:
            return training.say(wrong(str(error)))
        self.launch("train", request)
        training.begin()
        self._lock_form(True)

    def _request(self, form: TrainingForm) -> dict[str, Any]:
        """The job's request.  It goes on from where an earlier training was stopped, if one was."""
        return {
            "config": form.asked().model_dump(mode="json"),
            "resume": True,
            "runs_dir": str(self.runs_dir),
            "threads": threads(),
            "continue": form.command(self.runs_dir),
        }

    def _lock_form(self, locked: bool) -> None:
        self.query_one("#form").disabled = locked
        self.refresh_bindings()

    # -------------------------------------------------------------------------------------------------- the job

    @property
    def brief(self) -> str:
        return self.query_one(Training).brief

    def hear(self, event: Event) -> None:
        training = self.query_one(Training)
        training.take(event)
        if isinstance(event, Finished | Failed):
            self.home.newest_run = training.record.id if training.record else ""
            self._lock_form(False)
            if self.is_current:
                self.rest()
            else:
                self.notify(training.outcome.plain, title="Training", timeout=10, markup=False)

    # ------------------------------------------------------------------------------------------------- the keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.has_class("-low") if action == "measure" else super().check_action(action, parameters)

    def action_measure(self) -> None:
        self.query_one(Curves).switch()
