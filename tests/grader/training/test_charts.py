"""Charts in text: 80 columns, ASCII, and the numbers where they belong."""

from hypothesis import given
from hypothesis import strategies as st

from grader.training.charts import Bar, amounts, curves, intervals
from grader.training.report import Share

counts = st.tuples(st.integers(1, 10_000), st.floats(0, 1)).map(
    lambda pair: Share.of(round(pair[0] * pair[1]), pair[0])
)
names = st.text(st.characters(min_codepoint=97, max_codepoint=122), min_size=1, max_size=60)
points = st.lists(st.tuples(st.integers(1, 40).map(float), st.floats(0, 1)), min_size=1, max_size=40)


@given(st.lists(st.tuples(names, counts, st.booleans()), min_size=1, max_size=6))
def test_intervals_fit_the_terminal_and_tell_every_number(rows: list[tuple[str, Share, bool]]) -> None:
    lines = intervals("test accuracy", [Bar(*row) for row in rows])
    assert len(lines) == len(rows) + 2
    assert max(map(len, lines)) <= 80 and all(line.isascii() for line in lines)
    for line, (_, share, yours) in zip(lines[2:], rows, strict=True):
        assert line.endswith(f"{share.value:.3f}") and ("*" if yours else "o") in line


@given(st.dictionaries(names, points, min_size=1, max_size=6))
def test_curves_fit_the_terminal_and_name_every_curve(series: dict[str, list[tuple[float, float]]]) -> None:
    lines = curves("accuracy", series, "epoch")
    assert max(map(len, lines)) <= 80
    for mark, name in zip("ox+*#@", series, strict=False):
        assert any(line.endswith(f"{mark} {name}") or f"{mark} {name[:20]}" in line for line in lines)


def test_a_higher_share_stands_further_right() -> None:
    _, _, low, high = intervals("", [Bar("a", Share.of(60, 100)), Bar("b", Share.of(80, 100))])
    assert low.index("o") < high.index("o")


def test_what_is_not_there_is_left_out() -> None:
    assert intervals("", [Bar("a", None)]) == []
    assert curves("", {"a": [(1.0, float("nan"))]}, "epoch") == []
    assert intervals("", [Bar("a", Share.of(1, 2)), Bar("b", None)])[-1].endswith("-")


def test_amounts_are_as_long_as_they_are_large() -> None:
    lines = amounts("padding", [("at random", 0.4, False), ("yours", 0.1, True)], "{:.0%}")
    assert (
        lines[1].count("o") - "at random".count("o") == 4 * lines[2].count("*")
        or abs(lines[1].count("o") - "at random".count("o") - 4 * lines[2].count("*")) <= 4
    )
    assert lines[1].endswith("40%") and lines[2].endswith("10%")
