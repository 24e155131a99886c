"""The benchmark of training runs, and judges what it measured.  Nothing here depends on how fast it is."""

import json

import pytest

from benchmarks import lab_baseline, reviews, training
from benchmarks.training import COMPARED, EVALUATION, FINAL, FINAL_ALL, FULL, LAB, PLAIN
from tfl.config import config


@pytest.fixture(autouse=True)
def toy_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "ROUNDS", 1)
    monkeypatch.setattr(lab_baseline, "GLOVE_WORDS", 5_000)


def test_every_comparison_is_measured_on_the_sample(capsys: pytest.CaptureFixture[str]) -> None:
    assert training.main(["--corpus", "sample", "--reviews", "64", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["about"]["corpus"] == "sample (synthetic) reviews"
    assert {(row["task"], row["peer"]) for row in report["ratios"]} == COMPARED.keys()
    for row in report["ratios"]:
        assert row["ratio"] == pytest.approx(row["peer_seconds"] / row["tfl_seconds"])
        assert row["target"] is None


def test_all_contenders_get_the_same_reviews() -> None:
    material = reviews.read(config(pair="sample", strategy="full"), 90)
    assert str(material) == "90 to train on, 10 to validate on, 45 to test on"
    for part in (material.train, material.validation, material.test):
        assert [label for label, _ in part.lab] == part.ours.labels.tolist()
        whole = [len(tokens) for _, tokens in part.lab]
        assert [min(length, 96) for length in whole] == part.ours.lengths  # the sample's reviews are cut at 96
    assert not set(material.train.ours.rows) & set(material.validation.ours.rows)


def seconds(full: float = 20, final: float = 200, evaluation: float = 20, plain: float = 3) -> training.Seconds:
    """One round in which tfl needs a second for everything in bfloat16 and two in float32."""
    ours = {"tfl float32": [2.0], "tfl bfloat16": [1.0]}
    return {
        FULL: {LAB: [full], PLAIN: [plain], **ours},
        FINAL: {LAB: [final], **ours},
        FINAL_ALL: {LAB: [final], **ours},
        EVALUATION: {LAB: [evaluation], **ours},
    }


def test_the_number_format_that_tfl_chooses_decides() -> None:
    in_float32 = {(one.task, one.peer): one for one in training.ratios(seconds(), "float32", targets=True)}
    assert in_float32[FULL, LAB].ratio == 10 and in_float32[FULL, LAB].reached
    in_bfloat16 = {(one.task, one.peer): one for one in training.ratios(seconds(), "bfloat16", targets=True)}
    assert in_bfloat16[FULL, LAB].ratio == 20
    assert in_bfloat16[FULL, LAB].by_format == {"float32": 10, "bfloat16": 20}


@pytest.mark.parametrize("slow", [{"full": 9}, {"final": 99}, {"evaluation": 7}, {"plain": 1.4}])
def test_a_missed_target_is_marked(slow: dict[str, float], capsys: pytest.CaptureFixture[str]) -> None:
    found = training.ratios(seconds(**slow), "bfloat16", targets=True)
    assert [one.reached for one in found].count(False) == 1
    training.show(found, 2000, extrapolate=True)
    assert capsys.readouterr().out.count("✗") == 1


@pytest.mark.parametrize(("full", "code"), [(10, 0), (9, 1)])
def test_a_missed_target_is_the_exit_code(monkeypatch: pytest.MonkeyPatch, full: float, code: int) -> None:
    found = training.ratios(seconds(full), "bfloat16", targets=True)
    monkeypatch.setattr(training, "measure", lambda settings, material: {})
    monkeypatch.setattr(training, "ratios", lambda seconds, number_format, targets: found)
    assert training.main(["--corpus", "sample", "--reviews", "64"]) == code


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--corpus", "real"], "is not in"),
        (["--corpus", "sample", "--reviews", "3"], "too few"),
        (["--corpus", "sample", "--reviews", "100000"], "Ask for fewer"),
    ],
)
def test_what_cannot_be_measured_is_said(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert training.main(arguments) != 0
    assert said in capsys.readouterr().err
