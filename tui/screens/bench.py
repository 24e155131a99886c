"""A bench by itself, on the whole screen."""

from textual.app import ComposeResult

from tui.screens.base import TflScreen
from tui.widgets import benches
from tui.widgets.footer import Footer
from tui.widgets.title import Title
from tui.widgets.too_small import TooSmall


class BenchScreen(TflScreen[None]):
    """Opened from the palette, or as `tfl-tui layers`."""

    DEFAULT_CSS = """
    BenchScreen Bench { height: 1fr; }
    BenchScreen LayersBench, BenchScreen RecommenderBench { max-width: 120; }
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._bench = name

    def compose(self) -> ComposeResult:
        yield Title("Bench", self._bench)
        yield benches.make(self._bench)
        yield Footer()
        yield TooSmall()

    def on_mount(self) -> None:
        self.call_after_refresh(self.query_one(benches.Bench).take_focus)
