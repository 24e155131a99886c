"""Text that comes from elsewhere, made fit for a terminal.

Control characters and escape sequences show as symbols (ESC as ␛), marks that turn the direction of writing as �.
"""

JOINERS = "\u200c\u200d"  # hold emoji and Persian words together
TAB = 4  # columns


def printable(text: str, longest: int | None = None) -> str:
    """`text` on one line, without what a terminal would obey.  Cut to `longest` characters."""
    line = "".join(map(_shown, " ".join(text.split())))
    return line if longest is None or len(line) <= longest else line[: longest - 1] + "…"


def defused(text: str) -> str:
    """`text` with its lines and indentation, without what a terminal would obey."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join("".join(map(_shown, line.expandtabs(TAB))) for line in lines)


def _shown(char: str) -> str:
    if char.isprintable() or char in JOINERS:
        return char
    return chr(0x2400 + ord(char)) if ord(char) < 32 else "�"
