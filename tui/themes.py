"""The app's own colours, a dark and a light set.  Widgets name variables only; any theme of Textual's works too."""

from textual.theme import Theme

from tui.settings import DARK, LIGHT

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
        variables={"footer-background": "#161c26", "footer-key-foreground": "#f2b45c"},
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
        variables={"footer-background": "#f3f0e8", "footer-key-foreground": "#a1540a"},
    ),
)
