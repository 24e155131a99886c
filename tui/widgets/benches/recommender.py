"""Films ranked by what their reviews say, with the review that says it best."""

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tfl.events import Event, Failed, Progress, Result, Stage
from tui.jobs import BUSY, threads
from tui.widgets.benches.base import Bench, share
from tui.widgets.paced import Paced
from tui.words import bar, plural, wrong

FILMS = 15  # of each end
BARS = 8, 24  # columns of a score's bar: where there is little room, where there is much
ROOMY = 90  # columns of a row from which on there is


class RecommenderBench(Bench):
    """The best run ranks the films of the test reviews."""

    TITLE = "What the streaming service would show"
    WAITING = "Press enter to let the best run rank the films of the test reviews."
    HELP = """Films by their score: the mean mood of their reviews, drawn towards the mean of all when there are few.
Beside it the true mean stars, which the model has never seen.  The line below is the most telling review."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "rank", "Rank the films", show=False),
        Binding("w", "other_end", "Best/worst"),
    ]
    DEFAULT_CSS = """
    RecommenderBench {
        & > OptionList { height: auto; max-height: 60%; min-height: 6; margin-top: 1; }
        & > #evidence { height: auto; min-height: 5; margin-top: 1; }
        & > OptionList, & > #evidence, & > #sum { display: none; }
        &.-ranked > OptionList, &.-ranked > #evidence, &.-ranked > #sum { display: block; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Any] = {}
        self.end = "top"
        self.can_focus = True

    def parts(self) -> ComposeResult:
        yield Static(id="sum", classes="note")
        yield OptionList()
        yield Static(id="evidence")

    def on_unmount(self) -> None:
        if self.home.listener is self:
            self.home.end_job()

    def action_rank(self) -> None:
        """Start the job that ranks them, once."""
        if self.found or self.home.listener is self:
            return
        if self.home.job:
            self._say(wrong(BUSY.format(self.home.busy)))
            return
        request = {"top": FILMS, "bottom": FILMS, "runs_dir": str(self.home.runs_dir), "threads": threads()}
        self.home.start_job("recommend", request, self)
        self._say(Content("Starting a process for it …"))

    def on_click(self) -> None:
        self.action_rank()

    @property
    def brief(self) -> str:
        return "▸ ranking films"

    def hear(self, event: Event) -> None:
        match event:
            case Stage(name=name):
                self._say(Content(f"{name} …"))
            case Progress() as progress:
                drawn = bar(progress.done, progress.total) if progress.total else ""
                self._say(Content.assemble((drawn, "$primary"), f"  {progress.stage}"))
            case Result(value=value):
                self.found = value
                self.add_class("-ranked")
                self.query_one("#trouble").display = False
                self._list()
                self.query_one(OptionList).focus()
            case Failed() as failed:
                self._say(wrong(f"{failed.message} {failed.action}"))
            case _:
                pass

    def _say(self, what: Content) -> None:
        self.query_one("#trouble", Paced).say(what)

    def _list(self) -> None:
        value = self.found
        known = next((one for one in value["correlations"] if one["spearman"] is not None), None)
        agrees = f"; order agrees with the stars at {known['spearman']:.2f} (Spearman)" if known else ""
        which = "best" if self.end == "top" else "worst"
        what = f"{which} of {value['films']:,} films by {value['reviews']:,} reviews, {value['corpus']}"
        self.query_one("#sum", Static).update(Content(f"{what}, judged by {value['run']}{agrees}"))
        options = self.query_one(OptionList)
        place = options.highlighted or 0
        options.clear_options()
        width = self.scrollable_content_region.width
        options.add_options(Option(self._row(film, width)) for film in value[self.end])
        options.highlighted = min(place, len(value[self.end]) - 1)

    def _row(self, film: dict[str, Any], width: int) -> Content:
        stars = "–" if film["stars"] is None else f"{film['stars']:.1f}"
        bar = BARS[width >= ROOMY]
        room = max(10, width - 26 - bar)
        title = Content(film["title"] or film["film"]).truncate(room, ellipsis=True)
        return Content.assemble(
            (f"{film['rank']:>4}  ", "$foreground 60%"),
            title,
            " " * (room - title.cell_length + 1),
            (f"{share(film['score'], bar):<{bar}} ", "$primary"),
            (f"{film['score']:.3f}", "bold"),
            (f"  ★ {stars:>4}", "$text-warning"),
        )

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        film = self.found[self.end][event.option_index]
        review = film["review"]
        stars = f" · its author gave {review['stars']} of 10 stars" if review["stars"] else ""
        self.query_one("#evidence", Static).update(
            Content.assemble(
                (f"“{review['excerpt']}”\n", "italic"),
                (
                    f"{review['probability']:.1%} positive{stars} · {plural(film['reviews'], 'review')}",
                    "$foreground 60%",
                ),
            )
        )

    def on_resize(self) -> None:
        if self.found:
            self.call_after_refresh(self._list)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self.found) or None if action == "other_end" else True

    def action_other_end(self) -> None:
        self.end = "bottom" if self.end == "top" else "top"
        self._list()
