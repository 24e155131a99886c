"""The comparison: what is planned, what the rows say, what is reused, and what is written."""

import shlex
from collections.abc import Callable
from typing import Any

import pytest

from tfl import baseline, comparison_files, files, strategies, transfer
from tfl.comparison import (
    ADAPTED,
    FEW_LABELS,
    STRATEGIES,
    Comparison,
    Row,
    Spread,
    command,
    compare,
    default_labels,
    plan,
    pretraining,
    rows,
    signed,
    with_notes,
)
from tfl.config import Config
from tfl.errors import TrainingError, UnknownName, UsageError
from tfl.events import Epoch, Event
from tfl.runs import RunRecord, Score, wilson_interval
from tfl.session import Session

ALL = 1_200  # labelled reviews


def record(config: Config, test: float = 0.8, **facts: Any) -> RunRecord:
    """What came of a run, with 100 test examples."""
    right = round(50 * test)
    defaults: dict[str, Any] = {
        "state": "finished",
        "source_kind": "" if config.strategy in ("scratch", "baseline") else "sample (synthetic) news",
        "parameters_trainable": 1000,
        "seconds": 10.0,
        "epochs_run": 4,
        "train": Score(loss=0.2, accuracy=0.95),
        "validation": Score(loss=0.3, accuracy=0.85),
        "test": Score(loss=0.4, accuracy=test),
        "confusion": [[right, 50 - right], [50 - right, right]],
    }
    facts = {**defaults, **facts}
    return RunRecord(
        id=config.id, strategy=config.strategy, pair="sample", corpus="sample", seed=config.seed, labels=config.labels,
        config=config.model_dump(), **facts
    )  # fmt: skip


def made(configs: list[Config], tests: list[float], **facts: Any) -> list[Row]:
    """The rows of runs with these test accuracies."""
    outcomes: dict[str, RunRecord | str] = {
        one.id: record(one, test, **facts) for one, test in zip(configs, tests, strict=True)
    }
    return rows(configs, outcomes, {None: ALL, 200: 200})


def ask(strategies: list[str], seeds: tuple[int, ...] = (0,), labels: tuple[int | None, ...] = (None,)) -> list[Config]:
    return [one for one in plan(seeds, labels, strategies, pair="sample") if not one.adapt]


# --- the plan


def test_the_strategies_are_those_of_the_engine_and_the_baseline() -> None:
    assert set(STRATEGIES) == {*strategies.STRATEGIES, "baseline"}


def test_every_strategy_is_planned_and_some_from_both_pretrainings() -> None:
    found = [(one.strategy, one.adapt) for one in plan([0], [None])]
    assert sorted(found) == sorted([(name, False) for name in STRATEGIES] + [(name, True) for name in ADAPTED])


def test_with_few_labels_fewer_strategies_are_planned_unless_they_are_named() -> None:
    assert {one.strategy for one in plan([0], [200])} == set(FEW_LABELS)
    assert {one.strategy for one in plan([0], [200], ["gradual"])} == {"gradual"}


def test_runs_that_share_a_pretraining_come_one_after_the_other() -> None:
    bodies = [(one.seed, one.adapt) for one in plan([0, 1], [200, None])]
    assert bodies == sorted(bodies)


def test_no_run_is_planned_twice() -> None:
    ids = [one.id for one in plan([0, 1], [200, None])]
    assert len(ids) == len(set(ids))


def test_an_unknown_strategy_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="gradual"):
        plan([0], [None], ["gradul"])


def test_label_counts_that_come_near_to_all_are_not_compared_unless_asked_for() -> None:
    assert default_labels("sample", 1) == [200, None]
    assert default_labels("sample", 0.8) == default_labels("sample", 0.2) == [None]


@pytest.mark.parametrize(
    ("configs", "line"),
    [
        (plan([0], [None], pair="sample"), "tfl compare --corpus sample --seeds 0 --labels all"),
        (
            plan([1, 0], [None, 200], ["full", "scratch"], part=0.2),
            "tfl compare --corpus real --seeds 0,1 --labels 200,all --strategies scratch,full --quick",
        ),
    ],
)
def test_the_command_that_makes_it_again(configs: list[Config], line: str) -> None:
    assert shlex.split(command(configs)) == line.split()


# --- the rows


