"""Markdown as styled text."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tui.prose import Link, parse


def lines(markdown: str, width: int = 40) -> list[str]:
    return parse(markdown).lay_out(width).plain.split("\n")


def test_a_list_hangs_and_counts() -> None:
    assert lines("1. one two three\n2. four", 12) == ["1. one two", "   three", "2. four"]


def test_nested_points_have_another_sign() -> None:
    assert lines("- a\n  - b\n- c") == ["• a", "  ◦ b", "• c"]


def test_code_is_cut_not_wrapped() -> None:
    assert lines("```\nabcdefghijkl\n```", 8) == ["  abcde…"]


def test_a_table_aligns_numbers_to_the_right() -> None:
    found = lines("| name | n |\n|---|---:|\n| a | 5 |\n| b | 15 |")
    assert [line.rstrip() for line in found] == ["name   n", "────────", "a      5", "b     15"]


def test_links_are_listed_and_can_be_clicked() -> None:
    found = parse("A [mask](../glossary.md#mask).")
    assert found.links == (Link("mask", "../glossary.md#mask"),)
    metas = [span.style.meta for span in found.lay_out(40).spans if not isinstance(span.style, str)]
    assert {"@click": "screen.link('../glossary.md#mask')"} in metas


@given(st.text(max_size=200), st.integers(12, 100))
@settings(max_examples=60)
def test_any_text_can_be_laid_out(text: str, width: int) -> None:
    parse(text).lay_out(width)
