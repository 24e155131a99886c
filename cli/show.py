"""What the commands print: events as they come, tables, failures.

Standard output carries what was asked for; what went wrong goes to standard error.  On a terminal a live bar
shows how far the work has come.  Anywhere else there are plain lines: no colours, no bars, nothing cut off.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from json import dumps
from typing import Any, Literal

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from tfl.errors import EXIT_FAILED, EXIT_OK
from tfl.events import (
    Epoch,
    Event,
    Failed,
    Finished,
    Graded,
    Notice,
    Result,
    RunFinished,
    Stage,
    Started,
    Step,
    encode,
)
from tfl.events import Progress as Progressed
from tfl.formats import duration, score
from tfl.printable import defused, printable
from tfl.runs import RunRecord

PLAIN_WIDTH = 200  # columns where no terminal limits them
UNLIMITED = 100_000  # of a table there
GAP = 3  # between the columns of a table

EPOCH_HEADER = "epoch   train loss  accuracy   validation loss  accuracy   seconds"


def console(stderr: bool = False) -> Console:
    """A console for standard output or standard error, as they are now."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PLAIN_WIDTH
    return Console(stderr=stderr, width=width, markup=False, highlight=False, soft_wrap=True)


def line(text: str, bold: bool = False) -> None:
    """Print one line of text as it is."""
    console().print(text, style="bold" if bold else "")


def code(source: str) -> None:
    """Print Python: coloured on a terminal, exactly as it is anywhere else."""
    out = console()
    if out.is_terminal and not out.no_color:
        from rich.syntax import Syntax

        out.print(Syntax(source, "python", theme="ansi_dark", background_color="default"))
    else:
        print(source, end="")


def print_json(value: object) -> None:
    """Print a value as indented JSON."""
    print(dumps(value, indent=2, ensure_ascii=False))


def failure(message: str, action: str = "", trace: str = "") -> None:
    """Say on standard error what went wrong and what to do; the trace only under --debug."""
    err = console(stderr=True)
    if trace and os.environ.get("TFL_DEBUG"):
        err.print(trace.rstrip(), style="dim")
    err.print("✗", style="bold red", end=" ")
    err.print(defused(f"{message} {action}".strip()))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[str] = (), keys: int = 0) -> None:
    """Print rows under their column names; the columns named in `right` hold numbers.

    Where a terminal is too narrow for it, cells are folded; with `keys`, the table comes in pieces instead, each with
    the first `keys` columns, so that no number and no name is broken.  Without a terminal every row is one line.
    """
    out = console()
    cells = [["–" if cell is None else str(cell) for cell in row] for row in rows]
    cells = [row + [""] * (len(columns) - len(row)) for row in cells]
    if not (terminal := out.is_terminal):
        out.width = UNLIMITED
    for number, places in enumerate(pieces(columns, cells, out.width, keys) if terminal else [range(len(columns))]):
        shown = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
        for place in places:
            justify: Literal["left", "right"] = "right" if columns[place] in right else "left"
            shown.add_column(columns[place], justify=justify, overflow="fold", no_wrap=place < keys)
        for row in cells:
            shown.add_row(*(row[place] for place in places))
        if number:
            out.print("")
        if terminal:
            out.print(shown, soft_wrap=False)
            continue
        with out.capture() as captured:
            out.print(shown, soft_wrap=False)
        print("\n".join(text.rstrip() for text in captured.get().splitlines()))


def pieces(columns: Sequence[str], cells: Sequence[Sequence[str]], width: int, keys: int) -> Iterator[Sequence[int]]:
    """Which columns stand beside each other in `width` columns: all of them, or `keys` and as many more as fit."""
    widths = [max(map(len, column)) + GAP for column in zip(columns, *cells, strict=True)]
    room = width - sum(widths[:keys]) + GAP
    if not keys or sum(widths[keys:]) <= room:
        yield range(len(columns))
        return
    chosen: list[int] = []
    for place in range(keys, len(columns)):
        if chosen and sum(widths[i] for i in chosen) + widths[place] > room:
            yield [*range(keys), *chosen]
            chosen = []
        chosen.append(place)
    yield [*range(keys), *chosen]


def follow(
    events: Iterable[Event],
    json: bool = False,
    quiet: bool = False,
    show_result: Callable[[dict[str, Any]], None] | None = None,
) -> int:
    """Print a job's events until it ends; returns the exit code.

    json: each event as one JSON line, and nothing else.  quiet: only what the user should not miss.
    show_result: called with the value of the job's Result, once the bar is gone.
    """
    view: _JsonView | _View = _JsonView() if json else _View(quiet)
    last: Event | None = None
    result: Result | None = None
    speaks = os.environ.get("RANK", "0") == "0"  # of torchrun's processes only the first
    try:
        for last in events:
            if speaks:
                view.show(last)
            if isinstance(last, Result):
                result = last
    finally:
        view.close()
    if isinstance(last, Failed):
        if not json:
            failure(last.message, last.action, last.trace)
        return last.exit_code
    if result and show_result and not json:
        show_result(result.value)
    return EXIT_OK if isinstance(last, Finished) else EXIT_FAILED


class _JsonView:
    """Events as lines of JSON."""

    def show(self, event: Event) -> None:
        print(encode(event), flush=True)

    def close(self) -> None:
        pass


