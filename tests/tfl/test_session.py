"""A run is trained once, and its record says how it ended."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from tfl import checkpoint
from tfl.config import Config
from tfl.errors import RunError, TrainingError
from tfl.events import Event, RunFinished, Stage
from tfl.runs import RunFolder, RunRecord
from tfl.session import Session, finish


class Work:
    """Stands for a training: counts how often it is done, and ends as it is told to."""

    def __init__(self, ending: BaseException | None = None) -> None:
        self.ending = ending
        self.resumed: list[bool] = []

    def __call__(self, folder: RunFolder, record: RunRecord, resume: bool) -> RunRecord:
        self.resumed.append(resume)
        self.running = folder.record().state
        (folder.path / checkpoint.FILE).write_text("where to go on")
        if self.ending:
            raise self.ending
        folder.weights.write_text("weights")
        return finish(record, 1.234)


@pytest.fixture
def asked(tiny: Callable[..., Config]) -> Config:
    return tiny("full", seed=3, labels=200)


def folder_of(session: Session, config: Config) -> RunFolder:
    return RunFolder(session.runs_dir / config.id)


# --- a run that is new


def test_a_run_that_is_not_there_is_trained_and_recorded(session: Session, asked: Config) -> None:
    work = Work()
    record = session.perform(asked, "full fine-tuning", work)
    assert work.resumed == [True]
    assert work.running == "running"
    assert record == folder_of(session, asked).record()
    assert (record.state, record.seconds) == ("finished", 1.23)
    assert not (folder_of(session, asked).path / checkpoint.FILE).exists()


def test_a_record_says_what_was_asked_and_where_it_ran(session: Session, asked: Config) -> None:
    record = session.perform(asked, "", Work())
    assert (record.id, record.strategy, record.pair, record.seed, record.labels) == (asked.id, "full", "sample", 3, 200)
    assert Config.model_validate(record.config) == asked
    assert record.versions["torch"] == torch.__version__
    assert {"python", "tfl", "torchtext", "numpy"} <= record.versions.keys()
    assert (record.device, record.threads) == (session.device.name, torch.get_num_threads())


def test_a_record_from_the_sample_says_so(session: Session, asked: Config) -> None:
    assert session.perform(asked, "", Work()).corpus == "sample (synthetic) reviews"
    assert session.perform(asked.pretraining(), "", Work()).corpus == "sample (synthetic) news"


def test_a_record_of_a_part_says_how_large_it_is(session: Session, tiny: Callable[..., Config]) -> None:
    assert session.perform(tiny(part=0.2), "", Work()).notes == ["quick: 20% of every split"]
    assert session.perform(tiny(part=1.0), "", Work()).notes == []


def test_the_session_tells_what_it_does_and_what_came_out(session: Session, asked: Config, events: list[Event]) -> None:
    record = session.perform(asked, "full fine-tuning", Work())
    stage, finished = events
    assert isinstance(stage, Stage)
    assert (stage.name, stage.detail) == ("full fine-tuning", asked.id)
    assert isinstance(finished, RunFinished)
    assert finished.record == json.loads(folder_of(session, asked).record_file.read_text())
    assert finished.run == record.id


def test_random_numbers_begin_with_the_seed(session: Session, asked: Config) -> None:
    drawn = []

    def work(folder: RunFolder, record: RunRecord, resume: bool) -> RunRecord:
        drawn.append(torch.rand(()).item())
        return Work()(folder, record, resume)

    session.perform(asked, "", work)
    torch.rand(7)
    session.perform(asked, "", work, again=True)
    assert drawn[0] == drawn[1]


# --- a run that is there


def test_a_finished_run_is_reused(session: Session, asked: Config, events: list[Event]) -> None:
    first, again = session.perform(asked, "", Work()), Work()
    assert session.perform(asked, "", again) == first
    assert again.resumed == []
    assert [type(event) for event in events] == [Stage, RunFinished] * 2


def test_a_finished_run_is_trained_again_when_asked_for(session: Session, asked: Config) -> None:
    session.perform(asked, "", Work())
    again = Work()
    session.perform(asked, "", again, again=True)
    assert again.resumed == [True]


def test_a_finished_run_without_its_weights_is_trained_again(session: Session, asked: Config) -> None:
    session.perform(asked, "", Work())
    folder_of(session, asked).weights.unlink()
    again = Work()
    session.perform(asked, "", again)
    assert again.resumed == [True]


def test_another_configuration_is_another_run(session: Session, tiny: Callable[..., Config]) -> None:
    session.perform(tiny(seed=0), "", Work())
    other = Work()
    session.perform(tiny(seed=1), "", other)
    assert other.resumed == [True]


def test_a_damaged_record_is_told_and_can_be_replaced(session: Session, asked: Config) -> None:
    session.perform(asked, "", Work())
    folder_of(session, asked).record_file.write_text("{")
    with pytest.raises(RunError, match="damaged"):
        session.perform(asked, "", Work())
    assert session.perform(asked, "", Work(), again=True).state == "finished"


def test_two_processes_cannot_train_one_run(session: Session, asked: Config) -> None:
    second = Work()

    def work(folder: RunFolder, record: RunRecord, resume: bool) -> RunRecord:
        with pytest.raises(RunError, match="another process"):
            session.perform(asked, "", second)
        return Work()(folder, record, resume)

    session.perform(asked, "", work)
    assert second.resumed == []


# --- a run that does not come to its end


def test_a_failure_is_recorded_with_its_reason(session: Session, asked: Config) -> None:
    with pytest.raises(TrainingError):
        session.perform(asked, "", Work(TrainingError("The loss is no longer a number.", "Lower the rate.")))
    record = folder_of(session, asked).record()
    assert record.state == "failed"
    assert "The loss is no longer a number. Lower the rate." in record.notes


def test_an_interruption_is_recorded_and_the_checkpoint_stays(session: Session, asked: Config) -> None:
    with pytest.raises(KeyboardInterrupt):
        session.perform(asked, "", Work(KeyboardInterrupt()))
    assert folder_of(session, asked).record().state == "interrupted"
    assert (folder_of(session, asked).path / checkpoint.FILE).exists()


def test_a_crash_leaves_no_run_that_says_it_is_running(session: Session, asked: Config) -> None:
    with pytest.raises(ZeroDivisionError):
        session.perform(asked, "", Work(ZeroDivisionError()))
    assert folder_of(session, asked).record().state == "interrupted"


@pytest.mark.parametrize("ending", [KeyboardInterrupt(), TrainingError("No.", "Yes."), ZeroDivisionError()])
def test_what_did_not_come_to_its_end_goes_on_when_asked_for_again(
    session: Session, asked: Config, ending: BaseException
) -> None:
    with pytest.raises(type(ending)):
        session.perform(asked, "", Work(ending))
    again = Work()
    assert session.perform(asked, "", again).state == "finished"
    assert again.resumed == [True]


def test_without_resume_the_checkpoint_is_thrown_away_first(session: Session, asked: Config) -> None:
    with pytest.raises(KeyboardInterrupt):
        session.perform(asked, "", Work(KeyboardInterrupt()))
    found = []

    def work(folder: RunFolder, record: RunRecord, resume: bool) -> RunRecord:
        found.append((folder.path / checkpoint.FILE).exists())
        return Work()(folder, record, resume)

    session.perform(asked, "", work, resume=False)
    assert found == [False]


# --- what the runs of a session share


def test_runs_that_read_the_same_examples_share_them(session: Session, tiny: Callable[..., Config]) -> None:
    first = session.materials(tiny("scratch"))
    assert session.materials(tiny("final-layer", labels=200, adapt=True, width=32)) is first


@pytest.mark.parametrize("choice", [{"seed": 1}, {"part": 0.3}, {"vocabulary": 400}, {"small_tokens": 20}])
def test_runs_that_read_other_examples_do_not(
    session: Session, tiny: Callable[..., Config], choice: dict[str, float]
) -> None:
    first = session.materials(tiny())
    assert session.materials(tiny(**choice)) is not first


def test_a_runs_folder_is_made_where_it_is_missing(session: Session, asked: Config, tmp_path: Path) -> None:
    session.runs_dir = tmp_path / "deep" / "down"
    session.perform(asked, "", Work())
    assert (tmp_path / "deep" / "down" / asked.id / "run.json").exists()
