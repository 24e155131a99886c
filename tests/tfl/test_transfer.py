"""Every strategy, from one end to the other, on a fifth of the sample."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from tfl import materials, training, transfer
from tfl.config import Config
from tfl.device import Device
from tfl.errors import PatternError, UnknownName
from tfl.events import Event, Stage, Step
from tfl.model import TransformerClassifier, load_weights
from tfl.runs import RunFolder, RunRecord
from tfl.session import Session
from tfl.strategies import STRATEGIES
from tfl.text.vocabulary import Vocabulary
from tfl.transfer import train

WIDTH, HIDDEN, LAYERS, CLASSES = 16, 16, 2, 2
HEAD = 2 * (LAYERS + 1) * WIDTH * CLASSES + CLASSES
ATTENTION = 3 * WIDTH * WIDTH + 3 * WIDTH + WIDTH * WIDTH + WIDTH
LAYER = ATTENTION + WIDTH * HIDDEN + HIDDEN + HIDDEN * WIDTH + WIDTH + 4 * WIDTH
NEWS, REVIEWS = "sample (synthetic) news", "sample (synthetic) reviews"
PRETRAINED = [name for name, strategy in STRATEGIES.items() if strategy.pretrained]


@pytest.fixture(scope="module")
def done(
    tmp_path_factory: pytest.TempPathFactory, token_cache: Path, cpu: Device, tiny: Callable[..., Config]
) -> tuple[Session, dict[str, RunRecord], list[Event]]:
    """A session in which every strategy has been trained."""
    events: list[Event] = []
    session = Session(tmp_path_factory.mktemp("runs"), cpu, events.append)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TFL_CACHE", str(token_cache))
        patch.setattr("tfl.session.release_memory", lambda: None)
        records = {name: train(session, tiny(name, epochs=1)) for name in STRATEGIES}
    return session, records, events


def folder_of(session: Session, record: RunRecord) -> RunFolder:
    return RunFolder(session.runs_dir / record.id)


def numbers(folder: RunFolder) -> list[dict[str, object]]:
    """The history without the times."""
    return [{key: value for key, value in epoch.items() if key != "seconds"} for epoch in folder.history()]


# --- every strategy


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_run_has_all_its_results_and_files(
    done: tuple[Session, dict[str, RunRecord], list[Event]], name: str
) -> None:
    session, records, _ = done
    record, folder = records[name], folder_of(session, records[name])
    assert folder.record() == record
    assert (record.state, record.corpus) == ("finished", REVIEWS)
    assert record.train
    assert record.validation
    assert record.test
    assert record.test_interval
    assert record.confusion
    low, high = record.test_interval
    assert low <= record.test.accuracy <= high
    assert sum(map(sum, record.confusion)) == 80  # a fifth of the test reviews
    assert record.test.accuracy == sum(record.confusion[i][i] for i in range(2)) / 80
    assert len(folder.history()) == record.epochs_run >= record.best_epoch >= 1
    best = folder.history()[record.best_epoch - 1]
    assert (best["validation_loss"], best["validation_accuracy"]) == (
        record.validation.loss,
        record.validation.accuracy,
    )
    assert (best["train_loss"], best["train_accuracy"]) == (record.train.loss, record.train.accuracy)
    assert record.seconds > 0
    assert record.examples_per_second > 0
    assert folder.curves.exists()
    assert not (folder.path / "checkpoint.safetensors").exists()


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_saved_weights_score_what_the_record_says(
    done: tuple[Session, dict[str, RunRecord], list[Event]], name: str, cpu: Device
) -> None:
    session, records, _ = done
    config = Config.model_validate(records[name].config)
    vocabulary = Vocabulary.read(folder_of(session, records[name]).vocabulary)
    model = TransformerClassifier(transfer.model_config(config, len(vocabulary), CLASSES))
    model.load_state_dict(load_weights(folder_of(session, records[name]).path))
    found = transfer.evaluate(model, session.materials(config).small_test, cpu)
    assert records[name].test
    assert found.accuracy == records[name].test.accuracy
    assert found.loss == pytest.approx(records[name].test.loss, rel=1e-4)


@pytest.mark.parametrize(
    ("name", "frozen_layers"),
    [
        ("scratch", 0),
        ("final-layer", None),  # of the embedding and the encoder nothing learns
        ("unfreeze", 1),
        ("gradual", 0),
        ("head-then-full", 0),
        ("full", 0),
    ],
)
def test_parameters_are_counted_as_by_hand(
    done: tuple[Session, dict[str, RunRecord], list[Event]], name: str, frozen_layers: int | None
) -> None:
    record = done[1][name]
    total = len(done[0].materials(Config.model_validate(record.config)).vocabulary) * WIDTH + LAYERS * LAYER + HEAD
    assert record.parameters_total == total
    assert record.parameters_trainable == (HEAD if frozen_layers is None else total - frozen_layers * LAYER)


def test_scratch_has_no_source(done: tuple[Session, dict[str, RunRecord], list[Event]]) -> None:
    assert (done[1]["scratch"].source, done[1]["scratch"].source_kind) == (None, "")


@pytest.mark.parametrize("name", PRETRAINED)
def test_the_others_say_what_they_were_pre_trained_on(
    done: tuple[Session, dict[str, RunRecord], list[Event]], name: str
) -> None:
    session, records, _ = done
    record = records[name]
    assert record.source == Config.model_validate(record.config).pretraining().id
    assert record.source_kind == NEWS
    assert RunFolder(session.runs_dir / record.source).record().state == "finished"


def test_one_pre_training_serves_every_strategy(done: tuple[Session, dict[str, RunRecord], list[Event]]) -> None:
    session, records, events = done
    assert len({records[name].source for name in PRETRAINED}) == 1
    assert len(list(session.runs_dir.glob("pretrain-*"))) == 1
    assert [event.name for event in events if isinstance(event, Stage)].count("word vectors") == 1


@pytest.mark.parametrize(
    ("name", "learned"),
    [("final-layer", ("classifier.",)), ("unfreeze", ("classifier.", "embedding.", "encoder.layers.1."))],
)
def test_what_a_strategy_does_not_train_is_as_its_source_left_it(
    done: tuple[Session, dict[str, RunRecord], list[Event]], name: str, learned: tuple[str, ...]
) -> None:
    session, records, _ = done
    source = load_weights(session.runs_dir / str(records[name].source))
    for parameter, tensor in load_weights(folder_of(session, records[name]).path).items():
        assert parameter.startswith(learned) or torch.equal(tensor, source[parameter]), parameter


def test_full_fine_tuning_changes_every_parameter(done: tuple[Session, dict[str, RunRecord], list[Event]]) -> None:
    session, records, _ = done
    source = load_weights(session.runs_dir / str(records["full"].source))
    for parameter, tensor in load_weights(folder_of(session, records["full"]).path).items():
        assert parameter.startswith("classifier.") or not torch.equal(tensor, source[parameter]), parameter


def test_the_final_layer_has_as_many_rows_as_the_reviews_have_classes(
    done: tuple[Session, dict[str, RunRecord], list[Event]],
) -> None:
    session, records, _ = done
    for record in records.values():
        assert len(load_weights(folder_of(session, record).path)["classifier.weight"]) == CLASSES


def test_the_titles_name_strategy_pre_training_labels_and_seed(session: Session, tiny: Callable[..., Config]) -> None:
    assert transfer.title(session, tiny("scratch")) == "from scratch, seed 0"
    assert (
        transfer.title(session, tiny("full", adapt=True, labels=100, seed=2))
        == f"full fine-tuning, pre-trained on {NEWS} + unlabelled reviews, 100 labels, seed 2"
    )


# --- what is read


def test_the_test_split_is_read_after_the_training(
    session: Session, tiny: Callable[..., Config], events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    tokenized = materials.tokenized

    def reading(corpus: str, split: str, *rest: object) -> object:
        told = [event.name for event in events if isinstance(event, Stage)]
        assert split != "test" or told[-1] == "testing"
        return tokenized(corpus, split, *rest)

    monkeypatch.setattr(materials, "tokenized", reading)
    assert train(session, tiny("full", labels=20, epochs=1)).test


def test_a_run_with_few_labels_learns_from_those_alone(
    session: Session, tiny: Callable[..., Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    fit = training.Training.fit

    def remember(self: training.Training, *rest: object) -> object:
        seen.extend([*self.data.train.rows, *self.data.validation.rows])
        return fit(self, *rest)

    monkeypatch.setattr(training.Training, "fit", remember)
    record = train(session, tiny("final-layer", labels=20))
    assert record.labels == 20
    assert len(set(seen)) == len(seen) == 20


def test_adapting_starts_from_another_pre_training(session: Session, tiny: Callable[..., Config]) -> None:
    plain, adapted = (train(session, tiny("final-layer", adapt=adapt)) for adapt in (False, True))
    assert plain.source != adapted.source
    assert adapted.source_kind == f"{NEWS} + unlabelled reviews"
    assert plain.id != adapted.id
    assert plain.test != adapted.test


# --- reuse, repetition, interruption


def test_a_finished_run_is_neither_trained_nor_pre_trained_again(
    session: Session, tiny: Callable[..., Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = train(session, tiny("final-layer"))
    monkeypatch.setattr(training.Training, "fit", None)
    monkeypatch.setattr("tfl.pretraining.pretrain.word_vectors", None)
    assert train(session, tiny("final-layer")) == first


@pytest.mark.parametrize("name", ["scratch", "unfreeze"])
def test_a_new_session_repeats_a_run_bit_by_bit(
    session: Session,
    tiny: Callable[..., Config],
    tmp_path: Path,
    name: str,
    done: tuple[Session, dict[str, RunRecord], list[Event]],
) -> None:
    here = folder_of(session, train(session, tiny(name, epochs=1)))
    there = folder_of(done[0], done[1][name])  # trained when features were shared
    assert numbers(here) == numbers(there)
    first, second = load_weights(here.path), load_weights(there.path)
    assert all(torch.equal(first[parameter], second[parameter]) for parameter in first)


@pytest.mark.parametrize("moment", ["training", "testing"])
def test_an_interrupted_run_goes_on_to_the_same_result(
    session: Session,
    tiny: Callable[..., Config],
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
    done: tuple[Session, dict[str, RunRecord], list[Event]],
) -> None:
    monkeypatch.setattr(training, "REPORT_SECONDS", -1.0)
    asked = tiny("unfreeze", epochs=1)
    expected = done[1]["unfreeze"]

    def interrupt(event: Event) -> None:
        if isinstance(event, Step) if moment == "training" else event == Stage(name="testing", detail=REVIEWS):
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        train(Session(session.runs_dir, session.device, interrupt), asked)
    assert folder_of(session, expected).record().state == "interrupted"

    found = train(session, asked)

    assert found.test == expected.test
    assert found.parameters_trainable == expected.parameters_trainable
    assert numbers(folder_of(session, found)) == numbers(folder_of(done[0], expected))
    assert found.seconds + 0.01 >= sum(epoch["seconds"] for epoch in folder_of(session, found).history())


# --- wrong requests


def test_layers_that_do_not_exist_are_told_before_anything_is_trained(
    session: Session, tiny: Callable[..., Config]
) -> None:
    with pytest.raises(PatternError, match=r"encoder\.layer\.1"):
        train(session, tiny("unfreeze", layers=("encoder.layer.1.*",)))
    assert not session.runs_dir.exists()


def test_an_unknown_strategy_is_told_before_anything_is_trained(session: Session, tiny: Callable[..., Config]) -> None:
    with pytest.raises(UnknownName, match="sctach"):
        train(session, tiny("sctach"))
    assert not session.runs_dir.exists()
