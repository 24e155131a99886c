"""Nothing that comes from elsewhere can steer a terminal."""

from hypothesis import given
from hypothesis import strategies as st

from tfl.printable import defused, printable


@given(st.text())
def test_one_line_stays_one_and_harmless(text: str) -> None:
    shown = printable(text)
    assert "\n" not in shown
    assert all(char.isprintable() or char in "\u200c\u200d" for char in shown)


@given(st.text())
def test_lines_stay_as_many_and_harmless(text: str) -> None:
    shown = defused(text)
    assert shown.count("\n") == text.replace("\r\n", "\n").count("\n")
    assert all(char.isprintable() or char in "\n\u200c\u200d" for char in shown)


def test_escape_sequences_become_visible() -> None:
    assert printable("\x1b[31mred\x07") == "␛[31mred␇"
    assert defused("a\n\x1b]0;title\x07") == "a\n␛]0;title␇"
    assert defused("a\rb") == "a␍b"
    assert printable("\u202eabc\x9b") == "�abc�"


def test_indentation_stays_and_tabs_become_spaces() -> None:
    assert defused("if x:\n\treturn  1") == "if x:\n    return  1"


def test_a_long_line_is_cut() -> None:
    assert printable("abcdef", 4) == "abc…"
    assert printable("abcd", 4) == "abcd"
