"""The form of a training: which strategy, on what, how; validated before anything starts."""

import shlex
from pathlib import Path
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.validation import Integer, Number, Validator
from textual.widgets import Button, Checkbox, Input, Label, OptionList
from textual.widgets.option_list import Option

from tfl import corpora
from tfl.config import CHOSEN_LAYERS, Config, config
from tfl.errors import UsageError
from tfl.strategies import STRATEGIES, Strategy

SEED = Integer(minimum=0, failure_description="The seed is a whole number, 0 or more.")
LABELS = Integer(minimum=8, failure_description="Labels: a whole number, 8 or more; empty for all of them.")
EPOCHS = Integer(minimum=1, failure_description="Epochs: a whole number, 1 or more; empty for the strategy's own.")
RATE = Number(minimum=1e-8, maximum=10, failure_description="The rate is a number above 0; empty: the strategy's own.")
DIGITS = "[0-9]*"


class Tick(Checkbox):
    """Says by its sign too, not by its colour alone, whether it is on."""

    @property
    def BUTTON_INNER(self) -> str:  # type: ignore[override]
        return "✓" if self.value else " "


class TrainingForm(Vertical):
    """Chooses a Config."""

    HELP = """The form of a training.  ↑ ↓ choose a strategy, tab goes to the next field, enter starts.  Fields that are
left empty take the strategy's own values.  Equal choices are the same run: it goes on where it was stopped."""

    def compose(self) -> ComposeResult:
        yield Label("strategy", classes="caption")
        yield OptionList(*(Option(name, id=name) for name in STRATEGIES))
        yield from _field("seed", "0", "", SEED, DIGITS)
        yield from _field("labels", "", "all", LABELS, DIGITS)
        yield from _field("epochs", "", "its own", EPOCHS, DIGITS)
        yield from _field("rate", "", "its own", RATE, "[0-9.e-]*")
        yield from _field("layers", "", CHOSEN_LAYERS[0])
        yield Tick("sample (synthetic)", id="sample", compact=True)
        yield Tick("read unlabelled too", id="adapt", compact=True)
        yield Button("Train  ⏎", id="start", compact=True, variant="primary")

    def on_mount(self) -> None:
        here = corpora.default_pair() == "real"
        sample = self.query_one("#sample", Checkbox)
        sample.value, sample.disabled = not here, not here  # the only corpus, where the real ones are missing
        self.choose("full")

    @property
    def only_sample(self) -> bool:
        """Whether the real corpora are missing."""
        return self.query_one("#sample", Checkbox).disabled

    @property
    def strategy(self) -> Strategy:
        """The one that is highlighted."""
        return list(STRATEGIES.values())[self.query_one(OptionList).highlighted or 0]

    def choose(self, strategy: str, layers: str = "") -> None:
        """Fill in a strategy and its layers."""
        self.query_one(OptionList).highlighted = list(STRATEGIES).index(strategy)
        self.query_one("#layers", Input).value = layers

    def on_option_list_option_highlighted(self) -> None:
        """Layers are chosen for one strategy only; what starts from random weights has read nothing."""
        self.query_one("#layers", Input).disabled = self.strategy.name != "unfreeze"
        self.query_one("#adapt", Checkbox).disabled = not self.strategy.pretrained

    def trouble(self) -> str:
        """What is wrong with the form, "" when nothing is; the field that is wrong gets the focus."""
        for field in self.query(Input):
            found = None if field.disabled else field.validate(field.value)
            if found and not found.is_valid:
                field.focus()
                return " ".join(found.failure_descriptions)
        return ""

    def _choices(self) -> dict[str, Any]:
        def value(name: str) -> str:
            field = self.query_one(f"#{name}", Input)
            return "" if field.disabled else field.value.strip()

        chosen: dict[str, Any] = {
            "strategy": self.strategy.name,
            "pair": "sample" if self.query_one("#sample", Checkbox).value else "real",
            "seed": int(value("seed")),
        }
        if value("labels"):
            chosen["labels"] = int(value("labels"))
        if value("epochs"):
            chosen["epochs"] = int(value("epochs"))
        if value("rate"):
            chosen["rate"] = float(value("rate"))
        if value("layers"):
            chosen["layers"] = tuple(value("layers").replace(",", " ").split())
        if self.query_one("#adapt", Checkbox).value and self.strategy.pretrained:
            chosen["adapt"] = True
        return chosen

    def asked(self) -> Config:
        """What is asked for.  Raises UsageError."""
        try:
            return config(**self._choices())
        except ValueError as error:
            raise UsageError(f"The form does not fit together: {error}.", "Change it.") from error

    def command(self, runs_dir: Path) -> str:
        """The command that does, or goes on with, the same."""
        chosen = self._choices()
        words = ["tfl", "train", chosen["strategy"], "--corpus", chosen["pair"], "--seed", str(chosen["seed"])]
        for name in ("labels", "epochs", "rate"):
            if name in chosen:
                words += [f"--{name}", f"{chosen[name]:g}"]
        for pattern in chosen.get("layers", ()):
            words += ["--layers", pattern]
        if "adapt" in chosen:
            words.append("--adapt")
        return shlex.join([*words, "--runs-dir", str(runs_dir), "--resume"])


def _field(
    name: str, value: str, hint: str, check: Validator | None = None, restrict: str | None = None
) -> ComposeResult:
    with Horizontal(classes="field"):
        yield Label(name)
        yield Input(
            value,
            placeholder=hint,
            id=name,
            compact=True,
            validators=check,
            restrict=restrict,
            valid_empty=name != "seed",
        )
