"""Verdicts and marks as a person reads them: as they come, each failure with what helps to mend it.

    ✗ Every place has the code of the formula                                            0/3
        what was expected, what came
        │  ░▒▓│  where it differs
        line 31, in forward: …   the learner's own lines
        │ what was printed

Everything from outside passes through `tfl.printable`: no title, message or output can steer the terminal.
"""

import textwrap

from rich.console import Console
from rich.text import Text

from cli import show
from grader import in_process
from grader.client import FULL
from grader.formats import shown
from grader.marks import GLYPHS, Mark, State, Verdict
from tfl.printable import defused, printable

COLOURS: dict[State, str] = {
    "passed": "green",
    "failed": "red",
    "error": "red",
    "timeout": "red",
    "blocked": "dim",
}
WIDEST = 100  # columns: longer lines are hard to read
INDENT = " " * 4
MOST_OUTPUT = 20  # lines of what was printed


class Sheet:
    """Prints verdicts as they come; those that were not tried come together at the end."""

    def __init__(self) -> None:
        self.out = show.console()
        self.width = min(self.out.width, WIDEST) if self.out.is_terminal else 0  # 0: nothing is wrapped or aligned
        self.told: list[Verdict] = []
        self.waiting: dict[str, list[Verdict]] = {}  # reason → checks
        self.printed = ""  # what was shown of this last
        self.apart = False  # whether the last lines want an empty one behind them

    def head(self, title: str, notes: tuple[str, ...] = ()) -> None:
        """What is being checked, and how it was read."""
        self.line(printable(title), "bold")
        for note in notes:
            self.wrapped(note, indent="  ", style="dim")
        self.line("")

    def verdict(self, verdict: Verdict) -> None:
        """One verdict."""
        self.told.append(verdict)
        verdict = shown(verdict)
        if verdict.verdict == "blocked":
            self.waiting.setdefault(verdict.message, []).append(verdict)
            return
        failed = verdict.verdict != "passed"
        if self.apart or (failed and len(self.told) > 1):
            self.line("")
        self.row(verdict)
        if failed:
            self.details(verdict)
        self.apart = failed

    def end(self, mark: Mark) -> None:
        """What was not tried, the sum, and what should be known of the walls."""
        for reason, verdicts in self.waiting.items():
            self.line("")
            self.wrapped(f"Not tried: {reason}", indent="", style="dim")
            for verdict in verdicts:
                self.row(verdict)
        passed = sum(check.verdict == "passed" for check in mark.checks)
        self.line("")
        if [check.points for check in self.told] != [check.points for check in mark.checks]:
            self.wrapped(f"✗ None of these points counts: {mark.checks[0].message}", indent="", style="red")
        points, checks = f"{mark.score} of {mark.max_score} points", f"{passed} of {len(mark.checks)} checks passed"
        glyph, style = ("✓", "bold green") if mark.passed else ("✗", "bold")
        self.line(f"{glyph} {points}, {checks}, {mark.seconds:.2f} s", style)
        told = {check.message for check in mark.checks}
        for incident in (incident for incident in mark.incidents if incident not in told):
            self.wrapped(f"! {incident}", indent="", style="yellow")
        if mark.isolation not in (FULL, in_process.ISOLATION):
            text = f"! Isolation: {mark.isolation}.  Your code ran with fewer walls than on a current Linux; tfl doctor"
            self.wrapped(f"{text} says which are missing.", indent="", style="yellow")

    # --------------------------------------------------------------------------------------------------- pieces

    def row(self, verdict: Verdict) -> None:
        """Glyph, title and points; a title too long for the terminal goes on below."""
        points = f"{verdict.points}/{verdict.max_points}"
        room = self.width - len(points) - 4 if self.width else 0
        title = printable(verdict.title)
        first, *rest = textwrap.wrap(title, room) if room and len(title) > room else [title]
        gap = max(2, self.width - 2 - len(first) - len(points)) if self.width else 2
        row = Text(f"{GLYPHS[verdict.verdict]} {first}", style=COLOURS[verdict.verdict])
        row.append(" " * gap + points)
        for line in rest:
            row.append(f"\n  {line}")
        self.out.print(row)

    def details(self, verdict: Verdict) -> None:
        """What a verdict says beyond its title."""
        if verdict.message:
            self.wrapped(verdict.message)
        if verdict.picture:
            self.line(f"{INDENT}where it differs, █ most:", "dim")
            for line in verdict.picture:
                self.line(f"{INDENT}  │{defused(line)}│", "red")
        if verdict.trace:
            self.line(f"{INDENT}in your code:", "dim")
            for line in verdict.trace:
                self.cut(f"{INDENT}  {printable(line)}")
        if verdict.output and verdict.output == self.printed:
            self.line(f"{INDENT}it printed the same as above", "dim")
        elif verdict.output:
            self.printed = verdict.output
            self.line(f"{INDENT}it printed:", "dim")
            lines = defused(verdict.output).rstrip("\n").split("\n")
            for line in lines[:MOST_OUTPUT]:
                self.cut(f"{INDENT}  │ {line}")
            if len(lines) > MOST_OUTPUT:
                self.line(f"{INDENT}  … {len(lines) - MOST_OUTPUT:,} more lines", "dim")

    def line(self, text: str, style: str = "") -> None:
        """A line as it is."""
        self.out.print(text, style=style)

    def cut(self, text: str) -> None:
        """A line of code or output: on a terminal cut at its edge, as wrapping would hide its indentation."""
        cut = self.width and len(text) > self.width
        self.line(text[: self.width - 1] + "…" if cut else text)

    def wrapped(self, text: str, indent: str = INDENT, style: str = "") -> None:
        """Sentences, broken at the edge of a terminal."""
        wrapped(text, indent, style)


def wrapped(text: str, indent: str = "", style: str = "") -> None:
    """Print sentences; on a terminal each line is broken at its edge."""
    out = show.console()
    width = min(out.width, WIDEST) if out.is_terminal else 0
    for line in defused(text).split("\n"):
        whole = f"{indent}{line}"
        if width and len(whole) > width:
            inner = indent + " " * (len(line) - len(line.lstrip()))
            whole = textwrap.fill(
                line.strip(), width, initial_indent=inner, subsequent_indent=inner, break_on_hyphens=False
            )
        out.print(whole, style=style)


def is_interactive(out: Console) -> bool:
    """Whether somebody watches: a terminal that can redraw a line."""
    return out.is_terminal and not out.is_dumb_terminal
