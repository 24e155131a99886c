"""`tfl train` and `tfl pretrain`: what they ask of the job, and how the answer is shown."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli import pretrain, train
from tests.cli.conftest import JobLine
from tfl import strategies
from tfl.config import config
from tfl.events import Event, Failed, Result
from tfl.runs import RunRecord, Score

RECORD = RunRecord(
    id="full-sample-s0-1a2b3c",
    strategy="full",
    pair="sample",
    corpus="sample (synthetic) reviews",
    seed=0,
    labels=1200,
    source_kind="sample (synthetic) news",
    parameters_trainable=34_242,
    parameters_total=99_138,
    train=Score(loss=0.1, accuracy=0.95),
    validation=Score(loss=0.2, accuracy=0.9),
    test=Score(loss=0.3, accuracy=0.85),
    test_interval=(0.81, 0.88),
    notes=["quick: 20% of every split"],
)


class Train(JobLine):
    """Runs command lines whose job comes to `RECORD`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        super().__init__(monkeypatch, capsys, train, pretrain)
        self.reused = False

    def answer(self) -> Iterator[Event]:
        record, folder = RECORD.model_dump(mode="json"), f"runs/{RECORD.id}"
        yield Result(
            value={"record": record, "folder": folder, "curves": f"{folder}/curves.png", "reused": self.reused}
        )


@pytest.fixture
def tfl(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Train:
    return Train(monkeypatch, capsys)


# --- what is asked for


@pytest.mark.parametrize(
    ("line", "choices"),
    [
        ("", {}),
        ("--seed 3 --labels 200", {"seed": 3, "labels": 200}),
        ("--objective words+topic --adapt", {"objective": "words+topic", "adapt": True}),
        ("--rate 0.01 --epochs 7", {"rate": 0.01, "epochs": 7}),
        ("--no-word-order --precision float32", {"word_order": False, "precision": "float32"}),
    ],
)
def test_options_make_a_configuration(tfl: Train, line: str, choices: dict[str, Any]) -> None:
    assert tfl("train", "full", "--corpus", "sample", *line.split()).code == 0
    assert tfl.job == "train"
    assert tfl.request["config"] == config(strategy="full", pair="sample", **choices).model_dump(mode="json")


def test_layers_can_be_named_several_times(tfl: Train) -> None:
    tfl("train", "unfreeze", "--layers", "encoder.layers.1.*", "--layers", "*.linear2.*")
    assert tfl.request["config"]["layers"] == ["encoder.layers.1.*", "*.linear2.*"]


def test_without_the_real_corpora_the_sample_is_used(tfl: Train) -> None:
    tfl("train", "full")
    assert tfl.request["config"]["pair"] == "sample"


def test_how_to_run_it_is_passed_on(tfl: Train, tmp_path: Path) -> None:
    tfl("train", "full", "--resume", "--again", "--threads", "2", "--runs-dir", str(tmp_path))
    given = {key: tfl.request[key] for key in ("resume", "again", "threads", "runs_dir", "data_dir")}
    assert given == {"resume": True, "again": True, "threads": 2, "runs_dir": str(tmp_path), "data_dir": ""}


def test_pretraining_asks_for_the_run_that_training_would_start_from(tfl: Train) -> None:
    assert tfl("pretrain", "--corpus", "sample", "--seed", "2", "--objective", "topic", "--adapt").code == 0
    source = config(strategy="full", pair="sample", seed=2, objective="topic", adapt=True).pretraining()
    assert tfl.job == "pretrain"
    assert tfl.request["config"] == source.model_dump(mode="json")


def test_a_model_is_as_wide_as_the_word_vectors_that_it_starts_from(tfl: Train, tmp_path: Path) -> None:
    file = tmp_path / "vectors.txt"
    file.write_text("2 4\ngood 1 2 3 4\nbad 1 2 3 4\n")
    assert tfl("pretrain", "--vectors", str(file)).code == 0
    assert tfl.request["config"]["width"] == 4
    assert tfl.request["config"]["vectors"] == str(file)
    assert len(tfl.request["config"]["vectors_sha256"]) == 64


# --- wrong use


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("train full --labels 3", "--labels should be greater than or equal to 8, not 3."),
        ("train full --rate 0", "--rate should be greater than 0, not 0.0."),
        ("train full --epochs 0", "--epochs should be greater than or equal to 1, not 0."),
        ("pretrain --seed -1", "--seed should be greater than or equal to 0, not -1."),
        ("train full --vectors nowhere.txt", "nowhere.txt cannot be read as word vectors: No such file or directory."),
        ("train full --corpus other", "'--corpus'"),
        ("train", "STRATEGY"),
    ],
)
def test_a_wrong_choice_is_told_before_a_job_starts(tfl: Train, line: str, said: str) -> None:
    assert tfl(*line.split()).code == 2
    assert said in tfl.err
    assert tfl.job == ""


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "it is empty"), (b"\xff\xfe\xfa", "not text in UTF-8"), (b"PK", "numbers a line")]
)
def test_a_file_that_holds_no_word_vectors_is_told_plainly(
    tfl: Train, tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "vectors.txt"
    file.write_bytes(content)
    assert tfl("pretrain", "--vectors", str(file)).code == 2
    assert said in tfl.err
    assert tfl.job == ""


# --- what is shown


def test_the_result_tells_accuracies_what_was_trained_and_where_it_is(tfl: Train) -> None:
    tfl("train", "full")
    for fact in (
        "full on sample (synthetic) reviews, seed 0",
        "34,242 of 99,138 parameters",
        "0.900, gap +0.050",
        "0.850, 95 %: 0.810 to 0.880",
        "quick: 20% of every split",
        f"runs/{RECORD.id}/curves.png",
    ):
        assert fact in tfl.out


@pytest.mark.parametrize("reused", [True, False])
def test_a_run_that_was_there_already_is_said_to_be(tfl: Train, reused: bool) -> None:
    tfl.reused = reused
    tfl("train", "full")
    assert ("--again" in tfl.out) is reused


@pytest.mark.parametrize("line", ["train full --seed 1", "train full --seed 1 --resume", "pretrain"])
def test_the_job_is_told_the_command_that_goes_on_after_an_interruption(tfl: Train, line: str) -> None:
    tfl.ending = Failed(message="Stopped.", exit_code=130)
    assert tfl(*line.split()).code == 130
    assert tfl.request["continue"] == f"tfl {line.removesuffix(' --resume')} --resume"


def test_the_help_lists_every_strategy(tfl: Train) -> None:
    tfl("train", "--help")
    for strategy in strategies.STRATEGIES.values():
        assert f"{strategy.name} " in tfl.out
        assert strategy.summary in tfl.out