def test_a_row_is_the_mean_over_the_seeds_with_lowest_and_highest() -> None:
    [row] = made(ask(["full"], seeds=(0, 1, 2)), [0.75, 0.875, 1.0])
    assert row.test == Spread(mean=0.875, low=0.75, high=1.0)
    assert row.test_by_seed == [0.75, 0.875, 1.0]
    assert row.seeds == [0, 1, 2]
    assert row.gap == pytest.approx(0.10)


def test_the_interval_counts_the_test_examples_once_however_many_seeds() -> None:
    [row] = made(ask(["full"], seeds=(0, 1, 2)), [0.8, 0.8, 0.8])
    assert row.interval == wilson_interval(80, 100)


def test_confusion_is_summed_over_the_seeds() -> None:
    [row] = made(ask(["full"], seeds=(0, 1)), [0.8, 0.9])
    assert row.confusion == [[85, 15], [15, 85]]


def test_rows_have_most_labels_first_and_an_adapted_row_below_its_own() -> None:
    configs = plan([0], [200, None], ["full", "scratch"], pair="sample")
    found = made(configs, [0.8] * len(configs))
    expected = [("scratch", False), ("full", False), ("full", True)]
    assert [(row.labelled, row.strategy, row.adapted) for row in found] == [
        (count, *rest) for count in (ALL, 200) for rest in expected
    ]


def test_a_row_without_a_run_says_why() -> None:
    [config] = ask(["full"])
    [row] = rows([config], {config.id: "failed: the loss is no number"}, {None: ALL})
    assert (row.test, row.note) == (None, "failed: the loss is no number")
    assert comparison_files.cells(row)[-1] == row.note


def test_a_row_of_chosen_layers_names_them() -> None:
    [row] = made(ask(["unfreeze"]), [0.8])
    assert row.note == "layers embedding.* encoder.layers.1.*"


def notes(**tests: float) -> dict[str, str]:
    configs = ask([name.replace("_", "-") for name in tests])
    return {row.strategy: row.note for row in with_notes(made(configs, list(tests.values())))}


def test_a_transformer_below_the_baseline_says_so() -> None:
    assert notes(baseline=0.85, scratch=0.80, full=0.90) == {
        "baseline": "",
        "scratch": "below the linear baseline",
        "full": "",
    }


def test_transfer_that_is_no_better_than_from_scratch_says_so() -> None:
    assert notes(scratch=0.80, full=0.80, gradual=0.81) == {
        "scratch": "",
        "full": "no better than from scratch",
        "gradual": "",
    }


def test_a_row_is_measured_against_those_with_as_many_labels() -> None:
    configs = [*ask(["baseline", "full"]), *ask(["baseline", "full"], labels=(200,))]
    found = with_notes(made(configs, [0.90, 0.85, 0.60, 0.70]))
    assert {(row.strategy, row.labelled): bool(row.note) for row in found} == {
        ("baseline", ALL): False,
        ("full", ALL): True,
        ("baseline", 200): False,
        ("full", 200): False,
    }


def test_pretrainings_are_gathered_over_their_seeds() -> None:
    configs = [one.pretraining() for one in ask(["full"], seeds=(0, 1))]
    [row] = pretraining(record(one, test) for one, test in zip(configs, (0.5, 0.75), strict=True))
    assert row.test == Spread(mean=0.625, low=0.5, high=0.75)
    assert (row.pretrained_on, len(row.runs)) == ("sample news", 2)


# --- the cells


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [(0.87, 0.87, "0.870"), (0.8699, 0.8701, "0.870"), (0.86, 0.88, "0.870 (0.860–0.880)")],
)
def test_a_spread_is_shown_where_seeds_differ(low: float, high: float, shown: str) -> None:
    assert comparison_files.accuracy(Spread(mean=0.87, low=low, high=high)) == shown


@pytest.mark.parametrize(("gap", "shown"), [(0.0124, "+0.012"), (-0.02, "-0.020"), (-0.0001, "+0.000")])
def test_a_gap_has_a_sign(gap: float, shown: str) -> None:
    assert signed(gap) == shown


def test_every_row_has_a_cell_for_each_column() -> None:
    done, missing = made(ask(["full"]), [0.8])[0], Row(strategy="full", labelled=9, note="failed")
    assert len(comparison_files.cells(done)) == len(comparison_files.cells(missing)) == len(comparison_files.COLUMNS)


