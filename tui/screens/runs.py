"""The runs on this machine: a list, and beside it what one of them is and how it learned."""

import asyncio
from pathlib import Path
from typing import ClassVar, NamedTuple

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tfl import runs
from tfl.curves import overfits_from
from tfl.errors import RunError
from tfl.formats import duration, score
from tfl.runs import Damaged, RunFolder, RunRecord
from tui.screens.base import TflScreen
from tui.widgets.curves import OVERLAID, Curves
from tui.widgets.footer import Footer
from tui.widgets.title import Title
from tui.widgets.too_small import TooSmall
from tui.words import GLYPHS, plural, wrong

SECONDS = 1.0  # between two looks at the disk
SETTLE = 0.12  # seconds a choice must last before its curves are drawn, which takes longer than a key repeats
COLUMNS = 33  # of a line in the list

EMPTY = """\
[b]No runs yet[/b] in $folder.

Press [b $text-accent]t[/] to train a first one here, or in a shell:

[$text-accent]tfl train full --corpus sample[/]
  one strategy on the built-in sample (synthetic)

[$text-accent]tfl compare --corpus sample[/]
  every strategy, side by side

They appear here by themselves."""

Run = RunRecord | Damaged


class Shelf(NamedTuple):
    """The runs folder as it was seen last: newest first, damaged ones at the end."""

    stamps: list[tuple[object, ...]]
    runs: list[Run]


