"""Runs and their folders."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfl import runs
from tfl.errors import RunError, UnknownName, UsageError
from tfl.runs import RunFolder, RunRecord, Score, run_id, wilson_interval

FULL = "full-sample-s0-1a2b3c"
SCRATCH = "scratch-sample-s0-1a2b3c"


def record(run: str = FULL, **changes: object) -> RunRecord:
    """A finished run's record."""
    fields: dict[str, object] = {
        "id": run,
        "strategy": run.split("-")[0],
        "pair": "sample",
        "corpus": "sample (synthetic) reviews",
        "seed": 0,
        "state": "finished",
    }
    return RunRecord.model_validate(fields | changes)


def stored(run: str = FULL, **changes: object) -> RunFolder:
    """The folder of a run whose record is saved."""
    folder = runs.create(run)
    folder.save(record(run, **changes))
    return folder


# --- ids


@given(
    strategy=st.sampled_from(["scratch", "final-layer", "head-then-full", "pretrain"]),
    pair=st.sampled_from(["real", "sample"]),
    seed=st.integers(0, 10**6),
    labels=st.none() | st.integers(1, 10**5),
    config=st.dictionaries(st.text(), st.integers() | st.text()),
)
def test_every_id_has_the_form_of_one(
    strategy: str, pair: str, seed: int, labels: int | None, config: dict[str, object]
) -> None:
    assert runs.ID_FORM.fullmatch(run_id(strategy, pair, seed, labels, config))


def test_an_id_says_what_the_run_is() -> None:
    assert run_id("final-layer", "real", 2, 200, {"rate": 0.1}).startswith("final-layer-real-s2-n200-")


def test_equal_requests_have_equal_ids_whatever_their_order() -> None:
    assert run_id("full", "real", 0, None, {"a": 1, "b": 2}) == run_id("full", "real", 0, None, {"b": 2, "a": 1})


def test_another_configuration_has_another_id() -> None:
    assert run_id("full", "real", 0, None, {"rate": 0.1}) != run_id("full", "real", 0, None, {"rate": 0.2})


@pytest.mark.parametrize("bad", ["", "..", "../full-real-s0-1a2b3c", "full", "full-real-s0", "full-real-s0-XYZ"])
def test_what_has_not_the_form_of_an_id_makes_no_folder(bad: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        runs.create(bad)
    assert not (tmp_path / "runs").exists()


# --- records


def test_a_record_reads_back_as_it_was_saved() -> None:
    saved = record(
        labels=200,
        config={"layers": ["encoder.*"], "rate": 1e-3},
        test=Score(loss=0.3, accuracy=0.9),
        test_interval=(0.89, 0.91),
        confusion=[[9, 1], [2, 8]],
        notes=["unlabelled reviews were used"],
    )
    folder = runs.create(FULL)
    folder.save(saved)
    assert folder.record() == saved


def test_a_record_holds_a_loss_that_is_not_finite() -> None:
    loss = stored(train=Score(loss=math.nan, accuracy=0.5)).record().train
    assert loss and math.isnan(loss.loss)


def test_a_folder_that_holds_something_already_keeps_it() -> None:
    stored()
    assert runs.create(FULL).record().state == "finished"


def test_a_runs_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(RunError, match="cannot be made"):
        runs.create(FULL)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"id": "x"}', b"\xff\xfe"])
def test_a_damaged_record_is_a_run_error_that_says_what_to_do(content: bytes) -> None:
    folder = stored()
    folder.record_file.write_bytes(content)
    with pytest.raises(RunError, match="tfl runs remove"):
        folder.record()


# --- running


def test_a_run_is_running_while_its_lock_is_held() -> None:
    folder = stored(state="running")
    with folder.lock():
        assert folder.record().state == "running"


def test_a_run_that_says_running_without_a_process_was_interrupted() -> None:
    folder = stored(state="running")
    with folder.lock():
        pass
    assert folder.record().state == "interrupted"


