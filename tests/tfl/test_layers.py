"""Only what a phase names changes."""

from pathlib import Path
from types import ModuleType

import pytest
import torch

from tests.tfl.fits import STEPS, changed, weights
from tfl import training
from tfl.errors import PatternError
from tfl.events import Epoch, Event, Step
from tfl.parts import REFERENCE
from tfl.phase import Phase
from tfl.training import learning

pytestmark = pytest.mark.usefixtures("no_collecting")


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


@pytest.mark.parametrize("dropping", [True, False])
def test_a_phase_may_keep_every_word(
    toy: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dropping: bool
) -> None:
    calls = []
    monkeypatch.setattr(training, "drop_words", lambda tokens, share: calls.append(share) or tokens)
    toy.make(tmp_path, word_dropout=0.3).fit([Phase(("*",), 1, 1e-2, drop_words=dropping)])
    assert calls == [0.3] * (STEPS * dropping)


def test_what_learns_in_any_phase_is_counted_once(toy: ModuleType, tmp_path: Path) -> None:
    model = toy.make(tmp_path).model
    size = {name: parameter.numel() for name, parameter in model.named_parameters()}
    head = size["classifier.weight"] + size["classifier.bias"]
    layer = sum(count for name, count in size.items() if name.startswith("encoder.layers.1."))
    assert learning(model, toy.PHASES[:1]) == head
    assert learning(model, [*toy.PHASES[:2], toy.PHASES[0]]) == head + layer
    assert learning(model, toy.PHASES) == sum(size.values())