class RunsScreen(TflScreen[None]):
    """Follows the runs folder: what another process trains shows up here too."""

    CSS_PATH = "runs.tcss"
    HELP = """The runs on this machine, newest first.  Space lays the validation curves of several runs over each
other, each with a letter.  A run that another tfl trains shows up by itself."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "train", "Train"),
        Binding("space", "overlay", "Overlay", key_display="␣"),
        Binding("m", "measure", "Loss/accuracy"),
        Binding("c", "app.compare", "Compare", show=False),
    ]

    def __init__(self, runs_dir: Path, wanted: str = "") -> None:
        super().__init__()
        self.runs_dir = runs_dir
        self.shelf = Shelf([], [])
        self.chosen = ""  # id of the run whose details are shown
        self.wanted = wanted  # id of one that will be chosen as soon as it is seen
        self.overlaid: list[str] = []  # ids of the runs whose curves are laid over each other
        self._settling: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Title("Runs", f"{self.runs_dir}/")
        with Horizontal(id="body"):
            with Vertical(id="list"):
                yield Static(f"  {'run':<{COLUMNS - 15}}test accuracy", classes="caption")
                yield OptionList()
            with Vertical(id="run"):
                yield Static(id="facts")
                yield Curves()
        yield Static(Content.from_markup(EMPTY, folder=str(self.runs_dir)), id="empty")
        yield Footer()
        yield TooSmall()

    def on_mount(self) -> None:
        self.rest()
        self._watch_disk()

    def on_screen_resume(self) -> None:
        if self.home.newest_run:
            self.wanted, self.home.newest_run = self.home.newest_run, ""
            self._show_list()

    def rest(self) -> None:
        self.query_one(OptionList).focus()

    @work
    async def _watch_disk(self) -> None:
        while True:
            if self.is_current:
                await self.look()
            await asyncio.sleep(SECONDS)

    async def look(self) -> None:
        """Read again what has changed on disk, without holding up the screen, and show it."""
        stamps = await asyncio.to_thread(_stamps, self.runs_dir)
        if stamps != self.shelf.stamps or not self.has_class("-looked"):
            self.shelf = Shelf(stamps, await asyncio.to_thread(_read, self.runs_dir))
            self._show_list()
        self.add_class("-looked")

    def _show_list(self) -> None:
        self.set_class(not self.shelf.runs, "-empty")
        options = self.query_one(OptionList)
        ids = [run.id for run in self.shelf.runs]
        if self.wanted in ids:
            self.chosen, self.wanted = self.wanted, ""
        place = ids.index(self.chosen) if self.chosen in ids else 0
        with self.app.batch_update():
            options.clear_options()
            options.add_options(Option(_row(run, self._letter(run)), id=run.id) for run in self.shelf.runs)
            options.highlighted = place if ids else None
        self.title_bar.state(plural(len(ids), "run"))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        run = self.shelf.runs[event.option_index]
        self.chosen = run.id
        self.query_one("#facts", Static).update(_facts(run))
        if self._settling:
            self._settling.stop()
        self._settling = self.set_timer(SETTLE, self._draw_curves)

    def _draw_curves(self) -> None:
        run = next(run for run in self.shelf.runs if run.id == self.chosen)
        curves = self.query_one(Curves)
        curves.display = isinstance(run, RunRecord)
        if isinstance(run, Damaged):
            return
        if self.overlaid:
            self._draw_overlay()
            return
        try:
            history = RunFolder(self.runs_dir / run.id).history()
            curves.draw(history, run.best_epoch)
            if begins := overfits_from(history):
                note = Content.styled(
                    f"! overfitting from epoch {begins}: validation loss rises, training loss falls", "$text-warning"
                )
                self.query_one("#facts", Static).update(Content.assemble(_facts(run), "\n", note))
        except RunError as error:
            curves.display = False
            self.query_one("#facts", Static).update(Content.assemble(_facts(run), "\n", wrong(str(error))))

    # ------------------------------------------------------------------------------------- several runs at once

    def _letter(self, run: Run) -> str:
        """The letter of a run that is laid over others."""
        return "ABCDEF"[self.overlaid.index(run.id)] if run.id in self.overlaid else ""

    def action_overlay(self) -> None:
        """Lay the chosen run's validation curve over the others', or take it away."""
        if self.chosen in self.overlaid:
            self.overlaid.remove(self.chosen)
        elif len(self.overlaid) == OVERLAID:
            self.home.warn(f"{OVERLAID} curves are as many as can be told apart.")
        elif any(run.id == self.chosen and isinstance(run, RunRecord) for run in self.shelf.runs):
            self.overlaid.append(self.chosen)
        self._show_list()

    def _draw_overlay(self) -> None:
        histories = {}
        for number, id in enumerate(self.overlaid):
            try:
                histories["ABCDEF"[number]] = RunFolder(self.runs_dir / id).history()
            except RunError as error:
                self.home.fail(error)
        self.query_one(Curves).overlay(histories)

    # ------------------------------------------------------------------------------------------------- the keys

    def action_measure(self) -> None:
        self.query_one(Curves).switch()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "overlay":
            return bool(self.shelf.runs)
        return self.has_class("-low") if action == "measure" else True

    def action_train(self) -> None:
        self.home.action_train()


def _stamps(runs_dir: Path) -> list[tuple[object, ...]]:
    """What changes when something about a run does."""
    return [
        (folder.id, _modified(folder.record_file), _modified(folder.history_file), folder.is_running())
        for folder in runs.folders(runs_dir)
    ]


def _modified(file: Path) -> int:
    return file.stat().st_mtime_ns if file.exists() else 0


def _read(runs_dir: Path) -> list[Run]:
    records, damaged = runs.list_runs(runs_dir)
    return [*reversed(records), *damaged]


def _row(run: Run, letter: str = "") -> Content:
    """A run in two lines."""
    if isinstance(run, Damaged):
        return Content.assemble(("✗", "$text-error"), f" {run.id}\n", ("  damaged", "dim"))
    glyph, colour = GLYPHS[run.state]
    name = run.strategy + (f" · n={run.labels}" if run.labels is not None else "")
    value = score(run.test.accuracy if run.test else None)
    return Content.assemble(
        (glyph, colour),
        (f" {name:<{COLUMNS - 2 - len(value)}}", "bold"),
        f"{value}\n",
        (f"{letter:<2}", "bold $text-accent"),
        (f"{run.corpus} · s{run.seed}", "dim"),
    )


def _facts(run: Run) -> Content:
    """Who, what, where."""
    if isinstance(run, Damaged):
        return Content.assemble((f"{run.id}\n", "bold"), wrong(f"{run.reason}\nRemove it: tfl runs remove {run.id}"))
    glyph, colour = GLYPHS[run.state]
    labels = "all labels" if run.labels is None else f"{run.labels:,} labels"
    lines = [
        Content.styled(run.id, "bold"),
        Content.assemble((f"{glyph} {run.state}", colour), f" · {duration(run.seconds)}" if run.seconds else ""),
        Content(run.corpus),
        Content(f"seed {run.seed}" + (f" · {labels}" if run.strategy != "pretrain" else "")),
        Content(f"starts from {run.source_kind or run.source}" if run.source else "starts from random weights"),
    ]
    if run.parameters_total:
        lines.append(Content(f"{run.parameters_trainable:,} of {run.parameters_total:,} parameters trained"))
        speed = f" · {run.examples_per_second:,.0f} ex/s" if run.examples_per_second else ""
        lines.append(Content(run.device + speed))
    if run.test:
        interval = " (95 %: {:.3f}–{:.3f})".format(*run.test_interval) if run.test_interval else ""
        lines.append(Content.assemble("test accuracy ", (score(run.test.accuracy), "bold"), interval))
    lines += [Content.styled(f"! {note}", "$text-warning") for note in run.notes]
    return Content("\n").join(lines)