def test_a_killed_process_leaves_its_run_interrupted() -> None:
    folder = stored(state="running")
    code = (
        "import os; from pathlib import Path; from tfl.runs import RunFolder\n"
        f"with RunFolder(Path({str(folder.path)!r})).lock():\n"
        "    os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert folder.record().state == "interrupted"


def test_two_processes_cannot_train_one_run() -> None:
    folder = stored()
    with folder.lock(), pytest.raises(RunError, match="another process"), folder.lock():
        pass


# --- history


def test_the_history_holds_the_epochs_in_order() -> None:
    folder = runs.create(FULL)
    for epoch in (1, 2):
        folder.append_history({"epoch": epoch, "train_loss": 0.5})
    assert [line["epoch"] for line in folder.history()] == [1, 2]


def test_a_run_without_an_epoch_has_an_empty_history() -> None:
    assert runs.create(FULL).history() == []


def test_a_line_that_a_killed_process_left_unfinished_is_not_an_epoch() -> None:
    folder = runs.create(FULL)
    folder.append_history({"epoch": 1})
    with folder.history_file.open("a") as file:
        file.write('{"epoch": 2, "train_l')
    assert folder.history() == [{"epoch": 1}]


def test_a_run_that_goes_on_from_a_checkpoint_drops_the_epochs_after_it() -> None:
    folder = runs.create(FULL)
    for epoch in (1, 2, 3):
        folder.append_history({"epoch": epoch})
    folder.write_history(folder.history()[:1])
    folder.append_history({"epoch": 2})
    assert folder.history() == [{"epoch": 1}, {"epoch": 2}]


def test_a_damaged_history_is_a_run_error() -> None:
    folder = runs.create(FULL)
    folder.history_file.write_text("not JSON\n")
    with pytest.raises(RunError, match="history"):
        folder.history()


# --- the runs folder


def test_without_a_runs_folder_there_are_no_runs() -> None:
    assert runs.list_runs() == ([], [])


def test_runs_are_listed_oldest_first() -> None:
    stored(FULL, created="2026-01-02T00:00:00+00:00")
    stored(SCRATCH, created="2026-01-01T00:00:00+00:00")
    assert [run.id for run in runs.list_runs()[0]] == [SCRATCH, FULL]


def test_a_damaged_run_is_listed_apart_and_hides_no_other() -> None:
    stored(FULL)
    stored(SCRATCH).record_file.write_text("{")
    records, damaged = runs.list_runs()
    assert [run.id for run in records] == [FULL]
    assert [run.id for run in damaged] == [SCRATCH]


def test_other_things_in_the_runs_folder_are_not_runs(tmp_path: Path) -> None:
    stored()
    (tmp_path / "runs" / "comparison").mkdir()
    (tmp_path / "runs" / "full-sample-s1-1a2b3c").write_text("a file")
    assert [folder.id for folder in runs.folders()] == [FULL]


def test_a_run_is_found_by_the_beginning_of_its_id() -> None:
    stored(FULL)
    stored(SCRATCH)
    assert runs.find("scr").id == SCRATCH


def test_a_beginning_that_fits_several_runs_names_them() -> None:
    stored("full-sample-s1-aaaaaa")
    stored("full-sample-s2-aaaaaa")
    with pytest.raises(UsageError, match=r"full-sample-s1-aaaaaa, full-sample-s2-aaaaaa"):
        runs.find("full")


@pytest.mark.parametrize("wrong", ["", "ful-sampel", "..", "/", "../runs/" + FULL])
def test_what_fits_no_run_is_unknown_and_names_near_ones(wrong: str) -> None:
    stored()
    with pytest.raises(UnknownName, match=FULL):
        runs.find(wrong)


# --- removing


def test_removing_a_run_removes_its_folder_and_nothing_else() -> None:
    gone, stays = stored(FULL), stored(SCRATCH)
    gone.remove()
    assert not gone.path.exists()
    assert stays.record().id == SCRATCH


def test_a_running_run_is_not_removed_unless_forced() -> None:
    folder = stored()
    with folder.lock():
        with pytest.raises(RunError, match="still running"):
            folder.remove()
        assert folder.path.exists()
        folder.remove(force=True)
    assert not folder.path.exists()


def test_a_link_to_another_place_is_not_removed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "precious"
    elsewhere.mkdir()
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / FULL).symlink_to(elsewhere)
    with pytest.raises(RunError, match="link"):
        runs.find(FULL).remove(force=True)
    assert elsewhere.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may remove anything")
def test_a_folder_that_cannot_be_removed_is_one_sentence(tmp_path: Path) -> None:
    folder = stored()
    folder.path.parent.chmod(0o500)
    try:
        with pytest.raises(RunError, match="could not be removed"):
            folder.remove()
    finally:
        folder.path.parent.chmod(0o700)


# --- Wilson's interval


@given(st.integers(1, 10**6).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_interval_holds_the_proportion_and_stays_between_0_and_1(counts: tuple[int, int]) -> None:
    correct, total = counts
    low, high = wilson_interval(correct, total)
    assert 0 <= low <= correct / total <= high <= 1


def test_the_interval_for_published_counts() -> None:
    # Newcombe (1998), table I: 81 of 263, method 3.
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_the_interval_narrows_with_more_examples() -> None:
    few, many = wilson_interval(9, 10), wilson_interval(900, 1000)
    assert many[1] - many[0] < few[1] - few[0]


@pytest.mark.parametrize("counts", [(1, 0), (0, 0), (-1, 5), (6, 5)])
def test_impossible_counts_are_refused(counts: tuple[int, int]) -> None:
    with pytest.raises(ValueError):
        wilson_interval(*counts)


def test_a_record_is_readable_json() -> None:
    assert json.loads(stored().record_file.read_text())["corpus"] == "sample (synthetic) reviews"
