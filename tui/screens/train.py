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

from tfl import corpora, events
from tfl.config import config
from tfl.errors import EXIT_INTERRUPTED
from tfl.events import Event
from tfl.jobs import Job
from tfl.runs import RunFolder, RunRecord
from tui.strategies import STRATEGIES
from tui.widgets.curves import Curves
from tui.widgets.too_small import TooSmall
from tui.words import bar, duration, score

if TYPE_CHECKING:
    from tui.app import TflApp

REDRAW = 0.2  # seconds between two drawings while a job runs

SEED = Integer(minimum=0, failure_description="The seed is a whole number, 0 or more.")
LABELS = Integer(minimum=8, failure_description="Labels: a whole number, 8 or more; empty for all of them.")


class TrainScreen(Screen[str]):
    """A form on the left, what the job says on the right.  Closes with the id of the run that came out."""

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
        self.run = ""  # id of the run that trains now: the pre-training has its own
        self.history: list[dict[str, Any]] = []
        self.heading, self.stage, self.outcome = "", "", Content()
        self.notices: list[str] = []
        self.progress: events.Step | events.Progress | None = None
        self.record: RunRecord | None = None
        self.stopping = self.changed = False

    @property
    def home(self) -> "TflApp":
        return cast("TflApp", self.app)

    # ------------------------------------------------------------------------------------------------- the form

    def compose(self) -> ComposeResult:
        yield Static(Content.assemble(("tfl", "bold $text-accent"), "  train"), id="title")
        with Horizontal(id="body"):
            with Vertical(id="form"):
                yield Static("strategy", classes="caption")
                yield OptionList(*(Option(name, id=name) for name in STRATEGIES))
                with Horizontal(classes="field"):
                    yield Label("seed")
                    yield Input("0", id="seed", compact=True, validators=SEED, restrict="[0-9]*")
                with Horizontal(classes="field"):
                    yield Label("labels")
                    yield Input(
                        id="labels",
                        placeholder="all",
                        compact=True,
                        validators=LABELS,
                        valid_empty=True,
                        restrict="[0-9]*",
                    )
                yield Checkbox("sample (synthetic)", id="sample", compact=True)
                yield Button("Train  ⏎", id="start", compact=True, variant="primary")
            with Vertical(id="training"):
                yield Static(id="told")
                yield Curves()
        yield Footer()
        yield TooSmall()

    def on_mount(self) -> None:
        here = corpora.default_pair() == "real"
        sample = self.query_one("#sample", Checkbox)
        sample.value, sample.disabled = not here, not here  # the only corpus, where the real ones are missing
        self.query_one(OptionList).highlighted = list(STRATEGIES).index("full")
        self.redraw = self.set_interval(REDRAW, self._draw, pause=True)

    @on(OptionList.OptionHighlighted)
    def explain(self) -> None:
        """Say what the strategies do, the chosen one first of all."""
        if self.home.job:
            return
        chosen = self.query_one(OptionList).highlighted
        lines = [Content("Choose a strategy and press enter.\n")]
        for place, (name, summary) in enumerate(STRATEGIES.items()):
            style = "bold $text-accent" if place == chosen else "dim"
            lines += [Content.styled(name, style), Content.styled(f"  {summary}", "" if place == chosen else "dim")]
        if self.query_one("#sample", Checkbox).disabled:
            lines.append(Content.styled("\nOnly the sample is here. More: tfl data fetch", "$text-warning"))
        self._tell(Content("\n").join(lines))
        self.query_one(Curves).draw([], 0)

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
                return self._tell(_wrong(" ".join(found.failure_descriptions)))
        self.history, self.notices, self.progress, self.record = [], [], None, None
        self.run, self.stage, self.outcome, self.stopping = "", "", Content(), False
        self.heading = "Starting …"
        self.home.job = job = Job("train", self._request())
        self.follow(job)
        self._lock_form(True)

    def _request(self) -> dict[str, Any]:
        """The job's request.  It goes on from where an earlier training was stopped, if one was."""
        options = self.query_one(OptionList)
        strategy = list(STRATEGIES)[options.highlighted or 0]
        pair = "sample" if self.query_one("#sample", Checkbox).value else "real"
        seed, labels = (self.query_one(name, Input).value for name in ("#seed", "#labels"))
        asked = config(strategy=strategy, pair=pair, seed=int(seed), labels=int(labels) if labels else None)
        command = ["tfl", "train", strategy, "--corpus", pair, "--seed", seed]
        command += [*(["--labels", labels] if labels else []), "--runs-dir", str(self.runs_dir), "--resume"]
        return {
            "config": asked.model_dump(mode="json"),
            "resume": True,
            "runs_dir": str(self.runs_dir),
            "threads": max(1, (os.cpu_count() or 1) - 1),  # this screen needs one too
            "continue": shlex.join(command),
        }

    def _lock_form(self, locked: bool) -> None:
        self.query_one("#form").disabled = locked
        self.redraw.resume() if locked else self.redraw.pause()
        self.changed = True
        self._draw()
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
        self.changed = True
        match message.event:
            case events.Started() as started:
                self.heading = started.title
            case events.Stage() as stage:
                self.stage, self.progress = f"{stage.name}: {stage.detail}" if stage.detail else stage.name, None
            case events.Progress() | events.Step() as progress:
                self.progress = progress
            case events.Epoch() as epoch:
                if epoch.run != self.run:
                    self.run, self.history = epoch.run, []
                self.history.append(epoch.model_dump())
            case events.Notice() as notice:
                self.notices.append(notice.text)
            case events.Result() as result:
                self.record = RunRecord.model_validate(result.value["record"])
                # A run that was there already, or went on from a checkpoint, has epochs that nobody told of.
                self.history = RunFolder(self.runs_dir / self.record.id).history() or self.history
            case events.Finished() | events.Failed() as last:
                self._end(last)

    def _end(self, last: events.Finished | events.Failed) -> None:
        self.progress = None
        if isinstance(last, events.Finished):
            test = self.record.test if self.record else None
            self.outcome = Content.assemble(
                (f"✓ finished in {duration(last.seconds)}", "bold $text-success"),
                f" · test accuracy {score(test.accuracy)}" if test else "",
                "\nescape: see it among the runs",
            )
        elif last.exit_code == EXIT_INTERRUPTED:
            self.outcome = Content.assemble(
                ("‖ stopped; its work is saved", "bold $text-warning"), f"\nenter goes on.  {last.action}"
            )
        else:
            self.outcome = _wrong(f"{last.message}\n{last.action}")
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
        self.dismiss(self.record.id if self.record else None)

    def action_cancel(self) -> None:
        """Ask the job to save its work and end; the second time, kill it."""
        if self.home.job:
            self.home.job.stop()
            self.stopping = self.changed = True

    def action_measure(self) -> None:
        self.query_one(Curves).switch()

    # ------------------------------------------------------------------------------------------------- drawing

    def _draw(self) -> None:
        if not (self.changed or self.home.leaving):
            return
        self.changed = False
        lines = [Content.styled(self.heading, "bold")]
        if self.stage and not self.outcome:
            lines.append(Content.styled(f"▸ {self.stage}", "$text-primary"))
        if self.progress:
            lines += _progress(self.progress)
        lines += [Content.styled(f"! {notice}", "$text-warning") for notice in self.notices[-2:]]
        if self.home.job and (self.stopping or self.home.leaving):
            lines.append(Content.styled("‖ saving its work … once more: end it at once", "$text-warning"))
        if self.outcome:
            lines.append(self.outcome)
        self._tell(Content("\n").join(lines))
        self.query_one(Curves).draw(self.history, self.record.best_epoch if self.record else _best(self.history))

    def _tell(self, what: Content) -> None:
        self.query_one("#told", Static).update(what)


def _best(history: list[dict[str, Any]]) -> int:
    """The epoch with the lowest validation loss so far; 0 where that cannot be known."""
    known = [epoch for epoch in history if epoch["validation_loss"] is not None]
    if not known or history[0]["epoch"] != 1:
        return 0
    return min(known, key=lambda epoch: epoch["validation_loss"])["epoch"]


def _progress(told: events.Step | events.Progress) -> list[Content]:
    """A bar, and below it the figures."""
    if isinstance(told, events.Step):
        done, total = told.step, told.steps
        figures = [f"epoch {told.epoch}", f"loss {told.loss:.4f}", f"{told.examples_per_second:,.0f} ex/s"]
    else:
        done, total = told.done, told.total
        figures = [told.stage, f"{done:,} {told.unit}".rstrip()]
    if told.seconds_left is not None:
        figures.append(f"{duration(told.seconds_left)} left")
    drawn = [Content.styled(bar(done, total), "$text-primary")] if total else []
    return [*drawn, Content(" · ".join(figures))]


def _wrong(text: str) -> Content:
    return Content.styled(f"✗ {text}", "$text-error")
