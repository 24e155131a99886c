"""The strategies side by side: the table and the plots of `tfl compare`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from rich.console import JustifyMethod
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import DataTable, Static

from tfl import comparison_files as on_paper
from tfl import corpora
from tfl.comparison import Comparison, Row
from tfl.errors import EXIT_INTERRUPTED
from tfl.events import Event, Failed, Finished, RunFinished, Stage, Step
from tui.jobs import threads
from tui.screens.filtered import FilteredScreen
from tui.screens.job import JobScreen
from tui.widgets.filter_field import FilterField
from tui.widgets.footer import Footer
from tui.widgets.intervals import Intervals
from tui.widgets.label_curves import LabelCurves
from tui.widgets.paced import Paced
from tui.widgets.title import Title
from tui.widgets.too_small import TooSmall
from tui.words import plural, wrong

SORTS: dict[str, Callable[[Row], Any]] = {  # by column
    "test": lambda row: -(row.test.mean if row.test else -1),
    "seconds": lambda row: row.seconds,
    "trainable": lambda row: row.parameters_trainable,
    "labels": lambda row: (-row.labelled, row.strategy),
    "strategy": lambda row: (row.strategy, row.adapted, -row.labelled),
    "validation": lambda row: -(row.validation.mean if row.validation else -1),
    "gap": lambda row: -(row.gap or 0),
    "epochs": lambda row: row.epochs,
    "pre-trained on": lambda row: (row.pretrained_on, row.strategy),
}
IN_TURN = ("test", "seconds", "trainable", "labels", "strategy")
NARROW = ("strategy", "labels", "trainable", "seconds", "test", "95 %", "gap")
BROAD = ("strategy", "pre-trained on", "labels", "trainable", "epochs", "seconds", "validation", "test", "95 %", "gap")
EMPTY = """\
[b]Nothing has been compared yet[/b] in $folder.

Press [b $text-accent]t[/] to train every strategy here on $corpus,
or in a shell:

[$text-accent]tfl compare --corpus sample[/]

What is trained already is reused."""

STOPPED = Content.styled("‖ stopped; what is trained stays, and t goes on", "$text-warning")


class CompareScreen(FilteredScreen, JobScreen):
    """Reads `comparison.json`; can make it."""

    CSS_PATH = "compare.tcss"
    HELP = """Every way to train on the same reviews.  s, or a click on a column's name, sorts; / shows only the rows
