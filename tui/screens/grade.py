"""Training with the learner's own code, once its checks have passed, and what that shows."""

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from grader import training
from grader.training.report import Report, Row, Share
from tfl.course import Exercise
from tfl.errors import TflError
from tfl.events import Event, Failed, Finished, Result
from tfl.formats import duration, score
from tui.jobs import BUSY, threads
from tui.screens.job import JobScreen
from tui.widgets.curves import Curves
from tui.widgets.footer import Footer
from tui.widgets.title import Title
from tui.widgets.too_small import TooSmall
from tui.widgets.training import Training
from tui.words import wrong

MARGIN = 5  # columns beside the report
DISPENSABLE = ("trainable", "epochs", "time", "train", "validation")  # columns of its table, the first ones first


class GradeScreen(JobScreen):
    """Starts by itself; leaving it stops the training."""

    HELP = """Real training with your functions as parts of the engine, beside the reference: up to 90 seconds.
x or esc stops it; the marks stand whatever comes out.  o says where the pictures are."""
    DEFAULT_CSS = """
    GradeScreen {
        & > Training { height: 1fr; padding: 1 2 0 2; }
        & > #report { height: 1fr; padding: 1 2; display: none; scrollbar-size-vertical: 1; }
        &.-done > Training { display: none; }
        &.-done > #report { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "cancel", "Stop"),
        Binding("m", "measure", "Loss/accuracy"),
        Binding("o", "pictures", "Pictures"),
    ]

    def __init__(self, exercise: Exercise) -> None:
        super().__init__()
        self.exercise = exercise
        self.report: Report | None = None

    def compose(self) -> ComposeResult:
        yield Title(f"Exercise {self.exercise.id.removeprefix('exercise')}", "training with your code")
        yield Training(self.home.runs_dir)
        with VerticalScroll(id="report"):
            yield Static()
        yield Footer()
        yield TooSmall()

    def on_mount(self) -> None:
        if self.home.job:
            self._fail(BUSY.format(self.home.busy))
            return
        try:
            request = self._request()
        except TflError as error:
            self._fail(str(error))
            return
        self.query_one(Training).begin()
        self.launch(training.WORK, request)

    def on_unmount(self) -> None:
        if self.is_mine:
            self.home.end_job()

    def _request(self) -> dict[str, Any]:
        learner = self.home.learner
        assert learner.workspace
        submission = self.home.grading.read(learner.workspace.path(self.exercise), self.exercise)
        options = training.Options(threads=threads(), runs_dir=self.home.runs_dir.absolute(), limit=None)
        return training.request(learner.course, self.exercise, submission, options)

    def _fail(self, reason: str) -> None:
        self.add_class("-done")
        self.query_one("#report", VerticalScroll).query_one(Static).update(wrong(reason))

    @property
    def brief(self) -> str:
        return self.query_one(Training).brief

    def hear(self, event: Event) -> None:
        if isinstance(event, Result):
            self.report = Report.model_validate(event.value)
            return
        self.query_one(Training).take(event)
        if isinstance(event, Finished | Failed):
            if self.report:
                self.add_class("-done")
                box = self.query_one("#report", VerticalScroll)
                self._tell()
                box.focus()
            self.refresh_bindings()

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self._tell)

    def _tell(self) -> None:
        if self.report:
            box = self.query_one("#report", VerticalScroll)
            box.query_one(Static).update(_told(self.report, self.size.width - MARGIN))

    # ------------------------------------------------------------------------------------------------- the keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "pictures":
            return bool(self.report and self.report.plots)
        if action == "measure":
            return self.has_class("-low") and not self.report
        return super().check_action(action, parameters)

    def action_measure(self) -> None:
        self.query_one(Curves).switch()

    def action_pictures(self) -> None:
        """Open the figures where pictures can be opened, and say where they are."""
        assert self.report
        pictures = [plot for plot in self.report.plots if plot.endswith(".png")]
        self.home.open_pictures(pictures, self.report.folder)

    def leave(self) -> None:
        """The first time it stops the training and waits for it, so that what it tells last is seen."""
        if self.is_mine and not self.home.stopping:
            self.home.stop_job()
        else:
            super().leave()


def _told(report: Report, width: int) -> Content:
    """The report as text: what was claimed, what came out, the table, the chart."""
    sign = ("✓ shown  ", "bold $text-success") if report.shown else ("! not shown  ", "bold $text-warning")
    lines = [
        Content.styled(report.title, "bold $text-accent"),
        Content.styled(
            f"{report.corpus}, {report.size} · {duration(report.seconds)} · {report.device}", "$foreground 60%"
        ),
        Content(),
        Content.assemble(("The claim  ", "$foreground 60%"), report.claim),
        Content.assemble(sign, report.finding),
        Content(),
        *_table(report.rows, width),
    ]
    if report.chart:
        lines += [Content(), *(Content.styled(line, "$primary") for line in report.chart)]
    if report.notes:
        lines += [Content(), *(Content.styled(f"! {note}", "$text-warning") for note in report.notes)]
    lines += [
        Content(),
        Content.styled(f"your code ran behind {report.isolation} · figures in {report.folder}", "$foreground 60%"),
    ]
    return Content("\n").join(lines)


def _table(rows: list[Row], width: int) -> list[Content]:
    """Yours and the reference's, a line each; columns without any figure, or without room, are left out."""
    more = list(dict.fromkeys(name for row in rows for name in row.figures))
    columns: dict[str, list[str]] = {
        "": [row.name for row in rows],
        "whose": ["yours" if row.whose == "yours" else "reference" for row in rows],
        "trainable": [f"{row.parameters_trainable:,}" if row.parameters_trainable else "–" for row in rows],
        "epochs": ["–" if row.epochs is None else str(row.epochs) for row in rows],
        "time": ["–" if row.seconds is None else duration(row.seconds) for row in rows],
        "train": [score(row.train) for row in rows],
        "validation": [_share(row.validation) for row in rows],
        "test": [_share(row.test) for row in rows],
        **{name: [_figure(row.figures.get(name)) for row in rows] for name in more},
    }
    kept = {name: cells for name, cells in columns.items() if any(cell != "–" for cell in cells)}
    widths = {name: max(len(name), *map(len, cells)) for name, cells in kept.items()}
    for name in DISPENSABLE:
        if name in kept and sum(widths.values()) + 2 * (len(widths) - 1) > width:
            del kept[name], widths[name]
    head = "  ".join(name.ljust(widths[name]) if i < 2 else name.rjust(widths[name]) for i, name in enumerate(kept))
    lines = [Content.styled(head, "$foreground 60%")]
    for place, row in enumerate(rows):
        cells = (
            kept[name][place].ljust(widths[name]) if i < 2 else kept[name][place].rjust(widths[name])
            for i, name in enumerate(kept)
        )
        lines.append(Content.styled("  ".join(cells), "bold" if row.whose == "yours" else ""))
    return lines


def _share(share: Share | None) -> str:
    return "–" if share is None else f"{share.value:.3f} ({share.low:.3f}–{share.high:.3f})"


def _figure(value: float | int | str | None) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else f"{value:,}" if isinstance(value, int) else f"{value:.3g}"
