"""One training: choose a strategy, start it, watch it learn."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Footer, Input, OptionList

from tfl.errors import TflError
from tfl.events import Event, Failed, Finished
from tfl.jobs import Job
from tfl.strategies import STRATEGIES
from tui.screens.base import TflScreen
from tui.widgets.curves import Curves
from tui.widgets.form import TrainingForm
from tui.widgets.title import Title
from tui.widgets.too_small import TooSmall
from tui.widgets.training import Training
from tui.words import wrong


class TrainScreen(TflScreen[None]):
    """A form on the left, the training on the right.  It goes on while one looks at other screens."""

    CSS_PATH = "train.tcss"
    HELP = "A training in a process of its own.  c stops it and saves its work; esc leaves it running."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "cancel", "Stop and save"),
        Binding("m", "measure", "Loss/accuracy"),
    ]

    @dataclass
    class Told(Message):
        """The job has said something."""

        event: Event

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
        """Fill in the form, unless a training is running."""
        if not self.home.job:
            self.query_one(TrainingForm).choose(strategy, layers)

    # ------------------------------------------------------------------------------------------------- the form

    @on(OptionList.OptionHighlighted)
    def explain(self) -> None:
        """Say what the strategies do, above all the chosen one."""
        if self.home.job:
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
        if self.home.job:
            return
        training, form = self.query_one(Training), self.query_one(TrainingForm)
        if trouble := form.trouble():
            return training.say(wrong(trouble))
        try:
            request = self._request(form)
        except TflError as error:
            return training.say(wrong(str(error)))
        self.home.job = job = Job("train", request)
        self.follow(job)
        training.begin()
        self._lock_form(True)

    def _request(self, form: TrainingForm) -> dict[str, Any]:
        """The job's request.  It goes on from where an earlier training was stopped, if one was."""
        return {
            "config": form.asked().model_dump(mode="json"),
            "resume": True,
            "runs_dir": str(self.runs_dir),
            "threads": max(1, (os.cpu_count() or 1) - 1),  # the screen needs one too
            "continue": form.command(self.runs_dir),
        }

    def _lock_form(self, locked: bool) -> None:
        self.query_one("#form").disabled = locked
        self.refresh_bindings()

    # -------------------------------------------------------------------------------------------------- the job

    @work(thread=True)
    def follow(self, job: Job) -> None:
        """Pass on what the job says, to its end."""
        try:
            for event in job:
                self.post_message(self.Told(event))
        finally:
            job.close()

    def on_train_screen_told(self, message: Told) -> None:
        training = self.query_one(Training)
        training.take(message.event)
        self.home.busy = training.brief
        if isinstance(message.event, Finished | Failed):
            self.home.busy = ""
            self.home.newest_run = training.record.id if training.record else ""
            self.home.job_ended()
            self._lock_form(False)
            if self.is_current:
                self.rest()
            else:
                self.notify(training.outcome.plain, title="Training", timeout=10, markup=False)

    # ------------------------------------------------------------------------------------------------- the keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "cancel":
            return bool(self.home.job)
        return self.has_class("-low") if action == "measure" else True

    def action_cancel(self) -> None:
        self.home.stop_job()

    def action_measure(self) -> None:
        self.query_one(Curves).switch()
