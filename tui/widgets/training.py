"""What a training says while it runs, and what came of it."""

from pathlib import Path
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tfl import events
from tfl.curves import overfits_from
from tfl.errors import EXIT_INTERRUPTED
from tfl.events import Event
from tfl.formats import duration, score
from tfl.runs import RunFolder, RunRecord
from tui.widgets.curves import Curves
from tui.widgets.paced import REDRAW
from tui.words import bar, wrong

NOTICES = 2  # that are shown, the last ones


class Training(Vertical):
    """Takes the events of one job after the other and draws them: a heading, a bar, figures, curves."""

    DEFAULT_CSS = """
    Training > Static { height: auto; max-height: 18; margin-bottom: 1; }
    """

    def __init__(self, runs_dir: Path) -> None:
        super().__init__()
        self.runs_dir = runs_dir
        self.begin()

    def compose(self) -> ComposeResult:
        yield Static()
        yield Curves()

    def on_mount(self) -> None:
        self._timer = self.set_interval(REDRAW, self._draw_if_seen, pause=True)
        self.watch(self.app, "stopping", self._note_stopping, init=False)

    def say(self, what: Content) -> None:
        """Show this in the place of a training."""
        self.query_one(Static).update(what)
        self.query_one(Curves).draw([], 0)

    def begin(self) -> None:
        """Forget the job before; the next one has been asked for."""
        self.heading, self.stage, self.outcome = "Starting a process for it …", "", Content()
        self.progress: events.Step | events.Progress | None = None
        self.notices: list[str] = []
        self.run = ""  # id of the run that trains now: the pre-training has its own
        self.history: list[dict[str, Any]] = []
        self.record: RunRecord | None = None
        self.stopping = False
        self.changed = True
        if self.is_mounted:
            self._timer.resume()
            self._draw()

    @property
    def brief(self) -> str:
        """How far it is, for a place with little room: `▸ full 42 %`."""
        told = self.progress
        done, total = (
            (told.step, told.steps) if isinstance(told, events.Step) else (told.done, told.total) if told else (0, 0)
        )
        share = f" {100 * done // total} %" if total else ""
        return f"▸ {self.heading.partition(' on ')[0]}{share}"

    def _note_stopping(self, stopping: bool) -> None:
        self.stopping, self.changed = stopping, True

    def take(self, event: Event) -> None:
        """The job has said something; it is drawn soon."""
        self.changed = True
        match event:
            case events.Started():
                self.heading = event.title
            case events.Stage():
                self.stage, self.progress = f"{event.name}: {event.detail}" if event.detail else event.name, None
            case events.Progress() | events.Step():
                self.progress = event
            case events.Epoch():
                if event.run != self.run:
                    self.run, self.history = event.run, []
                self.history.append(event.model_dump())
            case events.Notice():
                self.notices.append(event.text)
            case events.Result():
                self.record = RunRecord.model_validate(event.value["record"])
                # A run that was there already, or went on from a checkpoint, has epochs that nobody told of.
                self.history = RunFolder(self.runs_dir / self.record.id).history() or self.history
            case events.Finished() | events.Failed():
                self.progress, self.stage, self.stopping = None, "", False
                self.outcome = _outcome(event, self.record)
                self._timer.pause()
                self._draw()

    def _draw_if_seen(self) -> None:
        if self.screen.is_current:
            self._draw()

    def _draw(self) -> None:
        if not self.changed:
            return
        self.changed = False
        lines = [Content.styled(self.heading, "bold")]
        if self.stage:
            lines.append(Content.styled(f"▸ {self.stage}", "$text-primary"))
        if self.progress:
            lines += _progress(self.progress)
        if begins := overfits_from(self.history):
            note = f"! overfitting from epoch {begins}: validation loss rises, training loss falls"
            lines.append(Content.styled(note, "$text-warning"))
        lines += [Content.styled(f"! {notice}", "$text-warning") for notice in self.notices[-NOTICES:]]
        if self.stopping:
            lines.append(Content.styled("‖ saving its work …  once more: end it at once", "$text-warning"))
        if self.outcome:
            lines.append(self.outcome)
        self.query_one(Static).update(Content("\n").join(lines))
        self.query_one(Curves).draw(self.history, self.record.best_epoch if self.record else _best(self.history))


def _best(history: list[dict[str, Any]]) -> int:
    """The epoch with the lowest validation loss so far; 0 where that cannot be known."""
    known = [epoch for epoch in history if epoch["validation_loss"] is not None]
    if not known or history[0]["epoch"] != 1:
        return 0
    return min(known, key=lambda epoch: epoch["validation_loss"])["epoch"]


def _progress(told: events.Step | events.Progress) -> list[Content]:
    """A bar, and below it the figures."""
    if isinstance(told, events.Step):
        work, done, total = f"epoch {told.epoch}", told.step, told.steps
        figures = [f"loss {told.loss:.4f}", f"{told.examples_per_second:,.0f} ex/s"]
    else:
        work, done, total = told.stage, told.done, told.total
        figures = [f"{done:,} {told.unit}".rstrip()]
    if told.seconds_left is not None:
        figures.append(f"{duration(told.seconds_left)} left")
    drawn = (f"{bar(done, total)}  ", "$text-primary") if total else ""
    return [Content.assemble(drawn, work), Content(" · ".join(figures))]


def _outcome(last: events.Finished | events.Failed, record: RunRecord | None) -> Content:
    """How the job ended, and what one can do now."""
    if isinstance(last, events.Finished):
        accuracy = f" · test accuracy {score(record.test.accuracy)}" if record and record.test else ""
        done = (f"✓ finished in {duration(last.seconds)}", "bold $text-success")
        return Content.assemble(done, accuracy, "\nescape: see it among the runs")
    if last.exit_code == EXIT_INTERRUPTED:
        again = f"enter goes on with it.  {last.action}" if last.action else "enter starts it again"
        return Content.assemble(("‖ stopped", "bold $text-warning"), f"\n{again}")
    return wrong(f"{last.message}\n{last.action}".rstrip())
