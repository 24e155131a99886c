"""The mood of a text as one types it, for two runs side by side, and the words that pull it."""

from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tfl import runs
from tui.widgets.benches.base import Bench
from tui.widgets.dial import Dial

EXAMPLE = "Not bad at all, but the last hour drags."
NO_RUNS = """No finished run can judge reviews yet.
Train one: t on the screen of the runs, or `tfl train full --corpus sample`."""
ROOMY = 90  # columns from which on two runs stand side by side
STRONG, WEAK = 0.5, 0.1  # nats from which on a word has two signs, or one


class PredictionBench(Bench):
    """Type a review."""

    TITLE = "What two models make of a text"
    HELP = """Type a review and watch two runs judge it.  A word's sign says where it pulls: + and ++ towards positive,
− and −− towards negative, ? the model does not know it.  The dials choose the runs."""

    DEFAULT_CSS = """
    PredictionBench {
        & > #judges { height: auto; }
        & .judge { height: auto; margin-bottom: 1; }
        &.-roomy > #judges { layout: horizontal; }
        &.-roomy .judge { width: 1fr; margin-right: 2; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._judged: dict[str, Any] = {}

    def parts(self) -> ComposeResult:
        found = self._runs()
        yield Input(EXAMPLE, id="text", compact=True)
        with Container(id="judges"):
            for number in range(min(2, len(found))):
                with Vertical(classes="judge"):
                    with Horizontal(classes="row"):
                        yield Dial("run", found, number, id=f"run{number}")
                    yield Static(id=f"verdict{number}")

    def _runs(self) -> list[int | str]:
        """Runs that can judge a review, best of each strategy first: those whose validation accuracy is highest."""
        known = [
            record
            for record in runs.list_runs(self.home.runs_dir)[0]
            if record.state == "finished" and record.strategy not in ("pretrain", "baseline") and record.validation
        ]
        known.sort(
            key=lambda record: (record.pair == "real", record.validation.accuracy if record.validation else 0),
            reverse=True,
        )
        return [record.id for record in known]

    def begin(self) -> None:
        if not self.query(Dial):
            self.query_one("#trouble", Static).update(NO_RUNS)
            return
        self._ask()

    @on(Input.Changed)
    @on(Dial.Turned)
    def _ask(self) -> None:
        chosen = [str(dial.value) for dial in self.query(Dial)]
        if chosen:
            text = self.query_one(Input).value
            self.ask("judge", runs=chosen, runs_dir=str(self.home.runs_dir), text=text)

    def on_resize(self) -> None:
        self.set_class(self.size.width >= ROOMY, "-roomy")
        if self._judged:
            self.call_after_refresh(self.draw, "judge", self._judged)

    def draw(self, question: str, value: dict[str, Any]) -> None:
        self._judged = value
        for number in range(len(self.query(Dial))):
            found = value["predictions"][number] if value["predictions"] else None
            self.query_one(f"#verdict{number}", Static).update(self._verdict(found))

    def _verdict(self, found: dict[str, Any] | None) -> Content:
        if found is None:
            return Content.styled("There is no word in it.", "$foreground 60%")
        room = self.scrollable_content_region.width
        width = max(20, min(60, (room // 2 if self.has_class("-roomy") else room) - 4))
        p = found["probability"]
        at = min(width - 1, round(p * (width - 1)))
        scale = "".join("┼" if i == width // 2 else "─" for i in range(width))
        colour = "$text-success" if p > 0.5 else "$text-error"
        drawn = Content.assemble(
            (scale[:at], "$foreground 40%"), ("●", f"bold {colour}"), (scale[at + 1 :], "$foreground 40%")
        )
        ends = "− negative" + "positive +".rjust(width - 10)
        words = Content(" ").join(_word(word) for word in found["words"])
        label = f"{found['label']}, {p if p > 0.5 else 1 - p:.1%} sure"
        return Content("\n").join(
            [Content.styled(label, f"bold {colour}"), drawn, Content.styled(ends, "$foreground 60%"), words]
        )


def _word(word: dict[str, Any]) -> Content:
    """A word with the signs of its pull."""
    effect = word["effect"]
    if not word["known"]:
        return Content.styled(f"{word['word']}?", "$foreground 50%")
    strength = 2 if abs(effect) >= STRONG else 1 if abs(effect) >= WEAK else 0
    if not strength:
        return Content(word["word"])
    sign, colour = ("+", "$text-success") if effect > 0 else ("−", "$text-error")
    return Content.styled(word["word"] + sign * strength, f"{'bold ' if strength == 2 else ''}{colour}")
