"""A finding follows from the measured numbers: other numbers, another finding."""

from typing import Any

import pytest

from grader.training import (
    batches,
    evaluation,
    gradual_unfreezing,
    layer_unfreezing,
    positional_encoding,
    recommender,
    repair_the_lab,
)
from grader.training.report import Row, Share


def row(name: str, right: int = 0, count: int = 1000, whose: Any = "reference", **fields: Any) -> Row:
    return Row(name=name, whose=whose, test=Share.of(right, count), **fields)


@pytest.mark.parametrize(("right", "shown"), [(115, True), (66, False), (20, False)])
def test_places_are_shown_to_matter_only_when_twins_are_told_apart(right: int, shown: bool) -> None:
    rows = [
        row("without", shares={"twins": Share.of(60, 120)}),
        row("with", shares={"twins": Share.of(110, 120)}),
        row("yours", whose="yours", shares={"twins": Share.of(right, 120)}),
    ]
    found = positional_encoding.judge(rows)
    assert found.shown is shown
    assert f"{right / 120:.0%}" in found.text and "50%" in found.text and "92%" in found.text


@pytest.mark.parametrize(("right", "word"), [(705, "within chance"), (800, "+10.0 points")])
def test_on_real_reviews_the_places_effect_is_told_as_it_is(right: int, word: str) -> None:
    twins = {"twins": Share.of(60, 120)}
    rows = [row("without", shares=twins), row("with", shares=twins), row("yours", shares=twins)]
    rows += [row("no places", 700, corpus="IMDB"), row("places", right, whose="yours", corpus="IMDB")]
    assert word in positional_encoding.judge(rows).text


def padded(name: str, wasted: float, seconds: float, right: int = 800) -> Row:
    return row(name, right, figures={batches.PADDING: wasted, batches.SECONDS: seconds})


@pytest.mark.parametrize(
    ("yours", "seconds", "right", "missing"),
    [
        (0.05, 6.0, 805, ""),
        (0.29, 6.0, 805, "pad no less"),
        (0.05, 9.5, 805, "not faster"),
        (0.05, 6.0, 500, "differ by more than chance"),
    ],
)
def test_buckets_must_save_padding_and_time_and_keep_the_accuracy(
    yours: float, seconds: float, right: int, missing: str
) -> None:
    rows = [padded("at random", 0.3, 9.0), padded("buckets", 0.04, 6.0), padded("yours", yours, seconds, right)]
    found = batches.judge(rows)
    assert found.shown is (not missing) and missing in found.text
    assert f"{yours:.1%}" in found.text


def layers(name: str, right: int, trainable: int, whose: str = "yours") -> Row:
    return row(name, right, whose=whose, parameters_trainable=trainable)


@pytest.mark.parametrize(
    ("scratch", "full", "chosen", "missing"),
    [(600, 800, 790, ""), (600, 900, 790, "full fine-tuning is ahead"), (780, 800, 790, "lead over scratch")],
)
def test_chosen_layers_must_come_near_full_and_leave_scratch_behind(
    scratch: int, full: int, chosen: int, missing: str
) -> None:
    rows = [
        layers("from scratch", scratch, 1000, "reference"),
        layers("full fine-tuning", full, 1000, "reference"),
        layers("final-layer", 700, 10),
        layers("linear2-everywhere", chosen - 50, 50),
        layers("last-block", chosen, 100),
    ]
    found = layer_unfreezing.judge(rows)
    assert found.shown is (not missing) and missing in found.text
    assert "10.0%" in found.text and f"{chosen / 1000:.3f}" in found.text


def test_a_share_too_small_for_its_decimals_is_not_called_nothing() -> None:
    rows = [
        layers("from scratch", 600, 1_000_000, "reference"),
        layers("full fine-tuning", 800, 1_000_000, "reference"),
        layers("last-block", 850, 100),
    ]
    assert "with less than 0.1% of the trainable weights" in layer_unfreezing.judge(rows).text


