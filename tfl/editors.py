"""Opening a file in the learner's editor, at a line."""

import ast
import os
import re
import shlex
import shutil
from pathlib import Path

from tfl.errors import UsageError

USUAL = ("code", "nano", "vim", "vi")  # tried in turn where nothing is chosen
LINE_FIRST = {"vi", "vim", "nvim", "gvim", "nano", "emacs", "emacsclient", "kak", "micro", "joe"}  # editor +12 FILE
COLON = {"hx", "helix", "subl", "zed"}  # editor FILE:12
GOTO = {"code", "code-insiders", "codium", "cursor", "windsurf"}  # code -r -g FILE:12
GRAPHICAL = GOTO | {"subl", "zed", "gvim", "gedit", "kate", "mate", "open", "notepad"}  # open a window of their own


def command(path: Path, line: int | None = None, chosen: str = "") -> list[str]:
    """The command that opens `path`, at `line` where the editor is known to understand that.

    `chosen` goes before $VISUAL, $EDITOR, and the first usual editor that is installed.  Raises UsageError where there
    is none, or it is not installed.
    """
    words = _words(chosen or os.environ.get("VISUAL") or os.environ.get("EDITOR") or "")
    if not words:
        words = [next((name for name in USUAL if shutil.which(name)), "")]
    if not words[0]:
        raise UsageError("No editor was found.", "Name yours: export VISUAL=…")
    if not shutil.which(words[0]):
        raise UsageError(f"The editor “{words[0]}” is not installed.", "Name another: export VISUAL=…")
    name = Path(words[0]).name
    if name in GOTO:
        return [*words, "-r", "-g", f"{path}:{line}" if line else str(path)]
    if line and name in LINE_FIRST:
        return [*words, f"+{line}", str(path)]
    return [*words, f"{path}:{line}" if line and name in COLON else str(path)]


def takes_the_terminal(words: list[str]) -> bool:
    """Whether the editor draws in this terminal, so that everything else must wait."""
    return Path(words[0]).name not in GRAPHICAL or "--wait" in words


def failed_at(trace: tuple[str, ...]) -> int | None:
    """The line that a verdict's trace ends in."""
    return next((int(found[1]) for told in reversed(trace) if (found := re.match(r"line (\d+),", told))), None)


def to_write(source: str) -> int | None:
    """The line of the first thing that is not written yet, or of a syntax error."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        return getattr(error, "lineno", None)
    lines = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and node.exc is not None and "NotImplementedError" in ast.unparse(node.exc)
    ]
    return min(lines, default=None)


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise UsageError(f"“{line}” is no command: {error}.", "Mend VISUAL or EDITOR.") from error
