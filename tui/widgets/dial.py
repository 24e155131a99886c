"""A value that ← and → change: `width ◂ 64 ▸`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class Dial(Widget, can_focus=True):
    """Chooses one of several values in a row.  A click left or right of the value, or the wheel, turns it too."""

    HELP = "A value to turn: ← and → change it, tab goes to the next one."
    DEFAULT_CSS = """
    Dial {
        height: 1;
        width: auto;
        padding: 0 1;
        background: $surface;
        &:focus { background: $primary 35%; }
        &:disabled { opacity: 60%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,plus", "turn(1)", "More", show=False),
        Binding("left,minus", "turn(-1)", "Less", show=False),
    ]

    place: reactive[int] = reactive(0, layout=True)

    @dataclass
    class Turned(Message):
        """Another value was chosen."""

        dial: "Dial"

        @property
        def control(self) -> "Dial":
            return self.dial

    def __init__(self, label: str, values: Sequence[int | str], place: int = 0, id: str | None = None) -> None:
        super().__init__(id=id)
        self.label, self.values = label, list(values)
        self.set_reactive(Dial.place, place)

    @property
    def value(self) -> int | str:
        """What is chosen; "" where there is nothing to choose."""
        return self.values[self.place] if self.values else ""

    def offer(self, values: Sequence[int | str], place: int = 0) -> None:
        """Other values to choose from."""
        self.values = list(values)
        self.place = place
        self.refresh(layout=True)

    def render(self) -> Content:
        low, high = self.place <= 0, self.place >= len(self.values) - 1
        return Content.assemble(
            (f"{self.label} ", "$foreground 70%"),
            ("◂ ", "$foreground 25%" if low else "bold $accent"),
            (str(self.value) or "–", "bold"),
            (" ▸", "$foreground 25%" if high else "bold $accent"),
        )

    def action_turn(self, by: int) -> None:
        place = max(0, min(len(self.values) - 1, self.place + by))
        if self.values and place != self.place:
            self.place = place
            self.post_message(self.Turned(self))

    def on_click(self, event: events.Click) -> None:
        self.action_turn(1 if event.x > self.size.width // 2 else -1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_turn(1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_turn(-1)