def test_layers_that_never_woke_show_nothing() -> None:
    rows = [
        layers("from scratch", 600, 1000, "reference"),
        layers("full fine-tuning", 800, 1000, "reference"),
        layers("last-block", 850, 100),
    ]
    assert layer_unfreezing.judge(rows).shown
    found = layer_unfreezing.judge(rows, {"last-block"})
    assert not found.shown and "what the classifier alone reaches" in found.text


@pytest.mark.parametrize(
    ("yours", "shown", "word"), [(850, True, "chance does not"), (705, False, "overlap"), (600, False, "is better")]
)
def test_gradual_unfreezing_must_be_better_by_more_than_chance(yours: int, shown: bool, word: str) -> None:
    validation = Share.of(70, 100)
    rows = [
        row("all at once", 700, train=0.9, validation=validation),
        row("gradual", 800, train=0.8, validation=validation),
        row("yours", yours, whose="yours", train=0.75, validation=validation),
    ]
    found = gradual_unfreezing.judge(rows)
    assert found.shown is shown and word in found.text
    assert "+5.0 points" in found.text and "+20.0 all at once" in found.text


def read(name: str, gap: float, best: int, your_gap: float | None = None, confusion: str = "equal") -> Row:
    figures: dict[str, Any] = {"accuracy": 0.8, "accuracy (yours)": 0.8, "gap at the end": gap, "best epoch": best}
    figures |= {"gap at the end (yours)": gap if your_gap is None else your_gap, "best epoch (yours)": best}
    return row(name, epochs=10, figures=figures | {"confusion matrix": confusion})


def test_the_run_with_the_widest_gap_is_named() -> None:
    found = evaluation.judge([read("calm", 0.1, 9), read("wild", 0.9, 3), read("flat", 0.0, 10)])
    assert found.shown and "“wild”" in found.text and "0.90" in found.text and "epoch 3 of 10" in found.text


def test_a_reading_that_differs_is_told() -> None:
    found = evaluation.judge([read("calm", 0.1, 9, your_gap=2.0), read("wild", 0.9, 3, confusion="differs")])
    assert not found.shown
    assert "gap at the end of “calm”" in found.text and "confusion matrix of “wild”" in found.text


def test_where_no_loss_rises_nothing_is_said_to_overfit() -> None:
    assert not evaluation.judge([read("calm", 0.1, 10), read("flat", 0.0, 10)]).shown


def lab(name: str, moved: float, right: int, whose: str = "reference") -> Row:
    headings = (repair_the_lab.BESIDE, repair_the_lab.PADDED, repair_the_lab.TWICE)
    return row(name, right, whose=whose, figures=dict.fromkeys(headings, moved))


@pytest.mark.parametrize(
    ("before", "after", "word"), [(0.1, 0.0, ""), (0.1, 0.05, "it still moves"), (0.0, 0.0, "did not move before")]
)
def test_a_mended_lab_must_stand_still_where_it_moved(before: float, after: float, word: str) -> None:
    found = repair_the_lab.judge([lab("found", before, 500), lab("mended", after, 800, "yours")])
    assert found.shown is (not word) and word in found.text
    assert f"{after:.4f} now" in found.text and "0.800 mended" in found.text


def ranked(name: str, spearman: float | None, top: float) -> Row:
    figures = {recommender.SOME: spearman, recommender.ALL: spearman, recommender.AT_TOP: top}
    return Row(name=name, whose="reference", figures=figures)


@pytest.mark.parametrize(
    ("spearman", "top", "word"),
    [(0.7, 12.0, ""), (0.05, 12.0, "may be chance"), (0.7, 2.0, "no more films"), (None, 2.0, "too few films")],
)
def test_a_ranking_must_fit_the_stars_and_prefer_films_with_many_reviews(
    spearman: float | None, top: float, word: str
) -> None:
    found = recommender.judge(
        [ranked("plain", 0.6, 2.0), ranked("shrunk", 0.7, 12.0), ranked("yours", spearman, top)], 50
    )
    assert found.shown is (not word) and word in found.text


def test_a_correlation_of_few_films_has_a_wide_interval() -> None:
    low, high = recommender.fisher_interval(0.5, 10)
    near_low, near_high = recommender.fisher_interval(0.5, 1000)
    assert low < 0 < near_low < 0.5 < near_high < high < 1
