"""Help for what has the focus: what it is, and the keys that work there now."""

from collections.abc import Iterator
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

NEVER = "\N{NO-BREAK SPACE}"  # a sign stays with its words
MOVING = (("↑ ↓", "Move, scroll"), ("tab", "The next field or part"), ("⏎", "Choose"))
SIGNS = ("✓ passed, finished", "◐ in progress", "○ not started", "… running", "‖ interrupted", "✗ failed")
NAMES = {
    "question_mark": "?",
    "colon": ":",
    "escape": "esc",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "enter": "⏎",
    "pageup": "page ↑",
    "pagedown": "page ↓",
    "shift+tab": "⇧ tab",
}
USUAL = (
    "",
    "Up",
    "Down",
    "Page Up",
    "Page Down",
    "Scroll Left",
    "Scroll Right",
    "Select",
    "Focus Next",
    "Focus Previous",
    "Toggle option",
    "Submit",
    "Cursor up",
    "Cursor down",
    "Cursor left",
    "Cursor right",
    "Page up",
    "Page down",
)
HIDDEN = ("ctrl+", "shift+", "super+", "alt+", "alt_", "f1", "home", "end")  # standard keys that nobody looks up


class HelpScreen(ModalScreen[None]):
    """One page about the part of the screen where one is."""

    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        & > VerticalScroll {
            width: 76;
            max-width: 94%;
            height: auto;
            max-height: 90%;
            padding: 1 2;
            background: $surface;
            border: round $primary;
            border-title-color: $foreground;
            scrollbar-size-vertical: 1;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,question_mark,q", "dismiss", "Close")]

    def __init__(self, about: Screen[Any]) -> None:
        super().__init__()
        self._about = _texts(about)
        self._keys = _keys(about)

    def compose(self) -> ComposeResult:
        with VerticalScroll() as box:
            box.border_title = "Help"
            lines = [Content(text) for text in self._about]
            keys = [Content.assemble((f"{key:>10}  ", "bold $text-accent"), what) for key, what in MOVING] + [
                Content.assemble((f"{key:>10}  ", "bold $text-accent"), what) for key, what in self._keys
            ]
            rest = [
                Content.styled("   ".join(sign.replace(" ", NEVER) for sign in SIGNS), "$foreground 60%"),
                Content("Without this app: tfl --help.  esc closes."),
            ]
            yield Static(Content("\n\n").join([*lines, Content("\n").join(keys), *rest]))


def _texts(about: Screen[Any]) -> list[str]:
    """What the focused part says of itself, then what the screen says."""
    nodes = about.focused.ancestors_with_self if about.focused else [about]
    found = [node.HELP for node in nodes if getattr(node, "HELP", None)]
    return [" ".join((text or "").split()) for text in dict.fromkeys(found)]


def useful(about: Screen[Any]) -> Iterator[tuple[DOMNode, Binding]]:
    """The keys that do something on a screen now, the nearest part's first, and the part that they belong to."""
    for node, binding, enabled, _ in about.active_bindings.values():
        if not enabled or binding.description in USUAL or binding.key.startswith(HIDDEN):
            continue
        if isinstance(about.focused, Input) and len(binding.key) == 1:
            continue  # typed, not obeyed
        yield node, binding


def key_name(binding: Binding) -> str:
    """A key as it is written for people."""
    return binding.key_display or NAMES.get(binding.key, binding.key)


def _keys(about: Screen[Any]) -> list[tuple[str, str]]:
    """The keys that do the same stand together."""
    keys: dict[str, list[str]] = {}
    for _, binding in useful(about):
        keys.setdefault(binding.description, []).append(key_name(binding))
    return [(" ".join(dict.fromkeys(names)), what) for what, names in keys.items()]
