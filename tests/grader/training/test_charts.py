"""Charts in text: 80 columns, ASCII, and the numbers where they belong."""

from hypothesis import given
from hypothesis import strategies as st

from grader.training.charts import Bar, amounts, curves, intervals, of_figures, of_tests, of_validation
from grader.training.report import Row, Share

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


def test_an_amount_below_zero_has_no_bar_and_keeps_its_number() -> None:
    for amounts_below in ([-0.5, 0.25], [-0.5, -0.25]):
        lines = amounts(
            "rank correlation", [(name, at, True) for name, at in zip("ab", amounts_below, strict=True)], "{}"
        )
        assert "*" not in lines[1] and lines[1].endswith("-0.5")


def test_rows_of_a_report_are_drawn_by_their_labels() -> None:
    rows = [
        Row(name="usual", whose="reference", test=Share.of(60, 100), figures={"padding": 0.5}),
        Row(name="mine", whose="yours", test=Share.of(80, 100)),
    ]
    histories = {"usual": [{"epoch": 1, "validation_accuracy": 0.6}, {"epoch": 2, "validation_accuracy": None}]}
    assert [line.split()[0] for line in of_tests(rows)[2:]] == ["usual", "yours:"]
    assert of_tests(rows, "on IMDB")[0] == "on IMDB"
    assert [line.split()[-1] for line in of_figures(rows, "padding", "{:.1f}")] == ["padding", "0.5", "0.0"]
    drawn = of_validation(rows, histories, "IMDB")
    assert drawn[0] == "validation accuracy on IMDB"
    assert not any("mine" in line for line in drawn)  # it has no epochs
