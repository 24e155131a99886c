"""Numbers, states and errors as the screens write them."""

from pathlib import Path

from textual.content import Content

from tfl.printable import defused

GLYPHS = {  # state → sign and colour; the sign alone says it too
    "finished": ("✓", "$text-success"),
    "running": ("…", "$text-primary"),
    "interrupted": ("‖", "$text-warning"),
    "failed": ("✗", "$text-error"),
}


STATES = {  # of a stage or an exercise
    "passed": ("✓", "$text-success"),
    "in progress": ("◐", "$text-warning"),
    "not started": ("○", "$foreground 60%"),
}


def plural(count: int, noun: str) -> str:
    """1 step, 2 steps."""
    return f"{count:,} {noun}" + "s" * (count != 1)


def bar(done: int, total: int, width: int = 20) -> str:
    """━━━━━━━╌╌╌╌╌  58 %"""
    full = width * done // total
    return f"{'━' * full}{'╌' * (width - full)} {100 * done // total:3} %"


def short(path: Path) -> str:
    """A path as one would type it here: below the current folder without it, below the home folder with ~."""
    for folder, sign in ((Path.cwd(), ""), (Path.home(), "~/")):
        if path.is_relative_to(folder):
            return f"{sign}{path.relative_to(folder)}"
    return str(path)


def wrong(text: str) -> Content:
    """What went wrong, and what to do about it."""
    return Content.styled(f"✗ {defused(text)}", "$text-error")
