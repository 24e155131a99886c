"""One training: choose a strategy, start it, watch it learn."""

import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.validation import Integer
from textual.widgets import Button, Checkbox, Footer, Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from tfl import corpora
from tfl.config import config
from tfl.events import Event, Failed, Finished
from tfl.jobs import Job
from tui.strategies import STRATEGIES
from tui.widgets.curves import Curves
from tui.widgets.too_small import TooSmall
from tui.widgets.training import Training
from tui.words import wrong

if TYPE_CHECKING:
    from tui.app import TflApp

SEED = Integer(minimum=0, failure_description="The seed is a whole number, 0 or more.")
LABELS = Integer(minimum=8, failure_description="Labels: a whole number, 8 or more; empty for all of them.")
DIGITS = "[0-9]*"


class TrainScreen(Screen[str]):
    """A form on the left, the training on the right.  Closes with the id of the run that came out."""

    CSS_PATH = "train.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "back", "Back"),
        Binding("escape,c", "cancel", "Stop and save", key_display="c"),
        ("m", "measure", "Loss/accuracy"),
    ]

    @dataclass
    class Told(Message):
        """The job has said something."""

        event: Event

    def __init__(self, runs_dir: Path) -> None:
        super().__init__()
        self.runs_dir = runs_dir

    @property
    def home(self) -> "TflApp":
        """The app, which knows whether a job is running."""
        return cast("TflApp", self.app)

    def compose(self) -> ComposeResult:
        yield Static(Content.assemble(("tfl", "bold $text-accent"), "  train"), id="title")
        with Horizontal(id="body"):
            with Vertical(id="form"):
                yield Static("strategy", classes="caption")
                yield OptionList(*(Option(name, id=name) for name in STRATEGIES))
                with Horizontal(classes="field"):
                    yield Label("seed")
                    yield Input("0", id="seed", compact=True, validators=SEED, restrict=DIGITS)
                with Horizontal(classes="field"):
                    yield Label("labels")
                    yield Input(
                        placeholder="all",
                        id="labels",
                        compact=True,
                        validators=LABELS,
                        restrict=DIGITS,
                        valid_empty=True,
                    )
                yield Checkbox("sample (synthetic)", id="sample", compact=True)
                yield Button("Train  ⏎", id="start", compact=True, variant="primary")
            yield Training(self.runs_dir)
        yield Footer()
        yield TooSmall()

    def on_mount(self) -> None:
        here = corpora.default_pair() == "real"
        sample = self.query_one("#sample", Checkbox)
        sample.value, sample.disabled = not here, not here  # the only corpus, where the real ones are missing
        self.query_one(OptionList).highlighted = list(STRATEGIES).index("full")

    # ------------------------------------------------------------------------------------------------- the form

    @on(OptionList.OptionHighlighted)
    def explain(self) -> None:
        """Say what the strategies do, above all the chosen one."""
        if self.home.job:
            return
        chosen = self.query_one(OptionList).highlighted
        lines = [Content("Choose a strategy and press enter.\n")]
        for place, (name, summary) in enumerate(STRATEGIES.items()):
            style = "bold $text-accent" if place == chosen else "dim"
            lines += [Content.styled(name, style), Content.styled(f"  {summary}", "" if place == chosen else "dim")]
        if self.query_one("#sample", Checkbox).disabled:
            lines.append(Content.styled("\nOnly the sample is here. More: tfl data fetch", "$text-warning"))
        self.query_one(Training).say(Content("\n").join(lines))

    @on(OptionList.OptionSelected)
    @on(Input.Submitted)
    @on(Button.Pressed)
    def start(self) -> None:
        """Start what the form asks for, or say what is wrong with it."""
        if self.home.job:
            return
        for field in self.query(Input):
            found = field.validate(field.value)
            if found and not found.is_valid:
                field.focus()
                return self.query_one(Training).say(wrong(" ".join(found.failure_descriptions)))
        self.home.job = job = Job("train", self._request())
        self.follow(job)
        self.query_one(Training).begin()
        self._lock_form(True)

    def _request(self) -> dict[str, Any]:
        """The job's request.  It goes on from where an earlier training was stopped, if one was."""
        strategy = list(STRATEGIES)[self.query_one(OptionList).highlighted or 0]
        pair = "sample" if self.query_one("#sample", Checkbox).value else "real"
        seed, labels = (self.query_one(name, Input).value for name in ("#seed", "#labels"))
        asked = config(strategy=strategy, pair=pair, seed=int(seed), labels=int(labels) if labels else None)
        command = ["tfl", "train", strategy, "--corpus", pair, "--seed", seed]
        command += [*(["--labels", labels] if labels else []), "--runs-dir", str(self.runs_dir), "--resume"]
        return {
            "config": asked.model_dump(mode="json"),
            "resume": True,
            "runs_dir": str(self.runs_dir),
            "threads": max(1, (os.cpu_count() or 1) - 1),  # the screen needs one too
            "continue": shlex.join(command),
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
        self.query_one(Training).take(message.event)
        if isinstance(message.event, Finished | Failed):
            self.home.job_ended()
            self._lock_form(False)
            self.query_one(OptionList).focus()

    # ------------------------------------------------------------------------------------------------- the keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("back", "cancel"):
            return bool(self.home.job) == (action == "cancel")
        return self.has_class("-low") if action == "measure" else True

    def on_resize(self) -> None:
        self.call_after_refresh(self.refresh_bindings)  # the breakpoints' classes are set by then

    def action_back(self) -> None:
        record = self.query_one(Training).record
        self.dismiss(record.id if record else None)

    def action_cancel(self) -> None:
        self.home.stop_job()

    def action_measure(self) -> None:
        self.query_one(Curves).switch()
