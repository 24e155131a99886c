"""The checks of an exercise with their verdicts, and what one of them found."""

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from grader.marks import GLYPHS, Mark, Verdict
from tfl.course import Check, Exercise
from tfl.printable import defused
from tui.words import plural

COLOURS = {
    "passed": "$text-success",
    "failed": "$text-error",
    "error": "$text-error",
    "timeout": "$text-warning",
    "blocked": "$foreground 50%",
}
SAID = {
    "passed": "passed",
    "failed": "failed",
    "error": "ended in an error",
    "timeout": "took too long",
    "blocked": "waits for another check",
}


class Checks(OptionList):
    """One line a check: sign, title, points."""

    HELP = "The checks of the exercise, from simple to deep.  The chosen one's findings stand beside or below the list."
    DEFAULT_CSS = "Checks { height: 1fr; scrollbar-size-vertical: 1; }"

    def __init__(self, exercise: Exercise) -> None:
        super().__init__()
        self.exercise = exercise
        self.verdicts: dict[str, Verdict] = {}
        self.known: set[str] = set()  # passed before, as progress knows; not checked since

    def on_mount(self) -> None:
        self.draw()

    def on_resize(self) -> None:
        self.draw()

    @property
    def chosen(self) -> Check | None:
        """The check that is highlighted."""
        return self.exercise.checks[self.highlighted] if self.highlighted is not None else None

    def draw(self) -> None:
        """Show the verdicts that there are."""
        place = self.highlighted
        width = (self.scrollable_content_region.width or 60) - 1
        options = [Option(self._row(check, width), id=check.id) for check in self.exercise.checks]
        with self.app.batch_update():
            self.clear_options()
            self.add_options(options)
            self.highlighted = place if place is not None else 0

    def take(self, verdict: Verdict) -> None:
        """A check has a verdict."""
        self.verdicts[verdict.id] = verdict
        self.known.discard(verdict.id)
        width = (self.scrollable_content_region.width or 60) - 1
        self.replace_option_prompt(verdict.id, self._row(self.exercise.check(verdict.id), width))

    def forget(self) -> None:
        """The file is another one now: no verdict counts any more."""
        self.verdicts, self.known = {}, set()
        self.draw()

    def choose_first_trouble(self) -> None:
        """Choose the first check that has not passed, unless the chosen one has not either."""
        states = [self.verdicts[c.id].verdict if c.id in self.verdicts else "passed" for c in self.exercise.checks]
        if self.highlighted is not None and states[self.highlighted] not in ("passed", "blocked"):
            return
        trouble = next((i for i, state in enumerate(states) if state not in ("passed", "blocked")), None)
        if trouble is not None:
            self.highlighted = trouble
            self.scroll_to_highlight()

    def _row(self, check: Check, width: int) -> Content:
        verdict = self.verdicts.get(check.id)
        if verdict:
            glyph, colour = GLYPHS[verdict.verdict], COLOURS[verdict.verdict]
        elif check.id in self.known:
            glyph, colour = GLYPHS["passed"], COLOURS["passed"]
        else:
            glyph, colour = "○", "$foreground 50%"
        points = f"{check.points}"
        room = max(8, width - len(points) - 4)
        title = Content(check.title).truncate(room, ellipsis=True)
        faint = "$foreground 60%" if verdict and verdict.verdict == "blocked" else ""
        gap = " " * (room - title.cell_length + 1)
        return Content.assemble((f"{glyph} ", colour), title.stylize(faint), gap, (points, "$foreground 60%"))


def findings(check: Check, verdict: Verdict | None) -> Content:
    """What a check found, for its learner."""
    lines = [Content.styled(check.title, "bold")]
    if verdict is None:
        worth = f"worth {check.points} point{'s' * (check.points != 1)}"
        return Content("\n").join([*lines, Content.styled(f"Not checked yet; {worth}.", "$foreground 60%")])
    said = f"{GLYPHS[verdict.verdict]} {SAID[verdict.verdict]}"
    lines.append(
        Content.assemble(
            (said, COLOURS[verdict.verdict]), (f"  {verdict.points} of {verdict.max_points}", "$foreground 60%")
        )
    )
    if verdict.hidden and verdict.verdict != "passed":
        lines.append(Content("\nThis check does not say what it found."))
        return Content("\n").join(lines)
    if verdict.message:
        lines += [Content(), Content(defused(verdict.message))]
    if verdict.picture:
        lines += [Content(), Content.styled("where it differs (█ most)", "$foreground 60%")]
        lines += [Content.styled(f"▏{row}▕", "$text-warning") for row in verdict.picture]
    if verdict.trace:
        lines += [Content(), Content.styled("your lines", "$foreground 60%")]
        lines += [Content(f"  {defused(line)}") for line in verdict.trace]
    if verdict.output:
        lines += [
            Content(),
            Content.styled("what it printed", "$foreground 60%"),
            Content(defused(verdict.output.rstrip())),
        ]
    return Content("\n").join(lines)


def outcome(mark: Mark) -> Content:
    """What a mark says on the whole, and what one can do now."""
    if mark.passed:
        text = f"✓ All {len(mark.checks)} checks passed.  g trains with your code, s shows the solution, n goes on."
        told = [Content.styled(text, "bold $text-success")]
    else:
        left = sum(check.verdict != "passed" for check in mark.checks)
        line = f"{mark.score} of {mark.max_score} points; {plural(left, 'check')} to go"
        told = [Content.assemble((f"✗ {line}", "$text-error"), (f"  ({mark.seconds:.2f} s)", "$foreground 60%"))]
    told += [Content.styled(f"! {defused(note)}", "$text-warning") for note in (*mark.notes, *mark.incidents)]
    return Content("\n").join(told)
