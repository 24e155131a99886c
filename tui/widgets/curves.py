"""Loss and accuracy over the epochs of one run.

textual-plot needs numpy, so it is imported when there is first something to draw: by then the screen has been painted.
"""

import asyncio
import importlib
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

if TYPE_CHECKING:
    from textual_plot import PlotWidget

POINTS = 300  # more take longer to draw and show no more
DOTS = 16  # marks on a line, so that it can be told from the other without colour
OVERLAID = 6  # runs whose curves can be told apart
COLOURS = ("primary", "accent", "success", "secondary", "error", "warning")  # of the theme, one for each of them

PLOT_CSS = """
&& PlotWidget {
    height: 1fr;
    & > .plot--axis { color: $foreground 35%; }
    & > .plot--tick { color: $text-muted; text-style: none; }
    &:focus > .plot--axis { color: $foreground 35%; }
}
"""  # && stands for what holds the plot

History = Sequence[Mapping[str, Any]]  # an epoch each: train_loss, validation_loss, train_accuracy, …


class Curves(Vertical):
    """Two charts; where the screen is low, one of them at a time."""

    def compose(self) -> ComposeResult:
        yield Chart("loss", classes="loss")
        yield Chart("accuracy", classes="accuracy")

    def on_mount(self) -> None:
        self.add_class("-loss")

    def draw(self, history: History, best: int) -> None:
        """Show these epochs.  best: the epoch to mark, counted from 1; 0: none."""
        for chart in self.query(Chart):
            chart.draw(history, best)

    def overlay(self, histories: Mapping[str, History]) -> None:
        """Show the validation curves of several runs, each with its letter."""
        for chart in self.query(Chart):
            chart.overlay(histories)

    def switch(self) -> None:
        """Show the other chart."""
        self.toggle_class("-loss", "-accuracy")


class Chart(Vertical):
    """One quantity, of the training and of the validation examples."""

    DEFAULT_CSS = "Chart { height: 1fr; }" + PLOT_CSS.replace("&&", "Chart")

    def __init__(self, quantity: str, **settings: Any) -> None:
        super().__init__(**settings)
        self.quantity = quantity
        self.plot: PlotWidget | None = None
        self._mounting = False
        self.history: History = []
        self.best = 0
        self.overlaid: dict[str, History] = {}

    def compose(self) -> ComposeResult:
        yield Static(classes="caption")

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _: self._redraw())  # lines have the theme's colours

    def draw(self, history: History, best: int) -> None:
        """Show these epochs."""
        if (history, best, self.overlaid) == (self.history, self.best, {}):
            return
        self.history, self.best, self.overlaid = list(history), best, {}  # the caller's may grow
        self._show()

    def overlay(self, histories: Mapping[str, History]) -> None:
        """Show the validation curves of several runs."""
        if dict(histories) != self.overlaid:
            self.history, self.best, self.overlaid = [], 0, dict(histories)
            self._show()

    def _show(self) -> None:
        if (self.history or self.overlaid) and not self._mounting:
            self._mounting = True
            self._mount_plot()
        self._redraw()

    @work
    async def _mount_plot(self) -> None:
        textual_plot = await asyncio.to_thread(importlib.import_module, "textual_plot")
        plot = framed(textual_plot)
        await self.mount(plot)
        if plot.is_mounted:  # unless the app is closing
            self.plot = plot
            self._redraw()

    def _redraw(self) -> None:
        if not self.plot:
            return
        if self.overlaid:
            self._redraw_overlay()
            return
        train, validation = (
            thinned(self.history, f"{split}_{self.quantity}", self.best) for split in ("train", "validation")
        )
        self.plot.clear()
        self.plot.visible = bool(train or validation)
        self.query_one(".caption", Static).update(self._caption() if self.history else "")
        if not self.plot.visible:
            return
        self._frame(train + validation, self.history[-1]["epoch"])
        colours = self.app.theme_variables
        self._line(train, colours["foreground"], marker="")
        self._line(validation, colours["primary"], marker="●")
        if best := [point for point in validation if point[0] == self.best]:
            x, y = zip(*best, strict=True)
            self.plot.scatter(x, y, marker="◆", marker_style=f"bold {colours['text-warning']}")

    def _redraw_overlay(self) -> None:
        assert self.plot
        lines = {
            letter: thinned(history, f"validation_{self.quantity}", 0) for letter, history in self.overlaid.items()
        }
        points = [point for line in lines.values() for point in line]
        self.plot.clear()
        self.plot.visible = bool(points)
        names = [(f"{letter} ", f"bold ${COLOURS[place]}") for place, letter in enumerate(lines)]
        caption = Content.assemble((f"{self.quantity}  ", "bold $foreground"), "validation of ", *names)
        self.query_one(".caption", Static).update(caption)
        if not points:
            return
        self._frame(points, max(epoch for epoch, _ in points))
        for place, (letter, line) in enumerate(lines.items()):
            self._line(line, self.app.theme_variables[COLOURS[place]], marker=letter)

    def _frame(self, points: Sequence[tuple[int, float]], last: int) -> None:
        assert self.plot
        last = max(last, 2)
        step = max(1, math.ceil(last / 8))
        self.plot.set_xlimits(0.5, last + 0.5)
        self.plot.set_xticks(list(range(step, last + 1, step)))
        low, high = min(value for _, value in points), max(value for _, value in points)
        margin = max((high - low) * 0.08, 0.005)
        self.plot.set_ylimits(low - margin, high + margin)

    def _line(self, points: Sequence[tuple[int, float]], colour: str, marker: str) -> None:
        if not points:
            return
        assert self.plot
        from textual_plot import HiResMode

        x, y = zip(*points, strict=True)
        self.plot.plot(x, y, line_style=colour, hires_mode=HiResMode.BRAILLE)
        if marker or len(points) == 1:
            stride = math.ceil(len(points) / DOTS)
            self.plot.scatter(x[::stride], y[::stride], marker=marker or "○", marker_style=colour)

    def _caption(self) -> Content:
        return Content.assemble(
            (f"{self.quantity}  ", "bold $foreground"),
            ("⠒ train ", "$foreground"),
            ("● validation ", "$primary"),
            (f"◆ best {self.best}" if self.best else "", "bold $text-warning"),
        )


def framed(textual_plot: Any) -> "PlotWidget":
    """A plot without margins that are not needed; it takes no focus."""
    plot: PlotWidget = textual_plot.PlotWidget(allow_pan_and_zoom=False)
    plot.can_focus = False
    for side, cells in (("top", 0), ("bottom", 1), ("left", 7)):
        plot.set_reactive(getattr(textual_plot.PlotWidget, f"margin_{side}"), cells)
    return plot


def thinned(history: History, column: str, best: int) -> list[tuple[int, float]]:
    """Epoch and value, `POINTS` of them at most, the best epoch's among them.  Only finite numbers can be drawn."""
    stride = math.ceil(len(history) / (POINTS - 1)) or 1
    return [
        (epoch["epoch"], epoch[column])
        for place, epoch in enumerate(history)
        if (place % stride == 0 or epoch["epoch"] == best)
        and epoch.get(column) is not None
        and math.isfinite(epoch[column])
    ]
