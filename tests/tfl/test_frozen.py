"""Features of a frozen body are computed once, and the final layer is fitted to them alone."""

import math
from types import ModuleType

import pytest
import torch

from solutions.exercise2_batches import pad_and_mask
from solutions.exercise3_layer_unfreezing import freeze, unfreeze
from tfl.device import Device
from tfl.frozen import Features, fit_classifier, only_classifier_trains
from tfl.model import ModelConfig, TransformerClassifier


@pytest.fixture
def model(toy: ModuleType) -> TransformerClassifier:
    torch.manual_seed(0)
    return TransformerClassifier(ModelConfig(**{**toy.SHAPES.as_dict(), "dropout": 0.5}))


def two_clouds(count: int, features: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Points of two classes that a plane separates."""
    dice = torch.Generator().manual_seed(0)
    labels = torch.arange(count) % 2
    points = torch.randn(count, features, generator=dice)
    points[:, 0] += 12.0 * labels
    return points, labels


# --- when it applies


@pytest.mark.parametrize(
    ("patterns", "alone"),
    [
        (["classifier.*"], True),
        (["classifier.bias"], True),
        (["classifier.*", "encoder.layers.1.norm2.*"], False),
        (["embedding.*"], False),
        (["*"], False),
    ],
)
def test_it_applies_while_nothing_below_the_classifier_trains(
    model: TransformerClassifier, patterns: list[str], alone: bool
) -> None:
    freeze(model)
    unfreeze(model, patterns)
    assert only_classifier_trains(model) is alone


# --- features


def test_features_are_those_of_the_model_in_eval_mode(
    toy: ModuleType, model: TransformerClassifier, cpu: Device
) -> None:
    examples = toy.examples(30, seed=0)
    found = Features(model.train(), cpu).of("train", examples)
    expected = [model.eval().features(*pad_and_mask([sequence]))[0] for sequence in examples.sequences]
    torch.testing.assert_close(found, torch.stack(expected), rtol=1e-4, atol=1e-5)


def test_features_are_computed_once_for_each_set_of_examples(
    toy: ModuleType, model: TransformerClassifier, cpu: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    features, examples = Features(model, cpu), toy.examples(30, seed=0)
    calls = []
    compute = model.features
    monkeypatch.setattr(model, "features", lambda *batch: calls.append(batch) or compute(*batch))

    first = features.of("train", examples)
    assert len(calls) > 0
    calls.clear()
    assert features.of("train", examples) is first
    assert not calls
    assert features.of("train", examples.select([1, 2])).shape[0] == 2
    assert calls


def test_the_same_rows_of_another_split_have_features_of_their_own(
    toy: ModuleType, model: TransformerClassifier, cpu: Device
) -> None:
    features = Features(model, cpu)
    train, test = toy.examples(5, seed=0), toy.examples(5, seed=1)
    assert train.rows == test.rows
    assert not torch.equal(features.of("train", train), features.of("test", test))


def test_a_stop_is_obeyed_between_batches(toy: ModuleType, model: TransformerClassifier, cpu: Device) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Features(model, cpu).of("train", toy.examples(5, seed=0), stop)


# --- the fit


def test_it_learns_to_separate_what_a_plane_separates(model: TransformerClassifier) -> None:
    points, labels = two_clouds(200, model.config.features)
    history = list(fit_classifier(model, points, labels, epochs=20, rate=1e-2, seed=0))
    assert [correct for _, correct in history][-1] >= 198
    assert history[-1][0] < history[0][0] / 2
    assert int((model.classifier(points).argmax(dim=1) == labels).sum()) >= 198


def test_the_first_epoch_starts_from_even_odds(model: TransformerClassifier) -> None:
    points, labels = two_clouds(16, model.config.features)
    loss, _ = next(fit_classifier(model, points, labels, epochs=1, rate=1e-9, seed=0))
    assert loss == pytest.approx(torch.tensor(2.0).log().item())  # whatever the old classifier said


def test_the_scale_of_the_features_is_folded_into_the_layer(model: TransformerClassifier) -> None:
    points, labels = two_clouds(200, model.config.features)
    stretch = torch.logspace(-1, 3, model.config.features)
    logits = []
    for features in (points, points * stretch + 10 * stretch):
        list(fit_classifier(model, features, labels, epochs=5, rate=1e-2, seed=0))
        logits.append(model.classifier(features).detach())
    torch.testing.assert_close(logits[0], logits[1], rtol=1e-2, atol=1e-2)


def test_after_every_epoch_the_model_is_as_good_as_what_was_fitted(model: TransformerClassifier) -> None:
    points, labels = two_clouds(64, model.config.features)
    losses = []
    for _ in fit_classifier(model, points * 50 + 300, labels, epochs=6, rate=1e-2, seed=0):
        losses.append(torch.nn.functional.cross_entropy(model.classifier(points * 50 + 300), labels).item())
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0] < math.log(2)


def test_a_feature_that_never_varies_does_no_harm(model: TransformerClassifier) -> None:
    points, labels = two_clouds(40, model.config.features)
    points[:, 1] = 7.0
    list(fit_classifier(model, points, labels, epochs=3, rate=1e-2, seed=0))
    assert all(p.isfinite().all() for p in model.classifier.parameters())


def test_nothing_but_the_classifier_changes(model: TransformerClassifier) -> None:
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    points, labels = two_clouds(40, model.config.features)
    list(fit_classifier(model, points, labels, epochs=2, rate=1e-2, seed=0))
    changed = {name for name, tensor in model.state_dict().items() if not torch.equal(tensor, before[name])}
    assert changed == {"classifier.weight", "classifier.bias"}


def test_a_seed_repeats_its_fit_bit_by_bit(model: TransformerClassifier) -> None:
    points, labels = two_clouds(100, model.config.features)
    weights = []
    for seed in (1, 1, 2):
        list(fit_classifier(model, points, labels, epochs=2, rate=1e-2, seed=seed))
        weights.append(model.classifier.weight.detach().clone())
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