class _View:
    """Events for people: lines that stay, and below them on a terminal one live bar."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet
        self.out = console()
        self.run = ""  # whose epochs the last header stands above
        self.told = ("", 0)  # the work that plain lines last told of, and how many quarters of it
        self.live = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[figures]}", style="dim"),
            console=self.out,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            disable=quiet or not self.out.is_terminal or self.out.is_dumb_terminal,
        )
        self.task = self.live.add_task("", visible=False, figures="")
        self.live.start()

    def close(self) -> None:
        self.live.stop()

    def show(self, event: Event) -> None:
        if isinstance(event, Notice):
            self.line(f"! {event.text}", style="yellow")
        elif self.quiet:
            return
        match event:
            case Started():
                self.line(event.title, style="bold")
            case Stage():
                self.live.update(self.task, visible=False)
                self.line(f"▸ {event.name}" + (f": {event.detail}" if event.detail else ""), style="cyan")
            case Progressed():
                self.bar(event.stage, event.done, event.total, _figures(event))
            case Step():
                self.bar(f"{event.run} epoch {event.epoch}", event.step, event.steps, _figures(event))
            case Epoch():
                self.epoch(event)
            case Graded():
                self.line(graded(event), style="" if event.score is not None and not event.flags else "yellow")
            case RunFinished():
                self.line(f"✓ {summary(RunRecord.model_validate(event.record))}", style="green")
            case Finished():
                self.line(f"Done in {duration(event.seconds)}.")

    def line(self, text: str, style: str = "") -> None:
        self.out.print(text, style=style, soft_wrap=not self.out.is_terminal)  # a terminal would break words

    def bar(self, work: str, done: int, total: int, figures: str) -> None:
        if self.live.disable:
            return self.quarters(work, done, total, figures)
        self.live.update(
            self.task, description=work, completed=done, total=total or None, figures=figures, visible=True
        )

    def quarters(self, work: str, done: int, total: int, figures: str) -> None:
        """Without a terminal: a line whenever another quarter is done."""
        quarters = 4 * done // total if total else 0
        if quarters and (work, quarters) != self.told:
            self.line(f"  {work}: {100 * done // total} %  {figures}")
        self.told = (work, quarters)

    def epoch(self, event: Epoch) -> None:
        if event.run != self.run:
            self.run = event.run
            self.line(f"{event.run}\n{EPOCH_HEADER}", style="bold")
        train = f"{event.train_loss:10.4f}  {score(event.train_accuracy):>8}"
        validation = f"{score(event.validation_loss, 4):>15}  {score(event.validation_accuracy):>8}"
        self.line(f"{event.epoch:5}   {train}   {validation}   {event.seconds:7.1f}")


def graded(event: Graded) -> str:
    """One line on a submission of a class."""
    points = "no mark" if event.score is None else f"{event.score:3} / {event.max_score}"
    told = [f"{printable(event.student, 40):<24} {event.exercise:<10} {points:>8}  {duration(event.seconds):>6}"]
    return "  ".join([*told, *(printable(flag, 200) for flag in event.flags)])


def summary(record: RunRecord) -> str:
    """One line on what came out of a run."""
    facts = [f"best epoch {record.best_epoch} of {record.epochs_run}"] if record.epochs_run else []
    facts.append(duration(record.seconds))
    if record.test and record.test_interval:
        low, high = map(score, record.test_interval)
        facts.insert(0, f"test accuracy {score(record.test.accuracy)} (95 %: {low} to {high})")
    return f"{record.id} on {record.corpus}: {', '.join(facts)}"


def run(result: dict[str, Any]) -> None:
    """Print the result of the jobs `train` and `pretrain`: what came of a run, and where it is."""
    record = RunRecord.model_validate(result["record"])
    line(f"\n{record.strategy} on {record.corpus}, seed {record.seed}", bold=True)
    if result["reused"]:
        line("It was finished already; --again trains it anew.")
    facts = [("labels", f"{record.labels:,}")] if record.labels else []
    if record.source_kind:
        facts.append(("pre-training on", record.source_kind))
    facts.append(("trainable", f"{record.parameters_trainable:,} of {record.parameters_total:,} parameters"))
    facts.append(("training", duration(record.seconds)))
    if record.train and record.validation:
        gap = record.train.accuracy - record.validation.accuracy
        facts.append(("train accuracy", score(record.train.accuracy)))
        facts.append(("validation accuracy", f"{score(record.validation.accuracy)}, gap {gap:+.3f}"))
    if record.test and record.test_interval:
        low, high = map(score, record.test_interval)
        facts.append(("test accuracy", f"{score(record.test.accuracy)}, 95 %: {low} to {high}"))
    facts += [("note", note) for note in record.notes]
    facts.append(("folder", result["folder"]))
    facts.append(("curves", result["curves"]))
    table(["", ""], [fact for fact in facts if fact[1]])


def _figures(event: Step | Progressed) -> str:
    if isinstance(event, Step):
        parts = [f"loss {event.loss:.4f}", f"{event.examples_per_second:,.0f} ex/s"]
    else:
        total = f"/{event.total:,}" if event.total else ""
        parts = [f"{event.done:,}{total} {event.unit}".rstrip()]
        if event.rate is not None:
            slow = event.rate < 1  # a training or so
            parts.append(f"{60 * event.rate:.1f} {event.unit}/min" if slow else f"{event.rate:,.0f} {event.unit}/s")
    if event.seconds_left is not None:
        parts.append(f"{duration(event.seconds_left)} left")
    return " · ".join(parts)
