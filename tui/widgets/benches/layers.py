"""The model as a tree: freeze and wake its parts, and see what that is called and what it costs."""

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tfl import corpora
from tfl.formats import duration
from tfl.strategies import STRATEGIES
from tui.widgets.benches.base import Bench, share

BAR = 20  # columns of the bar
ROOMY = 90  # columns of a row from which on each part's share of all numbers is drawn
WHOLE = ("embedding", "encoder.layers.0", "encoder.layers.1", "classifier")  # the parts that make up the model


class LayersBench(Bench):
    """Space wakes or freezes the chosen part."""

    DEFAULT_CSS = "LayersBench > #sum { margin-top: 1; }"
    TITLE = "What learns, what stays"
    HELP = """The model from its input to its answer.  Space (or enter, or a click) wakes a part or freezes it.  Below:
how many numbers learn, what such a training is called, how long an epoch takes here at most, as measured on
one batch of the longest reviews."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "wake", "Wake/freeze", key_display="␣"),
        Binding("p", "pretrained", "Pre-trained"),
        Binding("t", "launch", "Train it"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.awake: set[str] = {"classifier"}
        self.pretrained = True
        self.pair = corpora.default_pair()
        self.found: dict[str, Any] = {}
        self.timed: dict[str, Any] = {}

    def parts(self) -> ComposeResult:
        yield OptionList()
        yield Static(id="sum")

    def begin(self) -> None:
        self._changed()

    def on_resize(self) -> None:
        self._list()

    def _changed(self) -> None:
        self.timed = {}
        awake = sorted(self.awake)
        self.ask("layers", pair=self.pair, awake=awake, pretrained=self.pretrained)
        self.set_timer(0.3, lambda: self._time(awake))  # once the toggling has come to rest

    def _time(self, awake: list[str]) -> None:
        if awake and awake == sorted(self.awake):
            self.ask("speed", pair=self.pair, awake=awake)

    def draw(self, question: str, value: dict[str, Any]) -> None:
        if question == "layers":
            self.found = value
            self._list()
            self.refresh_bindings()
        else:
            self.timed = value
        self.query_one("#sum", Static).update(self._sum())

    def _is_awake(self, part: str) -> bool:
        return any(part == one or part.startswith(f"{one}.") for one in self.awake)

    def _list(self) -> None:
        if not self.found:
            return
        options = self.query_one(OptionList)
        place = options.highlighted
        width = options.scrollable_content_region.width or self.scrollable_content_region.width
        first = not options.option_count
        options.clear_options()
        for part in self.found["parts"]:
            options.add_option(Option(self._row(part, width), id=part["part"]))
        options.highlighted = len(self.found["parts"]) - 1 if first else place

    def _row(self, part: dict[str, Any], width: int) -> Content:
        name = part["part"]
        inside = name not in WHOLE
        short = ("  " if inside else "") + (name.rpartition(".")[2] if inside else name)
        awake = self._is_awake(name)
        half = not awake and any(one.startswith(f"{name}.") for one in self.awake)
        sign = "▣ learns" if awake else "◪ partly" if half else "□ stays "
        count = f"{part['parameters']:,}"
        room = width - 9 - 20 - 10
        does = part["does"] if room >= len(part["does"]) else ""
        weight = share(part["parameters"] / self.found["total"], BAR) if width >= ROOMY else ""
        drawn = f"{weight:<{BAR}} {count:>9}" if width >= ROOMY else count
        gap = max(1, width - 9 - 20 - len(does) - len(drawn) - 1)
        return Content.assemble(
            (f"{sign} ", "bold $text-success" if awake else "$text-warning" if half else "$foreground 60%"),
            (f"{short:<20}", "bold" if not inside else ""),
            (does, "$foreground 60%"),
            " " * gap,
            (drawn, "$primary" if awake else "$foreground 60%"),
        )

    def _sum(self) -> Content:
        learning, total = self.found["learning"], self.found["total"]
        name = self.found["strategy"]
        start = "pre-trained weights" if self.pretrained else "random weights"
        drawn = share(learning / total, BAR)
        lines = [
            Content.assemble(
                (f"{learning:,}", "bold $primary"),
                f" of {total:,} parameters learn  ",
                (drawn, "$primary"),
                ("░" * (BAR - len(drawn)), "$foreground 30%"),
                f" {learning / total:.1%}",
            ),
            Content.assemble("They start from ", (start, "bold"), (" (p changes it)", "$foreground 60%")),
        ]
        if name:
            patterns = " ".join(f"--layers '{pattern}'" for pattern in self.found["patterns"])
            lines[-1] += Content.assemble(": ", (STRATEGIES[name].title, "bold $text-accent"))
            lines.append(Content.styled(f"tfl train {name} {patterns}".rstrip(), "$text-warning"))
        elif not self.awake:
            lines.append(Content.styled("Nothing learns.", "$text-warning"))
        elif not self.pretrained:
            lines.append(
                Content.styled("Frozen random layers: nobody's strategy, as they would stay random.", "$text-warning")
            )
        else:
            lines.append(Content.styled("The classifier is new, so it must learn in every strategy.", "$text-warning"))
        lines.append(self._price())
        return Content("\n").join(lines)

    def _price(self) -> Content:
        if not self.awake:
            return Content()
        if not self.timed:
            return Content.styled("timing one batch …", "$foreground 60%")
        seconds, reviews = duration(self.timed["seconds"]), f"{self.timed['reviews']:,}"
        what = (
            f"at most ≈ {seconds}, once for all epochs: {reviews} reviews keep their features"
            if self.timed["once"]
            else f"at most ≈ {seconds} an epoch of {reviews} reviews"
        )
        rate = f"\n{self.timed['rate']:,.0f} reviews/s in one batch of the longest, on {self.timed['device']}"
        return Content.assemble(what, (rate, "$foreground 60%"))

    # ------------------------------------------------------------------------------------------------- the keys

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.toggle(str(event.option_id))

    def action_wake(self) -> None:
        options = self.query_one(OptionList)
        if options.highlighted is not None:
            self.toggle(str(options.get_option_at_index(options.highlighted).id))

    def toggle(self, part: str) -> None:
        """Wake a part or freeze it; a part of a layer leaves the layer's others as they are."""
        parts = [one["part"] for one in self.found["parts"]]
        leaves = [one for one in parts if not any(other.startswith(f"{one}.") for other in parts)]
        mine = {leaf for leaf in leaves if leaf == part or leaf.startswith(f"{part}.")}
        awake = {leaf for leaf in leaves if self._is_awake(leaf)}
        awake = awake - mine if mine <= awake else awake | mine
        whole = {one for one in parts if one not in leaves and {x for x in leaves if x.startswith(f"{one}.")} <= awake}
        self.awake = whole | {leaf for leaf in awake if not any(leaf.startswith(f"{one}.") for one in whole)}
        self._changed()

    def action_pretrained(self) -> None:
        self.pretrained = not self.pretrained
        self._changed()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self.found.get("strategy")) or None if action == "launch" else True

    def action_launch(self) -> None:
        """Open the form of a training that trains just this."""
        self.home.action_train(self.found["strategy"], " ".join(self.found["patterns"]))
