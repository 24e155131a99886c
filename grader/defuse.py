"""Text that comes from learners, made fit for a spreadsheet.

Terminals are served by `cli.printable`, web pages by Jinja's escaping; this is the one place for cells.
Source: OWASP, "CSV Injection".
"""

import re
import unicodedata

# What a spreadsheet may take for a formula, in full width too; a quote in front makes it text.
_FORMULA = re.compile(r"^\s*[=+\-@|%＝＋－＠]")
_NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?$")


def cell(value: object) -> str:
    """A value as a spreadsheet's cell: numbers as they are, text on one line that no program will run.

    Control characters go (a tab or a carriage return may begin a formula, an escape sequence reaches the terminal of
    whoever prints the file); what could be a formula gets an apostrophe in front.
    """
    if value is None:
        return ""
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    text = "".join(" " if char in "\r\n\t" else char for char in str(value) if _harmless(char))
    return "'" + text if _FORMULA.match(text) and not _NUMBER.match(text) else text


def _harmless(char: str) -> bool:
    """Whether a character is neither a control character nor one that turns the direction of writing."""
    return char in "\r\n\t\u200c\u200d" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co")
