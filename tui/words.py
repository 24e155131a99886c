"""Numbers, states and errors as the screens write them."""

from textual.content import Content

GLYPHS = {  # state → sign and colour; the sign alone says it too
    "finished": ("✓", "$text-success"),
    "running": ("…", "$text-primary"),
    "interrupted": ("‖", "$text-warning"),
    "failed": ("✗", "$text-error"),
}


def score(value: float | None) -> str:
    """A loss, or an accuracy between 0 and 1; – where there is none."""
    return "–" if value is None else f"{value:.3f}"


def duration(seconds: float) -> str:
    """8.4 s, 2 min 05 s, 1 h 02 min."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def bar(done: int, total: int, width: int = 20) -> str:
    """━━━━━━━╌╌╌╌╌  58 %"""
    full = width * done // total
    return f"{'━' * full}{'╌' * (width - full)} {100 * done // total:3} %"


def wrong(text: str) -> Content:
    """What went wrong, and what to do about it."""
    return Content.styled(f"✗ {text}", "$text-error")
