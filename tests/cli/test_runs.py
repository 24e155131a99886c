"""`tfl runs`: runs listed, shown and removed."""

import json
import sys
from pathlib import Path

import pytest

from cli import main as cli
from tfl import runs
from tfl.runs import RunFolder, RunRecord, Score

FULL = "full-sample-s0-1a2b3c"
SCRATCH = "scratch-sample-s0-n200-1a2b3c"


@pytest.fixture
def two_runs() -> tuple[RunFolder, RunFolder]:
    """A finished run, and one that was interrupted."""
    full = runs.create(FULL)
    full.save(
        RunRecord(
            id=FULL,
            strategy="full",
            pair="sample",
            corpus="sample (synthetic) reviews",
            seed=0,
            state="finished",
            source="pretrain-sample-s0-aaaaaa",
            source_kind="sample (synthetic) news",
            config={"epochs": 2},
            seconds=65,
            best_epoch=1,
            epochs_run=2,
            validation=Score(loss=0.31, accuracy=0.88),
            test=Score(loss=0.3, accuracy=0.875),
            test_interval=(0.86, 0.89),
            confusion=[[90, 10], [15, 85]],
            notes=["one cache was made again"],
        )
    )
    full.append_history({"epoch": 1, "train_loss": 0.5, "validation_accuracy": None})
    scratch = runs.create(SCRATCH)
    scratch.save(
        RunRecord(
            id=SCRATCH,
            strategy="scratch",
            pair="sample",
            corpus="sample (synthetic) reviews",
            seed=0,
            labels=200,
        )
    )
    return full, scratch


def tfl(*arguments: str, code: int = 0) -> None:
    """Run a command line that ends with this exit code."""
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.setattr(sys, "argv", ["tfl", *arguments])
        cli.main()
    assert ended.value.code == code


@pytest.fixture
def out(capsys: pytest.CaptureFixture[str]) -> "Output":
    return Output(capsys)


class Output:
    """What was printed since the last look."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    @property
    def text(self) -> str:
        return self.capsys.readouterr().out

    @property
    def errors(self) -> str:
        return self.capsys.readouterr().err


pytestmark = pytest.mark.usefixtures("two_runs")


def test_the_list_shows_each_run_with_its_corpus_state_and_accuracy(out: Output) -> None:
    tfl("runs", "list")
    lines = {line.split()[0]: line for line in out.text.splitlines()}
    assert all(part in lines[FULL] for part in ("sample (synthetic) reviews", "all", "finished", "0.880", "0.875"))
    assert all(part in lines[SCRATCH] for part in ("200", "interrupted", "–"))


def test_a_damaged_run_is_listed_and_the_others_too(capsys: pytest.CaptureFixture[str]) -> None:
    RunFolder(runs.paths.runs_dir() / SCRATCH).record_file.write_text("{")
    tfl("runs", "list")
    out, err = capsys.readouterr()
    assert FULL in out and "damaged" in out
    assert f"tfl runs remove {SCRATCH}" in err


def test_the_list_as_json(out: Output) -> None:
    tfl("runs", "list", "--json")
    listed = json.loads(out.text)
    assert {run["id"] for run in listed["runs"]} == {FULL, SCRATCH}
    assert listed["damaged"] == []


def test_an_empty_folder_says_how_to_begin(out: Output, tmp_path: Path) -> None:
    tfl("runs", "list", "--runs-dir", str(tmp_path / "none"))
    assert "tfl train" in out.text


def test_another_folder_of_runs_can_be_named(out: Output, tmp_path: Path) -> None:
    (tmp_path / "runs").rename(tmp_path / "elsewhere")
    tfl("runs", "list", "--json", "--runs-dir", str(tmp_path / "elsewhere"))
    assert FULL in out.text


def test_a_run_is_shown_with_everything_that_is_known(out: Output) -> None:
    tfl("runs", "show", "full")
    shown = out.text
    for part in (
        "0.875 (95 %: 0.860 to 0.890)",
        "pretrain-sample-s0-aaaaaa",
        "epochs=2",
        "one cache was made again",
        "0.5000",
        "90",
        "1 min 05 s",
    ):
        assert part in shown


def test_a_run_as_json_holds_its_history(out: Output) -> None:
    tfl("runs", "show", FULL, "--json")
    shown = json.loads(out.text)
    assert shown["test"]["accuracy"] == 0.875
    assert shown["history"][0]["epoch"] == 1


def test_an_unknown_run_names_the_near_ones(out: Output) -> None:
    tfl("runs", "show", "ful-sample-s0", code=2)
    assert FULL in out.errors


def test_a_removed_run_is_gone(out: Output) -> None:
    tfl("runs", "remove", FULL)
    assert out.text == f"Removed {FULL}\n"
    assert [folder.id for folder in runs.folders()] == [SCRATCH]


def test_several_runs_are_removed_at_once(out: Output) -> None:
    tfl("runs", "remove", "full", "scratch", "--json")
    assert json.loads(out.text) == {"removed": [FULL, SCRATCH]}
    assert runs.folders() == []


def test_when_one_id_is_wrong_nothing_is_removed() -> None:
    tfl("runs", "remove", "full", "absent", code=2)
    assert len(runs.folders()) == 2


def test_a_running_run_is_removed_by_force_only(two_runs: tuple[RunFolder, RunFolder]) -> None:
    with two_runs[1].lock():
        tfl("runs", "remove", SCRATCH, code=1)
        tfl("runs", "remove", SCRATCH, "--force")
    assert not two_runs[1].path.exists()
