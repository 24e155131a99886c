"""Figures: what they say, and that they name their corpus."""

from pathlib import Path
from typing import Any

import pytest

from tfl import plots
from tfl.comparison import STRATEGIES, Row, Spread
from tfl.plots import overfitting_starts
from tfl.runs import RunRecord, Score

SAMPLE = "sample (synthetic)"


def epoch(number: int, train_loss: float, validation_loss: float | None, **facts: Any) -> dict[str, Any]:
    return {
        "epoch": number,
        "phase": 1,
        "train_loss": train_loss,
        "train_accuracy": 0.8,
        "validation_loss": validation_loss,
        "validation_accuracy": None if validation_loss is None else 0.7,
        "seconds": 1.0,
        **facts,
    }


def history(train: list[float], validation: list[float | None]) -> list[dict[str, Any]]:
    return [epoch(n, *losses) for n, losses in enumerate(zip(train, validation, strict=True), start=1)]


def record(**facts: Any) -> RunRecord:
    defaults: dict[str, Any] = {"strategy": "full", "pair": "sample", "corpus": SAMPLE, "seed": 0, "best_epoch": 1}
    return RunRecord(id="full-sample-s0-1a2b3c", **{**defaults, **facts})


def row(strategy: str, test: float = 0.8, **facts: Any) -> Row:
    defaults: dict[str, Any] = {
        "labelled": 100,
        "seeds": [0],
        "runs": [strategy],
        "seconds": 2.0,
        "validation": Spread(mean=test, low=test, high=test),
        "test": Spread(mean=test, low=test - 0.01, high=test + 0.01),
        "test_by_seed": [test],
        "interval": (test - 0.05, test + 0.05),
        "gap": 0.02,
        "confusion": [[40, 10], [10, 40]],
    }
    return Row(strategy=strategy, **{**defaults, **facts})


def draw(figure: str, path: Path, rows: list[Row]) -> None:
    """Draw one of the figures of a comparison."""
    histories = {run: history([0.5, 0.4], [0.5, 0.6]) for row in rows for run in row.runs}
    match figure:
        case "learning curves":
            plots.learning_curves(rows, histories, SAMPLE, path)
        case "time":
            plots.accuracy_against_time(rows, SAMPLE, path)
        case "labels":
            plots.accuracy_against_labels(rows, SAMPLE, path)
        case "confusion":
            plots.confusion_matrices(rows, ["neg", "pos"], SAMPLE, path)


def words(svg: Path) -> str:
    """The texts of a figure: matplotlib draws letters as curves and keeps the text in comments."""
    return svg.read_text("utf-8")


FIGURES = ["learning curves", "time", "labels", "confusion"]

# --- what is drawn


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_of_the_sample_says_that_it_is_synthetic(figure: str, tmp_path: Path) -> None:
    draw(figure, tmp_path / "figure.png", [row("full"), row("scratch", 0.7)])
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")
    assert SAMPLE in words(tmp_path / "figure.svg")


@pytest.mark.parametrize("figure", ["learning curves", "confusion"])
def test_a_figure_can_be_drawn_of_one_row(figure: str, tmp_path: Path) -> None:
    draw(figure, tmp_path / "figure.png", [row("full")])
    assert (tmp_path / "figure.png").exists()


@pytest.mark.parametrize("figure", ["time", "labels"])
def test_a_row_without_a_test_is_left_out(figure: str, tmp_path: Path) -> None:
    draw(figure, tmp_path / "figure.png", [row("full"), Row(strategy="gradual", note="failed")])
    assert "<!-- full -->" in words(tmp_path / "figure.svg")
    assert "<!-- gradual -->" not in words(tmp_path / "figure.svg")


def test_the_same_figure_is_the_same_file(tmp_path: Path) -> None:
    for name in ("one", "two"):
        draw("time", tmp_path / f"{name}.png", [row("full"), row("scratch", 0.7)])
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_the_curves_of_a_run_name_its_corpus_and_where_overfitting_begins(tmp_path: Path) -> None:
    found = record(test=Score(loss=0.5, accuracy=0.75))
    plots.run_curves(found, history([0.5, 0.4, 0.3], [0.5, 0.6, 0.7]), tmp_path / "curves.png")
    assert f"full on {SAMPLE}" in words(tmp_path / "curves.svg")
    assert "overfitting from epoch 2" in words(tmp_path / "curves.svg")


def test_a_run_that_does_not_overfit_is_not_said_to(tmp_path: Path) -> None:
    plots.run_curves(record(best_epoch=2), history([0.5, 0.4], [0.5, 0.4]), tmp_path / "curves.png")
    assert "overfitting" not in words(tmp_path / "curves.svg")


def test_a_run_of_one_epoch_without_validation_can_be_drawn(tmp_path: Path) -> None:
    plots.run_curves(record(), history([0.5], [None]), tmp_path / "curves.png")
    assert (tmp_path / "curves.png").exists()


def test_every_strategy_has_a_colour_and_a_marker_of_its_own() -> None:
    assert set(plots.LOOKS) == set(STRATEGIES)
    assert len({look.colour for look in plots.LOOKS.values()}) == len(STRATEGIES)
    assert len({look.marker for look in plots.LOOKS.values()}) == len(STRATEGIES)


# --- where overfitting begins


@pytest.mark.parametrize(
    ("train", "validation", "best", "start"),
    [
        ([0.5, 0.4, 0.3], [0.5, 0.4, 0.5], 2, 3),
        ([0.5, 0.4, 0.3], [0.5, 0.4, 0.3], 3, None),  # never
        ([0.5, 0.4, 0.5], [0.5, 0.4, 0.5], 2, None),  # both rise: it is lost, not overfitting
        ([0.6, 0.5, 0.4, 0.3], [0.5, 0.6, 0.4, 0.5], 3, 4),  # a rise before the best epoch is noise
        ([0.5, 0.4], [None, None], 0, None),
        ([0.5], [0.5], 1, None),
    ],
)
def test_overfitting_begins_where_validation_loss_rises_and_train_loss_falls(
    train: list[float], validation: list[float | None], best: int, start: int | None
) -> None:
    assert overfitting_starts(history(train, validation), best) == start
