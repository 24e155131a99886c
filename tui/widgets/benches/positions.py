"""Positional encodings: the table as a heat map, how alike two places are, and what word order is worth."""

from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from tui.widgets.benches.base import Bench
from tui.widgets.dial import Dial
from tui.widgets.heat_map import HeatMap

WIDTHS = [2, 4, 8, 16, 32, 64, 100, 128, 256]
LENGTHS = [8, 16, 32, 64, 128, 256, 512]
OTHERS = 18  # lines of the bench beside the heat map
LOWEST = 5  # lines of the heat map, however low the screen is
LARGEST = 8, 4  # columns and rows of a cell
BARS = "▁▂▃▄▅▆▇█"


class PositionsBench(Bench):
    """Turn the dials; type two sentences with the same words."""

    TITLE = "Positional encodings"
    HELP = """The table of codes, a row for each place and a column for each feature, and how alike (cosine) every place
is to the chosen one.  Below, two sentences: how far apart untrained models put them, without and with positions."""

    def parts(self) -> ComposeResult:
        with Horizontal(classes="row"):
            yield Dial("width", WIDTHS, 4, id="width")
            yield Dial("places", LENGTHS, 2, id="length")
            yield Dial("place", list(range(LENGTHS[2])), 5, id="chosen")
        yield HeatMap()
        yield Static(id="alike", classes="note")
        yield Input("not good , dull", id="first", compact=True)
        yield Input("not dull , good", id="second", compact=True)
        yield Static(id="order")

    def begin(self) -> None:
        self.call_after_refresh(self._ask_for_table)
        self._ask_for_order()

    def on_resize(self) -> None:
        self.call_after_refresh(self._ask_for_table)

    @on(Dial.Turned)
    def _turned(self, message: Dial.Turned) -> None:
        message.stop()
        if message.dial.id == "length":
            chosen = self.query_one("#chosen", Dial)
            count = int(message.dial.value)
            chosen.offer(list(range(count)), min(chosen.place, count - 1))
        self._ask_for_table()

    def _ask_for_table(self) -> None:
        width = self.scrollable_content_region.width
        if width < 8:
            return  # not laid out yet, or hidden
        values = {str(dial.id): int(dial.value) for dial in self.query(Dial)}
        self.ask("positions", **values, rows=self._rows, columns=width - 1)

    @property
    def _rows(self) -> int:
        """How many the heat map has room for."""
        lines = max(LOWEST, self.size.height - OTHERS)
        return lines if self.app.no_color else 2 * lines

    @on(Input.Changed)
    def _ask_for_order(self) -> None:
        first, second = (self.query_one(name, Input).value for name in ("#first", "#second"))
        self.ask("order", first=first, second=second)

    def draw(self, question: str, value: dict[str, Any]) -> None:
        if question == "order":
            self.query_one("#order", Static).update(_order(value))
            return
        places = value["places"]
        nearest = min(range(len(places)), key=lambda row: abs(places[row] - value["chosen"]))
        room = (self.scrollable_content_region.width - 1) // len(value["features"]), self._rows // len(places)
        wide, tall = (max(1, min(most, cells)) for most, cells in zip(LARGEST, room, strict=True))
        self.query_one(HeatMap).show(value["values"], nearest, wide, tall)
        self.query_one("#alike", Static).update(self._alike(value))

    def _alike(self, value: dict[str, Any]) -> Content:
        alike, chosen = value["alike"], value["chosen"]
        room = self.scrollable_content_region.width
        width = room if room < len(alike) else len(alike) * min(LARGEST[0], room // len(alike))
        shown = [alike[i * len(alike) // width] for i in range(width)]
        least = min(alike)
        bars = "".join(BARS[min(7, int((v - least) / max(1e-9, 1 - least) * 8))] for v in shown)
        at = (2 * chosen + 1) * width // (2 * len(alike))
        code = "  ".join(f"{v:+.2f}" for v in value["code"][:4]) + ("  …" if len(value["code"]) > 4 else "")
        legend = f"likeness to this place, {least:.2f} to 1"
        pointer = " " * at + f"▲ {legend}" if at < width // 2 else f"{legend} ▲".rjust(at + 1)
        return Content.assemble(
            ("low −1 ", "$secondary"),
            ("high +1", "$accent"),
            ("   ↓ places   → features\n", "$foreground 60%"),
            (f"place {chosen} = [{code}]\n", "$foreground"),
            (f"{bars}\n", "$primary"),
            (f"{pointer}\n", "$foreground 60%"),
        )


def _order(value: dict[str, Any]) -> Content:
    """How far apart the sentences are."""
    if value["same"]:
        return Content.styled("Both sentences are the same.", "$foreground 60%")
    lines = []
    for key in ("without", "with"):
        apart = value[key]
        said = "the same to any model" if apart == 0 else "told apart"
        glyph, colour = ("✗", "$text-error") if apart == 0 else ("✓", "$text-success")
        lines.append(
            Content.assemble(f"{key + ' positions':<18}", (f"{apart:.3f}  ", "bold"), (f"{glyph} {said}", colour))
        )
    if not value["same_words"]:
        lines.append(
            Content.styled("They have different words; use the same ones to see what order does.", "$foreground 60%")
        )
    return Content("\n").join(lines)