whose text fits, p changes the plot: accuracy with its 95 % interval, or against the number of labels.  o opens the
pictures."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "sort", "Sort"),
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("p", "plot", "Plot"),
        Binding("o", "pictures", "Pictures", show=False),
        Binding("t", "train", "Train"),
        Binding("x", "cancel", "Stop"),
    ]

    def __init__(self, runs_dir: Path) -> None:
        super().__init__()
        self.runs_dir = runs_dir
        self.path = runs_dir / "comparison.json"
        self.found: Comparison | None = None
        self.sorted_by, self.turned = IN_TURN[0], False
        self.labels_plot = False
        self.done = 0  # runs of the comparison that is being made

    def compose(self) -> ComposeResult:
        yield Title("Compare")
        with Vertical(id="body"):
            yield DataTable(cursor_type="row", zebra_stripes=False)
            yield FilterField("show only rows with this text; esc shows all")
            yield Static(id="note")
            with Horizontal(id="plots"):
                yield Intervals()
                yield LabelCurves()
        with VerticalScroll(id="empty", can_focus=False):
            yield Static()
        yield Paced(id="job")
        yield Footer()
        yield TooSmall()

    def on_mount(self) -> None:
        self.rest()
        self.read()

    def on_resize(self) -> None:
        super().on_resize()
        if self.found:
            self.call_after_refresh(self.draw)

    # -------------------------------------------------------------------------------------------------- reading

    def on_screen_resume(self) -> None:
        """Another tfl may have compared meanwhile."""
        if self._stamp != self._modified():
            self.read()

    def _modified(self) -> int:
        return self.path.stat().st_mtime_ns if self.path.exists() else 0

    def read(self) -> None:
        """Read what was compared last."""
        path, self._stamp = self.path, self._modified()
        empty = self.query_one("#empty", VerticalScroll)
        self.found = None
        try:
            self.found = Comparison.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            corpus = "the sample" if corpora.default_pair() == "sample" else "IMDB"
            empty.query_one(Static).update(Content.from_markup(EMPTY, folder=str(self.runs_dir), corpus=corpus))
        except (OSError, ValueError):
            empty.query_one(Static).update(
                wrong(f"{path} is damaged.  Press t, or run `tfl compare` again: runs are reused.")
            )
        self.set_class(self.found is None, "-empty")
        if self.found:
            self.title_bar.say("Compare", on_paper.title(self.found).removeprefix("Comparison on "))
            self.draw()
        self.refresh_bindings()

    def draw(self) -> None:
        """The table and the plots, as they are sorted and filtered."""
        if not self.found:
            return
        rows = sorted(self.found.rows, key=SORTS[self.sorted_by], reverse=self.turned)
        rows = [row for row in rows if self.filter_field.fits(" ".join(on_paper.cells(row)))]
        columns = NARROW if self.has_class("-wide") else BROAD
        heads = [Text(column, justify="right" if column in on_paper.NUMBERS else "left") for column in columns]
        cells = [dict(zip(on_paper.COLUMNS, on_paper.cells(row), strict=True)) | {"strategy": row.name} for row in rows]
        self.shown = rows
        self.fill(heads, [[_cell(column, line[column]) for column in columns] for line in cells])
        self.title_bar.state(
            f"sorted by {self.sorted_by}"
            + (f" · {len(rows)} of {len(self.found.rows)}" if self.filter_field.value else "")
        )
        self.query_one(Intervals).show(rows)
        self.query_one(LabelCurves).show(self.found.rows)
        self.query_one(Intervals).display = not self.labels_plot or self.has_class("-vast")
        self.query_one(LabelCurves).display = self.labels_plot or self.has_class("-vast")

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        if not self.found or not 0 <= event.cursor_row < len(self.shown):
            return
        row = self.shown[event.cursor_row]
        note = f"  ! {row.note}" if row.note else ""
        start = f"{row.name} · starts from {row.origin} · {row.labelled:,} labels"
        self.query_one("#note", Static).update(Content.assemble(start, (note, "$text-warning")))
        self.query_one(Intervals).mark(event.cursor_row)

    # ------------------------------------------------------------------------------------------------- the keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("sort", "filter", "plot", "pictures"):
            return self.found is not None
        if action == "train":
            return self.home.job is None
        return super().check_action(action, parameters)

    def action_sort(self) -> None:
        place = IN_TURN.index(self.sorted_by) + 1 if self.sorted_by in IN_TURN else 0
        self.sorted_by, self.turned = IN_TURN[place % len(IN_TURN)], False
        self.draw()

    def sort(self, column: str) -> None:
        if column in SORTS:
            self.turned = column == self.sorted_by and not self.turned
            self.sorted_by = column
            self.draw()

    def action_plot(self) -> None:
        self.labels_plot = not self.labels_plot
        self.draw()

    def action_pictures(self) -> None:
        """Open the figures where pictures can be opened, and say where they are."""
        assert self.found
        self.home.open_pictures([self.runs_dir / figure for figure in self.found.figures], self.runs_dir / "comparison")

    # -------------------------------------------------------------------------------------------------- the job

    def action_train(self) -> None:
        """Train what is missing, and compare."""
        pair = corpora.default_pair()
        request = {
            "seeds": [0],
            "labels": [None],
            "strategies": [],
            "choices": {"pair": pair},
            "threads": threads(),
            "runs_dir": str(self.runs_dir),
            "continue": f"tfl compare --corpus {pair} --seeds 0 --labels all",
        }
        self.done = 0
        self._say(Content("Starting a process for it …"))
        self.launch("compare", request)

    @property
    def brief(self) -> str:
        return f"▸ comparing, {plural(self.done, 'run')} done"

    def hear(self, event: Event) -> None:
        match event:
            case RunFinished():
                self.done += 1
            case Stage(name=name, detail=detail):
                self._say(
                    Content.assemble((f"▸ {name} {detail}".rstrip(), "$text-primary"), f"  {self.done} runs done")
                )
            case Step() as step:
                told = f"▸ {step.run}  epoch {step.epoch}, step {step.step} of {step.steps}"
                self._say(Content.assemble((told, "$text-primary"), f"  {self.done} runs done"))
            case Failed() as failed:
                stopped = failed.exit_code == EXIT_INTERRUPTED
                self._ended(STOPPED if stopped else wrong(f"{failed.message} {failed.action}"))
            case Finished():
                self._ended(Content())
                self.read()
            case _:
                pass

    def _say(self, what: Content) -> None:
        self.query_one("#job", Paced).say(what)

    def _ended(self, how: Content) -> None:
        self._say(how)
        self.refresh_bindings()
        if not self.is_current:
            self.notify(how.plain or "All strategies are compared.", title="Compare", timeout=10, markup=False)


def _cell(column: str, text: str) -> Text:
    """Numbers stand below each other."""
    justify: JustifyMethod = "right" if column in on_paper.NUMBERS else "left"
    return Text(text, style="bold" if column == "test" else "", justify=justify, no_wrap=True)
