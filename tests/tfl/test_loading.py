"""A finished run comes back as the model it was, or says plainly why it cannot."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from tfl.device import Device
from tfl.errors import RunError
from tfl.evaluation import evaluate
from tfl.loading import best_run, load_run
from tfl.materials import Materials
from tfl.runs import RunFolder, RunRecord, Score, create


@pytest.fixture
def copy(finished_run: RunFolder, tmp_path: Path) -> RunFolder:
    """A copy of the finished run, to be spoilt."""
    return RunFolder(Path(shutil.copytree(finished_run.path, tmp_path / "runs" / finished_run.id)))


@pytest.mark.usefixtures("shared_cache")
def test_a_run_comes_back_as_the_model_that_was_tested(finished_run: RunFolder, cpu: Device) -> None:
    run = load_run(finished_run)
    materials = Materials(run.config)
    found = evaluate(run.model, materials.small_test, cpu)
    assert run.record.test is not None
    assert found.accuracy == run.record.test.accuracy
    assert found.loss == pytest.approx(run.record.test.loss)
    assert run.vocabulary.words == materials.vocabulary.words


def test_it_is_in_eval_mode(finished_run: RunFolder) -> None:
    assert not any(module.training for module in load_run(finished_run).model.modules())


def test_results_of_the_sample_say_that_it_is_synthetic(finished_run: RunFolder) -> None:
    assert load_run(finished_run).corpus == "sample (synthetic)"


# --- what cannot be loaded


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-50])


DAMAGES: dict[str, tuple[Callable[[RunFolder], Any], str]] = {
    "weights missing": (lambda run: run.weights.unlink(), "weights"),
    "weights cut short": (lambda run: truncate(run.weights), "weights"),
    "vocabulary missing": (lambda run: run.vocabulary.unlink(), "vocabulary"),
    "vocabulary of something else": (lambda run: run.vocabulary.write_text("a\nb\n"), "vocabulary"),
    "vocabulary not text": (lambda run: run.vocabulary.write_bytes(b"<pad>\n\xff"), "vocabulary"),
    "vocabulary cut short": (lambda run: truncate(run.vocabulary), "do not fit"),
    "record missing": (lambda run: run.record_file.unlink(), "run.json"),
    "record damaged": (lambda run: truncate(run.record_file), "run.json"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_run_names_the_damage_and_the_way_out(copy: RunFolder, damage: str) -> None:
    spoil, named = DAMAGES[damage]
    spoil(copy)
    with pytest.raises(RunError, match=named) as caught:
        load_run(copy)
    assert f"tfl runs remove {copy.id}" in caught.value.action


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"state": "interrupted"}, "interrupted, not finished"),
        ({"state": "failed"}, "failed, not finished"),
        ({"strategy": "pretrain"}, "pre-training"),
        ({"strategy": "baseline"}, "yardstick"),
        ({"confusion": [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}, "3 classes"),
        ({"config": {"strategy": "full", "colour": "red"}}, "another version"),
    ],
)
def test_a_run_that_judges_no_reviews_says_so(copy: RunFolder, change: dict[str, Any], said: str) -> None:
    copy.save(copy.record().model_copy(update=change))
    with pytest.raises(RunError, match=said) as caught:
        load_run(copy)
    assert caught.value.action


# --- which run is the best


def save(run: str, accuracy: float, test: float = 0.5, state: str = "finished", **facts: Any) -> str:
    """A run's record, of the given validation and test accuracy; returns its id."""
    strategy, pair = run.split("-")[0], "real" if "-real-" in run else "sample"
    known = {"id": run, "strategy": strategy, "pair": pair, "corpus": "x", "seed": 0, "state": state, **facts}
    scores = {"validation": Score(loss=1, accuracy=accuracy), "test": Score(loss=1, accuracy=test)}
    create(run).save(RunRecord.model_validate(known | scores))
    return run


def test_validation_decides_and_not_the_test() -> None:
    best = save("full-sample-s0-aaaaaa", 0.8, test=0.7)
    save("full-sample-s1-bbbbbb", 0.7, test=0.9)
    assert best_run().id == best


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"run": "full-real-s0-aaaaaa"}, {"run": "full-sample-s0-bbbbbb"}),
        ({"run": "full-real-s0-aaaaaa"}, {"run": "full-real-s0-n200-bbbbbb", "labels": 200}),
        ({"run": "full-real-s0-aaaaaa"}, {"run": "full-real-s0-bbbbbb", "config": {"part": 0.1}}),
    ],
)
def test_what_was_measured_on_more_comes_first(better: dict[str, Any], worse: dict[str, Any]) -> None:
    save(**better, accuracy=0.7)
    save(**worse, accuracy=0.9)
    assert best_run().id == better["run"]


def test_only_finished_runs_that_judge_reviews_are_candidates() -> None:
    save("full-sample-s0-aaaaaa", 0.9, state="interrupted")
    save("pretrain-sample-s0-bbbbbb", 0.9)
    save("baseline-sample-s0-cccccc", 0.9)
    with pytest.raises(RunError, match="no finished run") as caught:
        best_run()
    assert "tfl train" in caught.value.action


def test_another_folder_of_runs_can_be_named(finished_run: RunFolder) -> None:
    found = best_run(finished_run.path.parent)
    assert found == finished_run
    assert torch.equal(load_run(found).model.classifier.weight, load_run(finished_run).model.classifier.weight)
