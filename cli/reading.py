"""Long texts in a terminal: Markdown wrapped to a comfortable width, a screenful at a time.

Anywhere else than on a terminal it is plain text of the same form, without colours, links in brackets.
"""

import re
import sys
from typing import ClassVar

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Heading, Markdown
from rich.text import Text

NARROW, WIDE = 80, 100  # columns: where there is no terminal, and at most
KEEP = 2  # lines of the last screenful that stay in sight

_COLOURS = re.compile(r"\x1b\[[\d;]*m")
MORE = "— more: enter, stop: q — "


class _LeftHeading(Heading):
    """Rich centres headings and frames the first; on paper they stand left."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        text = self.text.copy()
        text.stylize("bold underline" if self.tag == "h1" else "bold")
        yield Text("")
        yield text


class _Lesson(Markdown):
    elements: ClassVar = {**Markdown.elements, "heading_open": _LeftHeading}


def paper() -> Console:
    """A console of a width that can be read."""
    terminal = sys.stdout.isatty()
    out = Console(markup=False, highlight=False, width=None if terminal else NARROW)
    if out.width > WIDE:
        out = Console(markup=False, highlight=False, width=WIDE)
    return out


def lines(markdown: str) -> list[str]:
    """A Markdown text as the lines that a terminal shows, with its colours if it has any."""
    out = paper()
    with out.capture() as captured:
        out.print(_Lesson(markdown, code_theme="ansi_dark", hyperlinks=False))
    return one_blank_at_most([line.rstrip() for line in captured.get().strip("\n").split("\n")])


def one_blank_at_most(shown: list[str]) -> list[str]:
    """These lines with each gap one line high; a blank line may hold colours."""
    blank = [not _COLOURS.sub("", line).strip() for line in shown]
    return [line for line, empty, before in zip(shown, blank, [True, *blank], strict=False) if not (empty and before)]


def print_text(markdown: str) -> None:
    """Print a whole text."""
    print("\n".join(lines(markdown)))


def print_pages(markdown: str) -> bool:
    """Print a text a screenful at a time; False when the reader stopped before its end.

    Text that fits is printed at once, and so is text that nobody could turn the pages of.
    """
    shown = lines(markdown)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("\n".join(shown))
        return True
    room = max(paper().height - KEEP, 5)
    while shown:
        print("\n".join(shown[:room]))
        shown = shown[room:]
        if shown and not turned(MORE):
            return False
    return True


def turned(prompt: str) -> bool:
    """Ask to go on; False for q.  The end of the input means stop."""
    try:
        answer = input(prompt)
    except EOFError:
        print()
        return False
    if sys.stdout.isatty():
        print("\x1b[1A\x1b[2K", end="", flush=True)  # the question has served: take its line away
    return not answer.strip().lower().startswith("q")


def paragraph(text: str, mark: str = "") -> None:
    """Print plain text, wrapped; behind a mark such as "? " or "  1  " its further lines are indented as the first."""
    out = paper()
    for number, line in enumerate(Text(text).wrap(out, max(out.width - len(mark), 20))):
        out.print(Text(mark if number == 0 else " " * len(mark)) + line)
