"""Text that comes from elsewhere, made fit for a terminal."""

JOINERS = "\u200c\u200d"  # hold emoji and Persian words together


def printable(text: str, longest: int | None = None) -> str:
    """`text` on one line, without what a terminal would obey: control characters and escape sequences show as
    symbols (ESC as ␛), marks that turn the direction of writing as �.  Cut to `longest` characters."""
    line = "".join(_shown(char) for char in " ".join(text.split()))
    return line if longest is None or len(line) <= longest else line[: longest - 1] + "…"


def _shown(char: str) -> str:
    if char.isprintable() or char in JOINERS:
        return char
    return chr(0x2400 + ord(char)) if ord(char) < 32 else "�"
