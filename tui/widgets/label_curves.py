"""Accuracy against the number of labelled reviews, a line for each strategy."""

import asyncio
import importlib
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tfl.comparison import Row
from tui.widgets.curves import COLOURS, PLOT_CSS, framed

if TYPE_CHECKING:
    from textual_plot import PlotWidget
    from textual_plot.axis_formatter import AxisFormatter

LETTERS = "ABCDEFGH"


class LabelCurves(Vertical):
    """The labels are on a logarithmic scale."""

    DEFAULT_CSS = "LabelCurves { height: 1fr; & > .caption { height: auto; } }" + PLOT_CSS.replace("&&", "LabelCurves")

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, list[tuple[int, float]]] = {}
        self.plot: PlotWidget | None = None
        self._mounting = False

    def compose(self) -> ComposeResult:
        yield Static(classes="caption")

    def show(self, rows: Sequence[Row]) -> None:
        """Draw those strategies that were trained with several numbers of labels."""
        lines: dict[str, list[tuple[int, float]]] = {}
        for row in rows:
            if row.test:
                lines.setdefault(row.name, []).append((row.labelled, row.test.mean))
        self.lines = {name: sorted(line) for name, line in lines.items() if len(line) > 1}
        if not self.lines:
            self.query_one(Static).update("Only one number of labels was compared: tfl compare --labels 200,1000,all")
        elif not self._mounting:
            self._mounting = True
            self._mount_plot()
        else:
            self._redraw()

    @work
    async def _mount_plot(self) -> None:
        textual_plot = await asyncio.to_thread(importlib.import_module, "textual_plot")
        plot = framed(textual_plot)
        await self.mount(plot)
        if plot.is_mounted:
            self.plot = plot
            self._redraw()

    def _redraw(self) -> None:
        if not self.plot:
            return
        from textual_plot import HiResMode

        self.plot.clear()
        names = []
        points = [point for line in self.lines.values() for point in line]
        low, high = min(value for _, value in points), max(value for _, value in points)
        counts = sorted({count for count, _ in points})
        self.plot.set_ylimits(low - 0.02, high + 0.02)
        self.plot.set_xlimits(math.log10(counts[0]) - 0.1, math.log10(counts[-1]) + 0.1)
        self.plot.set_xticks([math.log10(count) for count in counts])
        self.plot.set_x_formatter(_counts())
        for place, (name, line) in enumerate(list(self.lines.items())[: len(LETTERS)]):
            colour = COLOURS[place % len(COLOURS)]
            x, y = [math.log10(count) for count, _ in line], [value for _, value in line]
            self.plot.plot(x, y, line_style=self.app.theme_variables[colour], hires_mode=HiResMode.BRAILLE)
            self.plot.scatter(x, y, marker=LETTERS[place], marker_style=self.app.theme_variables[colour])
            names.append((f"{LETTERS[place]} {name}  ", f"${colour}"))
        self.query_one(Static).update(Content.assemble(("test accuracy against labels  ", "bold"), *names))


def _counts() -> "AxisFormatter":
    """Writes a tick of the logarithmic scale as the number that it stands for."""
    from textual_plot.axis_formatter import NumericAxisFormatter

    class Counts(NumericAxisFormatter):
        def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
            return [f"{round(10**tick):,}" for tick in ticks]

    return Counts()
