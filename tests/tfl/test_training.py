"""The training loop: it repeats exactly, survives any interruption, and changes only what a phase names."""

import math
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from tfl import training
from tfl.checkpoint import FILE, Progress
from tfl.errors import PatternError, RunError, TrainingError
from tfl.events import Epoch, Event, Step
from tfl.frozen import Features
from tfl.model import WEIGHTS, ModelConfig, load_weights
from tfl.parts import REFERENCE
from tfl.phase import Phase
from tfl.runs import RunFolder
from tfl.training import Data, Training, drop_words, learning, scheduled

EPOCHS = 9  # of the toy's four phases
STEPS = 5  # of an epoch
MOMENTS = 29  # the events that the toy sends when it reports every step: 9 epochs and 4 · 5 steps


pytestmark = pytest.mark.usefixtures("no_collecting")


@pytest.fixture(scope="module")
def whole(toy: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> tuple[Training, Progress]:
    """The toy's training, never interrupted."""
    return fitted(toy, tmp_path_factory.mktemp("whole"))


@pytest.fixture
def every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step is reported and saved."""
    monkeypatch.setattr(training, "REPORT_SECONDS", -1.0)
    monkeypatch.setattr(training, "CHECKPOINT_SECONDS", -1.0)


def numbers(progress: Progress) -> list[dict[str, Any]]:
    """The history without the times, which never repeat."""
    return [{key: value for key, value in epoch.items() if key != "seconds"} for epoch in progress.history]


def weights(toy: Training) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in toy.model.state_dict().items()}


def fitted(
    toy: ModuleType, folder: Path, phases: list[Phase] | None = None, **choices: Any
) -> tuple[Training, Progress]:
    """A fresh training that has run to its end."""
    made = toy.make(folder, **choices)
    return made, made.fit(phases or toy.PHASES)


def contrary(toy: ModuleType) -> Data:
    """What is learned from the training examples is wrong in validation, so it gets worse there."""
    validation = toy.examples(20, seed=3)
    return Data(toy.examples(37, seed=2), replace(validation, labels=1 - validation.labels))


def best(progress: Progress) -> int:
    """The first epoch with the highest validation accuracy; of equal ones, that with the lowest loss."""
    scores = [(epoch["validation_accuracy"], -epoch["validation_loss"]) for epoch in progress.history]
    return 1 + scores.index(max(scores))


def assert_same(found: Training, progress: Progress, expected: Training, expected_progress: Progress) -> None:
    """Both trainings have the same weights, in memory and on disk, and the same history, bit by bit."""
    assert numbers(progress) == numbers(expected_progress)
    assert progress.best_epoch == expected_progress.best_epoch
    for name, tensor in expected.model.state_dict().items():
        assert torch.equal(found.model.state_dict()[name], tensor), name
        assert torch.equal(load_weights(found.folder)[name], tensor), name
    assert RunFolder(found.folder).history() == progress.history  # each epoch once, although a kill may fall between


def body(toy: Training) -> dict[str, Tensor]:
    return {name: tensor for name, tensor in weights(toy).items() if not name.startswith("classifier.")}


def changed(toy: Training, before: dict[str, Tensor]) -> set[str]:
    return {name for name, tensor in toy.model.state_dict().items() if not torch.equal(tensor, before[name])}


# --- it repeats


def test_a_seed_repeats_its_training_bit_by_bit(
    toy: ModuleType, tmp_path: Path, whole: tuple[Training, Progress]
) -> None:
    assert_same(*fitted(toy, tmp_path), *whole)


def test_another_seed_is_another_training(toy: ModuleType, tmp_path: Path, whole: tuple[Training, Progress]) -> None:
    _, other = fitted(toy, tmp_path, seed=1)
    assert numbers(other) != numbers(whole[1])


def test_it_learns(toy: ModuleType, tmp_path: Path) -> None:
    data = Data(toy.examples(200, seed=1), toy.examples(100, seed=2))
    history = toy.make(tmp_path, data=data, steps=10).fit([Phase(("*",), 8, 1e-2)]).history
    assert history[-1]["validation_loss"] < 0.4 < history[0]["validation_loss"]
    assert history[-1]["train_accuracy"] > 0.85


# --- it survives interruptions


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_a_training_stopped_at_any_moment_goes_on_to_the_same_result(
    toy: ModuleType,
    tmp_path: Path,
    whole: tuple[Training, Progress],
    every_step: None,
    monkeypatch: pytest.MonkeyPatch,
    moment: int,
) -> None:
    monkeypatch.setattr(training, "CHECKPOINT_SECONDS", math.inf)  # only the stop itself saves
    heard: list[Event] = []

    def stop_at_the_moment(event: Event) -> None:
        heard.append(event)
        if len(heard) == moment + 1:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        toy.make(tmp_path, stop_at_the_moment).fit(toy.PHASES)
    assert len(heard) <= moment + 2  # it obeyed soon
    resumed = toy.make(tmp_path)
    assert_same(resumed, resumed.fit(toy.PHASES, resume=True), *whole)


def test_the_moments_to_stop_at_are_all_there_are(toy: ModuleType, tmp_path: Path, every_step: None) -> None:
    heard: list[Event] = []
    toy.make(tmp_path, heard.append).fit(toy.PHASES)
    assert len(heard) == MOMENTS


@pytest.mark.parametrize("upside_down", [False, True], ids=["to the end", "stopped early"])
def test_a_training_killed_after_any_write_goes_on_to_the_same_result(
    toy: ModuleType, tmp_path: Path, every_step: None, upside_down: bool
) -> None:
    choices: dict[str, Any] = {"data": contrary(toy), "patience": 1} if upside_down else {}
    moments: list[Path] = []
    with pytest.MonkeyPatch.context() as patch:
        for name in ("save_weights", "save_checkpoint"):
            patch.setattr(training, name, remembering(getattr(training, name), tmp_path / "whole", moments))
        whole, whole_progress = fitted(toy, tmp_path / "whole", **choices)

    assert len(moments) > 20
    assert (len(whole_progress.history) < EPOCHS) is upside_down
    for moment in moments:
        resumed = toy.make(moment, **choices)
        assert_same(resumed, resumed.fit(toy.PHASES, resume=True), whole, whole_progress)


def remembering(write: Callable[..., None], folder: Path, moments: list[Path]) -> Callable[..., None]:
    """Writes, and keeps a copy of the folder as it is then."""

    def write_and_remember(*arguments: Any) -> None:
        write(*arguments)
        moments.append(folder.with_name(f"moment {len(moments)}"))
        shutil.copytree(folder, moments[-1])

    return write_and_remember


def test_a_process_killed_at_a_random_moment_goes_on_to_the_same_result(
    toy: ModuleType, tmp_path: Path, whole: tuple[Training, Progress]
) -> None:
    moment = random.randrange(1, MOMENTS)
    print(f"killed after event {moment}")

    command = [sys.executable, toy.__file__, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        for _ in range(moment):
            assert process.stdout.readline(), "it ended before it was killed"
        process.kill()

    resumed = toy.make(tmp_path)
    assert_same(resumed, resumed.fit(toy.PHASES, resume=True), *whole)


def test_a_termination_request_saves_like_ctrl_c(toy: ModuleType, tmp_path: Path, every_step: None) -> None:
    def stop(event: Event) -> None:
        if isinstance(event, Step):
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt):
        toy.make(tmp_path, stop).fit(toy.PHASES)
    assert (tmp_path / FILE).exists()


def test_signals_are_handled_as_before_once_a_training_is_over(toy: ModuleType, tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    toy.make(tmp_path).fit(toy.PHASES[:1])
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_a_damaged_checkpoint_is_a_run_error(toy: ModuleType, tmp_path: Path) -> None:
    toy.make(tmp_path).fit(toy.PHASES[:1])
    os.truncate(tmp_path / FILE, 100)
    with pytest.raises(RunError, match="damaged"):
        toy.make(tmp_path).fit(toy.PHASES, resume=True)


def test_without_resume_a_training_starts_anew(
    toy: ModuleType, tmp_path: Path, whole: tuple[Training, Progress]
) -> None:
    fitted(toy, tmp_path)
    assert_same(*fitted(toy, tmp_path), *whole)


def test_a_training_that_had_only_to_be_tested_is_left_as_it_was(toy: ModuleType, tmp_path: Path) -> None:
    phases = toy.PHASES[:2]
    whole = fitted(toy, tmp_path, phases=phases)
    resumed = toy.make(tmp_path)
    assert_same(resumed, resumed.fit(phases, resume=True), *whole)
    trains = {name for name, p in resumed.model.named_parameters() if p.requires_grad}
    assert {name.rpartition(".")[0][:16] for name in trains} == {"classifier", "encoder.layers.1"}  # to be counted


# --- the best weights


def test_the_best_weights_are_kept(toy: ModuleType, tmp_path: Path) -> None:
    seen: dict[int, dict[str, Tensor]] = {}

    def remember(event: Event) -> None:
        if isinstance(event, Epoch):
            seen[event.epoch] = weights(made)

    made = toy.make(tmp_path, remember)
    progress = made.fit([Phase(("*",), 6, 0.3)])

    assert progress.best_epoch == best(progress) < 6  # or it would be no test
    assert changed(made, seen[progress.best_epoch]) == set()
    assert all(torch.equal(load_weights(tmp_path)[name], p) for name, p in seen[progress.best_epoch].items())


@pytest.mark.parametrize("patience", [1, 2])
def test_training_stops_when_the_validation_accuracy_no_longer_rises(
    toy: ModuleType, tmp_path: Path, patience: int
) -> None:
    _, progress = fitted(toy, tmp_path, phases=[Phase(("*",), 9, 3e-2)], data=contrary(toy), patience=patience)
    assert len(progress.history) == best(progress) + patience < 9


# --- only what a phase names changes


@pytest.mark.parametrize(
    "patterns",
    [
        ("classifier.*",),
        ("classifier.*", "encoder.layers.1.*"),
        ("*.linear2.*",),
        ("embedding.*",),
        ("*",),
    ],
)
def test_only_the_layers_of_a_phase_change(toy: ModuleType, tmp_path: Path, patterns: tuple[str, ...]) -> None:
    made = toy.make(tmp_path)
    before = weights(made)
    expected = set(REFERENCE.unfreeze(made.model, patterns))
    made.fit([Phase(patterns, 1, 1e-2)])
    assert changed(made, before) == expected


def test_phases_follow_each_other_and_each_has_its_layers(toy: ModuleType, tmp_path: Path) -> None:
    seen: list[tuple[int, set[str]]] = []

    def remember(event: Event) -> None:
        if isinstance(event, Epoch):
            seen.append((event.phase, changed(made, before)))

    made = toy.make(tmp_path, remember)
    before = weights(made)
    made.fit(toy.PHASES[:3])
    head = {"classifier.weight", "classifier.bias"}
    layer = {name for name in before if name.startswith("encoder.layers.1.")}
    assert [phase for phase, _ in seen] == [1, 1, 1, 2, 2, 3, 3]
    assert [names for _, names in seen] == [head] * 3 + [head | layer] * 2 + [set(before)] * 2


def test_frozen_layers_drop_nothing_out_while_the_others_train(toy: ModuleType, tmp_path: Path) -> None:
    modes = []

    def remember(event: Event) -> None:
        if isinstance(event, Step):
            layers = made.model.encoder.layers
            modes.append((made.model.dropout.training, layers[0].dropout.training, layers[1].dropout.training))

    training_steps = toy.PHASES[1]
    made = toy.make(tmp_path, remember)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "REPORT_SECONDS", -1.0)
        made.fit([training_steps])
    assert set(modes) == {(False, False, True)}


def test_a_pattern_that_matches_nothing_is_named_before_anything_is_trained(toy: ModuleType, tmp_path: Path) -> None:
    heard: list[Event] = []
    made = toy.make(tmp_path, heard.append)
    with pytest.raises(PatternError, match=r"encoder\.layer\.1\.\*.*Near it: .*encoder\.layers\.1") as error:
        made.fit([toy.PHASES[0], Phase(("classifier.*", "encoder.layer.1.*"), 1, 1e-2)])
    assert error.value.exit_code == 2
    assert not heard


def test_layers_further_down_learn_more_slowly(
    toy: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = toy.make(tmp_path, warmup=0.0)
    optimizers = []
    optimizer = torch.optim.AdamW
    monkeypatch.setattr(torch.optim, "AdamW", lambda *a, **k: optimizers.append(optimizer(*a, **k)) or optimizers[-1])
    made.fit([Phase(("*",), 1, 8e-3, decay=2.0)])
    of = {id(p): name for name, p in made.model.named_parameters()}
    rates = {of[id(group["params"][0])]: group["peak"] for group in optimizers[0].param_groups}
    assert list(rates.values()) == [8e-3, 4e-3, 2e-3, 1e-3]
    assert [name.rpartition(".")[0][:16] for name in rates] == [
        "classifier",
        "encoder.layers.1",
        "encoder.layers.0",
        "embedding",
    ]


# --- the classifier alone


def test_features_computed_by_another_training_are_used(toy: ModuleType, tmp_path: Path) -> None:
    whole, sharing = toy.make(tmp_path / "whole"), toy.make(tmp_path / "sharing")
    sharing.features = Features(toy.make(tmp_path / "body").model, toy.CPU)
    progress = whole.fit(toy.PHASES[:1])

    def never(*_: Tensor) -> Tensor:
        raise AssertionError("computed again")

    sharing.features.of("train", sharing.data.train)
    sharing.features.of("validation", sharing.data.validation)
    sharing.features.model.features = never
    sharing.model.features = never
    shared_progress = sharing.fit(toy.PHASES[:1])
    assert_same(sharing, shared_progress, whole, progress)


def test_after_other_layers_the_classifier_is_fitted_anew_to_the_best_body(toy: ModuleType, tmp_path: Path) -> None:
    layers, head = [Phase(("*",), 9, 3e-2)], Phase(("classifier.*",), 2, 1e-2)
    before, progress = fitted(toy, tmp_path / "before", phases=layers, data=contrary(toy))
    assert progress.best_epoch < 9  # so the last body is not the best
    after = toy.make(tmp_path / "after", data=contrary(toy))
    after.features = Features(toy.make(tmp_path / "body").model, toy.CPU)  # of the untrained body
    bodies = []
    after.emit = lambda event: bodies.append(body(after)) if isinstance(event, Epoch) and event.phase == 2 else None
    after.fit([*layers, head])
    assert len(bodies) == 2
    for found in bodies:
        assert all(torch.equal(found[name], weight) for name, weight in body(before).items())
    read = Features(before.model, toy.CPU).of("train", before.data.train)
    assert torch.equal(Features(after.model, toy.CPU).of("train", after.data.train), read)


def test_what_learns_in_any_phase_is_counted_once(toy: ModuleType, tmp_path: Path) -> None:
    model = toy.make(tmp_path).model
    size = {name: parameter.numel() for name, parameter in model.named_parameters()}
    head = size["classifier.weight"] + size["classifier.bias"]
    layer = sum(count for name, count in size.items() if name.startswith("encoder.layers.1."))
    assert learning(model, toy.PHASES[:1]) == head
    assert learning(model, [*toy.PHASES[:2], toy.PHASES[0]]) == head + layer
    assert learning(model, toy.PHASES) == sum(size.values())


def test_the_scores_of_a_classifier_phase_are_those_of_the_whole_model(toy: ModuleType, tmp_path: Path) -> None:
    made = toy.make(tmp_path)
    progress = made.fit([Phase(("classifier.*",), 3, 1e-2)])
    found = training.evaluate(made.model, made.data.validation, toy.CPU)
    best = progress.history[progress.best_epoch - 1]
    assert best["validation_loss"] == pytest.approx(found.loss, rel=1e-4)
    assert best["validation_accuracy"] == pytest.approx(found.accuracy)


# --- numbers


def test_a_loss_that_is_no_number_ends_the_training(toy: ModuleType, tmp_path: Path) -> None:
    made = toy.make(tmp_path)
    made.model.embedding.weight.data[5] = math.nan
    with pytest.raises(TrainingError, match="no longer a number"):
        made.fit([Phase(("*",), 3, 1e-2)])
    assert not (tmp_path / WEIGHTS).exists()


def test_an_epoch_tells_the_mean_loss_and_accuracy_over_its_examples(
    toy: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    still = ModelConfig(**{**toy.SHAPES.as_dict(), "dropout": 0.0})
    made = toy.make(tmp_path, shapes=still)
    (epoch,) = made.fit([Phase(("*",), 1, 1e-12)]).history  # a rate at which nothing moves
    train = training.evaluate(made.model, made.data.train, toy.CPU)
    assert epoch["train_loss"] == pytest.approx(train.loss, rel=1e-4)
    assert epoch["train_accuracy"] == pytest.approx(train.accuracy)


def test_history_and_events_tell_the_same(toy: ModuleType, tmp_path: Path) -> None:
    heard: list[Event] = []
    progress = toy.make(tmp_path, heard.append).fit(toy.PHASES)
    epochs = [event for event in heard if isinstance(event, Epoch)]
    assert [event.epoch for event in epochs] == list(range(1, EPOCHS + 1))
    assert [event.model_dump(exclude={"event", "run"}) for event in epochs] == progress.history


def test_an_epoch_stands_in_the_history_as_soon_as_it_is_over(toy: ModuleType, tmp_path: Path) -> None:
    lines = []

    def look(event: Event) -> None:
        if isinstance(event, Step):
            lines.append((event.epoch, len(RunFolder(tmp_path).history())))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "REPORT_SECONDS", -1.0)
        toy.make(tmp_path, look).fit(toy.PHASES[2:3])
    assert set(lines) == {(1, 0), (2, 1)}


def test_a_training_that_starts_anew_drops_the_history_of_the_old_one(toy: ModuleType, tmp_path: Path) -> None:
    RunFolder(tmp_path).append_history({"epoch": 99})
    progress = toy.make(tmp_path).fit(toy.PHASES[:1])
    assert RunFolder(tmp_path).history() == progress.history


def test_steps_are_reported_with_the_time_left(toy: ModuleType, tmp_path: Path, every_step: None) -> None:
    heard: list[Event] = []
    toy.make(tmp_path, heard.append).fit(toy.PHASES[2:3])
    steps = [event for event in heard if isinstance(event, Step)]
    assert [(event.epoch, event.step, event.steps) for event in steps] == [
        (epoch, step, STEPS) for epoch in (1, 2) for step in range(1, STEPS + 1)
    ]
    assert all(event.seconds_left >= 0 and event.examples_per_second > 0 for event in steps)
    assert steps[-1].seconds_left == 0


def test_every_example_is_seen_once_in_an_epoch(
    toy: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, seen = toy.make(tmp_path), []
    collate = training.collate

    def remember(examples: object, indices: list[int], *rest: object) -> object:
        seen.append(indices)
        return collate(examples, indices, *rest)

    monkeypatch.setattr(training, "collate", remember)
    made.fit(toy.PHASES[2:3])
    first, second = seen[:STEPS], seen[STEPS:]
    assert sorted(i for batch in first for i in batch) == list(range(37))
    assert sorted(i for batch in second for i in batch) == list(range(37))
    assert first != second  # in another order


def test_a_learners_parts_take_the_place_of_ours(toy: ModuleType, tmp_path: Path) -> None:
    used = []

    def spy(name: str) -> Any:
        part = getattr(REFERENCE, name)
        return lambda *arguments: used.append(name) or part(*arguments)

    names = {
        "pad_and_mask",
        "length_buckets",
        "freeze",
        "unfreeze",
        "layer_groups",
        "discriminative_rates",
        "accuracy",
    }
    made = toy.make(tmp_path)
    made.parts = replace(REFERENCE, **{name: spy(name) for name in names})
    made.fit(toy.PHASES)
    assert set(used) == names


# --- the schedule and the dropping of words


def test_the_rate_climbs_in_a_straight_line_and_falls_to_nothing() -> None:
    shares = [scheduled(step, 100, 0.1) for step in range(100)]
    assert shares[:4] == pytest.approx([0.1, 0.2, 0.3, 0.4])
    assert max(shares) == shares[9] == pytest.approx(1.0, abs=0.02)
    assert shares[9:] == sorted(shares[9:], reverse=True)
    assert 0 < shares[-1] < 0.02


@given(st.integers(1, 300), st.floats(0, 0.9))
def test_the_rate_never_exceeds_its_peak_and_reaches_it_in_a_phase_of_any_length(steps: int, warmup: float) -> None:
    shares = [scheduled(step, steps, warmup) for step in range(steps)]
    assert max(shares) <= 1
    assert max(shares) >= 1 - 1 / (steps * (1 - warmup)) - 1e-9
    assert min(shares) > 0


def test_without_warm_up_the_rate_starts_at_its_peak() -> None:
    assert scheduled(0, 10, 0.0) == 1.0


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_every_step_of_a_very_short_phase_has_a_rate(steps: int) -> None:
    assert all(scheduled(step, steps, 0.1) > 0 for step in range(steps))


@pytest.mark.parametrize("dropping", [True, False])
def test_a_phase_may_keep_every_word(
    toy: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dropping: bool
) -> None:
    calls = []
    monkeypatch.setattr(training, "drop_words", lambda tokens, share: calls.append(share) or tokens)
    toy.make(tmp_path, word_dropout=0.3).fit([Phase(("*",), 1, 1e-2, drop_words=dropping)])
    assert calls == [0.3] * (STEPS * dropping)


def test_dropped_words_become_unknown_and_special_tokens_stay() -> None:
    torch.manual_seed(0)
    tokens = torch.tensor([[0, 1, 2, 5]]).repeat(1, 1000)
    dropped = drop_words(tokens, 0.3)
    assert torch.equal(dropped.view(-1, 4)[:, :3], tokens.view(-1, 4)[:, :3])
    words = dropped.view(-1, 4)[:, 3]
    assert set(words.tolist()) == {1, 5}
    assert 0.25 < (words == 1).double().mean() < 0.35
