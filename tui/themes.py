"""The app's own colours, a dark and a light set.  Widgets name variables only; any theme of Textual's works too."""

from textual.theme import Theme

from tui.settings import DARK, LIGHT


def _quiet(background: str, footer: str, key: str, chosen: str, faint: str, bar: str, text: str) -> dict[str, str]:
    """A chosen line keeps the colours of what stands in it; scroll bars do not shout."""
    return {
        "footer-background": footer,
        "footer-key-foreground": key,
        "block-cursor-background": chosen,
        "block-cursor-foreground": text,
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": faint,
        "block-cursor-blurred-foreground": text,
        "block-cursor-blurred-text-style": "none",
        "scrollbar": bar,
        "scrollbar-hover": bar,
        "scrollbar-active": key,
        "scrollbar-background": background,
        "scrollbar-background-hover": background,
        "scrollbar-background-active": background,
        "scrollbar-corner-color": background,
    }


THEMES = (
    Theme(
        name=DARK,
        primary="#6cb6ff",
        secondary="#9d8cff",
        accent="#f2b45c",
        foreground="#d9dee7",
        background="#10141b",
        surface="#161c26",
        panel="#212a38",
        success="#7bd88f",
        warning="#ffd166",
        error="#ff7a7a",
        dark=True,
        variables=_quiet(
            "#10141b", "#161c26", "#f2b45c", chosen="#23405e", faint="#1b2a3c", bar="#2b3648", text="#d9dee7"
        ),
    ),
    Theme(
        name=LIGHT,
        primary="#1d5fae",
        secondary="#5b45b0",
        accent="#a1540a",
        foreground="#22262d",
        background="#fbfaf6",
        surface="#f3f0e8",
        panel="#e5e0d3",
        success="#1f7a3d",
        warning="#8a6100",
        error="#b3261e",
        dark=False,
        variables=_quiet(
            "#fbfaf6", "#f3f0e8", "#a1540a", chosen="#cfe1f5", faint="#e4ecf4", bar="#d3cdbd", text="#22262d"
        ),
    ),
)