# --- the whole of it, on a fifth of the sample


@pytest.fixture
def few(tiny: Callable[..., Config]) -> list[Config]:
    """A comparison of three strategies that takes moments."""
    return [
        tiny("baseline"),
        tiny("scratch", epochs=1),
        tiny("final-layer", epochs=2),
        tiny("final-layer", epochs=2, labels=40),
    ]


def test_what_was_trained_is_reused(session: Session, few: list[Config], events: list[Event]) -> None:
    first = compare(session, few[:2])
    events.clear()
    second = compare(session, few[:2])
    assert not [event for event in events if isinstance(event, Epoch)]
    assert second.rows == first.rows and second.seconds == first.seconds


def test_it_writes_a_table_as_json_and_markdown_and_figures_that_say_synthetic(
    session: Session, few: list[Config]
) -> None:
    found = comparison_files.write(compare(session, few), session.runs_dir)
    read = Comparison.model_validate_json((session.runs_dir / "comparison.json").read_text("utf-8"))
    page = (session.runs_dir / "comparison.md").read_text("utf-8")

    assert read == found
    assert read.corpus == "sample (synthetic)" and read.synthetic
    assert page.startswith("# Comparison on sample (synthetic), seed 0\n")
    assert "Quick: 20% of every split." in read.notes
    assert [row.labelled for row in read.rows] == [240, 240, 240, 40]
    assert read.peak_memory > 1e7
    assert sorted(read.figures) == [
        "comparison/accuracy_against_labels.png",
        "comparison/accuracy_against_time.png",
        "comparison/confusion_matrices.png",
        "comparison/learning_curves.png",
    ]
    for figure in read.figures:
        assert f"({figure})" in page
        assert "sample (synthetic)" in (session.runs_dir / figure).with_suffix(".svg").read_text("utf-8")


def test_it_tells_every_run_by_itself_for_whoever_has_the_file_alone(session: Session, few: list[Config]) -> None:
    found = compare(session, few)
    assert [run.id for run in found.runs] == [config.id for config in few]
    baseline_run, scratch, body, small = found.runs
    assert (body.strategy, body.pretrained_on, body.adapted) == ("final-layer", "sample news", False)
    assert (small.labels, small.labelled, body.labels, body.labelled) == (40, 40, None, 240)
    assert (scratch.pretrained_on, baseline_run.history) == ("", [])
    assert len(body.history) == 2 and body.history[0]["validation_accuracy"] is not None
    assert scratch.parameters_trainable == scratch.parameters_total > body.parameters_trainable > 0
    for run, row in zip(found.runs, sorted(found.rows, key=lambda row: row.labelled, reverse=True), strict=True):
        assert run.interval and run.test and run.interval[0] < run.test < run.interval[1]
        assert (run.test, run.seconds) == (row.test_by_seed[0], row.seconds)


def test_figures_of_an_earlier_comparison_do_not_stay(session: Session, few: list[Config]) -> None:
    older = [session.runs_dir / "comparison" / name for name in ("learning_curves.png", "learning_curves.svg")]
    for file in older:
        files.write_text(file, "an older one")
    comparison_files.write(compare(session, few[:1]), session.runs_dir)
    assert not any(file.exists() for file in older)


def test_a_strategy_that_fails_costs_the_others_nothing(
    session: Session, few: list[Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    train = transfer.train

    def fails_from_scratch(session: Session, config: Config) -> RunRecord:
        if config.strategy == "scratch":
            raise TrainingError("The loss is no longer a number.")
        return train(session, config)

    monkeypatch.setattr(transfer, "train", fails_from_scratch)
    found = {row.strategy: row for row in compare(session, few[:3]).rows}
    assert found["scratch"].note == "failed: The loss is no longer a number."
    assert found["final-layer"].test


def test_without_scikit_learn_the_baseline_says_how_to_install_it(
    session: Session, few: list[Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baseline, "is_available", lambda: False)
    [row] = compare(session, few[:1]).rows
    assert "pip install" in row.note


def test_more_labels_than_there_are_fail_before_anything_is_trained(
    session: Session, tiny: Callable[..., Config]
) -> None:
    with pytest.raises(UsageError, match="240"):
        compare(session, [tiny("scratch"), tiny("scratch", labels=5_000)])
    assert not session.runs_dir.exists()
