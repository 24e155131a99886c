"""From text to batch: tokens, ids, unknown words, padding, mask; and what padding costs in real batches."""

from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from tui.widgets.benches.base import Bench, share
from tui.widgets.dial import Dial
from tui.words import plural

EXAMPLES = ("Not bad at all!", "The last hour drags, but the ending moved me.", "Unforgettable.")
SIZES = [8, 16, 32, 64, 128]
LONGEST = [16, 32, 64, 128, 256, 512]
UNKNOWN = 1
OTHERS = 27  # lines of the bench beside the example batches
FEWEST = 3  # rows of an example batch that are drawn, however low the screen is
LONGEST_BAR = 80


class TextBench(Bench):
    """Type three texts and see the rectangle that they become."""

    DEFAULT_CSS = """
    TextBench {
        & > .compact { margin-bottom: 0; }
        & > #batch { margin-top: 1; }
    }
    """
    TITLE = "From text to batch"
    HELP = """Three texts become one batch.  Each column is a token with its id; ? marks a word that the vocabulary does
not have, · a cell of padding, which the mask takes out of attention and of the mean."""

    def __init__(self) -> None:
        super().__init__()
        self._found: dict[str, dict[str, Any]] = {}  # question → what was answered last

    def parts(self) -> ComposeResult:
        for number, text in enumerate(EXAMPLES):
            yield Input(text, id=f"text{number}", classes="compact", compact=True)
        yield Static(id="batch")
        yield Static("What padding costs", classes="head second")
        with Horizontal(classes="row"):
            yield Dial("batch", SIZES, 2, id="size")
            yield Dial("cut at", LONGEST, 4, id="longest")
        yield Static(id="padding")

    def begin(self) -> None:
        # A scroll bar that comes with the last answer takes columns from what was drawn before it.
        self.watch(self, "show_vertical_scrollbar", self.on_resize, init=False)
        self._ask_for_tokens()
        self._ask_for_padding()

    @on(Input.Changed)
    def _ask_for_tokens(self) -> None:
        texts = [field.value for field in self.query(Input)]
        self.ask("tokens", texts=texts, runs_dir=str(self.home.runs_dir))

    @on(Dial.Turned)
    def _ask_for_padding(self) -> None:
        self.ask("padding", **{str(dial.id): int(dial.value) for dial in self.query(Dial)})

    def on_resize(self) -> None:
        self.call_after_refresh(self._redraw)

    def _redraw(self) -> None:
        for question, value in self._found.items():
            self.draw(question, value)

    def draw(self, question: str, value: dict[str, Any]) -> None:
        self._found[question] = value
        if question == "tokens":
            self.query_one("#batch", Static).update(self._rectangle(value))
        else:
            self.query_one("#padding", Static).update(self._costs(value))

    def _rectangle(self, value: dict[str, Any]) -> Content:
        """Tokens above ids, a column each, padding as dots."""
        texts = value["texts"]
        if not texts:
            return Content.styled("Type a sentence.", "$foreground 60%")
        count = len(value["mask"][0])
        columns = [
            max(len(str(text["ids"][i])) if i >= len(text["tokens"]) else len(text["tokens"][i]) + 1 for text in texts)
            for i in range(count)
        ]
        columns = [max(width, 4) for width in columns]
        room = self.scrollable_content_region.width
        shown = count
        while shown > 1 and sum(columns[:shown]) + shown > room - 2:
            shown -= 1
        lines = []
        for text in texts:
            words: list[Any] = []
            numbers: list[Any] = []
            for i in range(shown):
                real = i < len(text["tokens"])
                unknown = real and text["ids"][i] == UNKNOWN
                word = (text["tokens"][i] + ("?" if unknown else "")) if real else "·"
                words.append(
                    (f"{word:<{columns[i]}} ", "$text-error" if unknown else "bold" if real else "$foreground 40%")
                )
                numbers.append((f"{text['ids'][i]:<{columns[i]}} ", "$foreground 70%" if real else "$foreground 40%"))
            more = "…" if shown < count else ""
            lines += [Content.assemble(*words, more), Content.assemble(*numbers, more)]
        unknown = plural(value["unknown"], "unknown word")
        told = f"{len(texts)} × {count} cells · {value['padding']:.0%} padding · {unknown}"
        whose = f"vocabulary: {value['words']:,} words of {value['vocabulary']}"
        lines += [Content.styled(told, "$primary"), Content.styled(whose, "$foreground 60%")]
        return Content("\n").join(lines)

    def _costs(self, value: dict[str, Any]) -> Content:
        width = max(10, min(LONGEST_BAR, self.scrollable_content_region.width - 26))
        lines = []
        for key, name in (("random", "at random"), ("bucketed", "by length")):
            padding = value[key]
            drawn = share(padding, width)
            lines.append(
                Content.assemble(
                    f"{name:<10}",
                    (f"{padding:6.1%} ", "bold"),
                    (drawn, "$warning"),
                    ("░" * (width - len(drawn)), "$foreground 30%"),
                )
            )
        lines.append(
            Content.styled(
                f"of all cells are padding, over {value['reviews']:,} texts: {value['corpus']}", "$foreground 60%"
            )
        )
        if not self.screen.has_class("-low"):
            lines.append(Content())
        rows = max(FEWEST, self.size.height - OTHERS)
        longest = max(max(value["example"][key]) for key in ("random", "bucketed"))
        scale = (self.scrollable_content_region.width - 6) / 2 / longest
        left = [f"{'█' * round(n * scale)}" for n in value["example"]["random"][:rows]]
        right = [f"{'█' * round(n * scale)}" for n in value["example"]["bucketed"][:rows]]
        half = round(longest * scale)
        full = max(map(len, left)), max(map(len, right), default=0)
        for row in range(max(len(left), len(right))):
            a, b = (side[row] if row < len(side) else "" for side in (left, right))
            lines.append(
                Content.assemble(
                    (a, "$primary"),
                    ("·" * (full[0] - len(a)), "$foreground 35%"),
                    " " * (half - full[0] + 3),
                    (b, "$primary"),
                    ("·" * (full[1] - len(b) if b else 0), "$foreground 35%"),
                )
            )
        lines.append(Content.styled(f"{'a batch at random':<{half + 3}}a batch by length", "$foreground 60%"))
        return Content("\n").join(lines)
