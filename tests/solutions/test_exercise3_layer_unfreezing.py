"""Freeze all, replace the head, unfreeze what is named, and only that."""

from random import Random

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from solutions.exercise3_layer_unfreezing import freeze, replace_head, unfreeze


class Model(nn.Module):
    """A stack with the parameter names of the real one."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(10, 4)
        self.encoder = nn.Module()
        self.encoder.layers = nn.ModuleList(
            nn.ModuleDict({"linear1": nn.Linear(4, 4), "linear2": nn.Linear(4, 4)}) for _ in range(2)
        )
        self.classifier = nn.Linear(4, 3)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.embedding(tokens).mean(1)
        for name, module in self.encoder.named_modules():
            x = module(x) if "linear" in name else x
        return self.classifier(x)


NAMES = [name for name, _ in Model().named_parameters()]


def trainable(model: nn.Module) -> list[str]:
    return [name for name, parameter in model.named_parameters() if parameter.requires_grad]


def frozen_model() -> Model:
    model = Model()
    freeze(model)
    return model


# --- freeze


def test_freeze_takes_every_parameter_out_of_training() -> None:
    assert trainable(frozen_model()) == []


def test_what_is_frozen_does_not_change_in_training() -> None:
    model = frozen_model()
    unfreeze(model, ["encoder.layers.1.*"])
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    model(torch.tensor([[1, 2, 3]])).square().sum().backward()
    torch.optim.SGD(model.parameters(), lr=1.0).step()
    changed = [name for name, parameter in model.named_parameters() if not torch.equal(parameter, before[name])]
    assert changed == [name for name in NAMES if name.startswith("encoder.layers.1.")]


# --- replace_head


@given(st.integers(1, 9))
def test_the_new_head_reads_the_same_features_and_answers_with_the_new_classes(classes: int) -> None:
    model = Model()
    replace_head(model, classes)
    assert isinstance(model.classifier, nn.Linear)
    assert (model.classifier.in_features, model.classifier.out_features) == (4, classes)
    assert model(torch.tensor([[1, 2], [3, 4]])).shape == (2, classes)


def test_after_freezing_the_new_head_alone_is_trainable() -> None:
    model = frozen_model()
    replace_head(model, 2)
    assert trainable(model) == ["classifier.weight", "classifier.bias"]
    assert sum(p.numel() for p in model.parameters() if p.requires_grad) == 4 * 2 + 2


def test_the_head_is_new_although_the_classes_are_as_many() -> None:
    model = Model()
    old = model.classifier.weight.detach().clone()
    replace_head(model, 3)
    assert not torch.equal(model.classifier.weight, old)


def test_the_rest_of_the_model_stays_as_it_is() -> None:
    model = Model()
    before = {name: parameter for name, parameter in model.named_parameters() if "classifier" not in name}
    replace_head(model, 2)
    assert all(parameter is before[name] for name, parameter in model.named_parameters() if name in before)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_the_head_has_the_models_dtype(dtype: torch.dtype) -> None:
    model = Model().to(dtype)
    replace_head(model, 2)
    assert {parameter.dtype for parameter in model.parameters()} == {dtype}


def test_the_head_stands_on_the_models_device() -> None:
    model = Model().to("meta")
    replace_head(model, 2)
    assert {parameter.device.type for parameter in model.parameters()} == {"meta"}


# --- unfreeze


@given(st.sets(st.sampled_from(NAMES)), st.randoms())
def test_exactly_the_named_parameters_train_and_come_back_in_model_order(chosen: set[str], random: Random) -> None:
    model = frozen_model()
    patterns = list(chosen)
    random.shuffle(patterns)
    expected = [name for name in NAMES if name in chosen]
    assert unfreeze(model, patterns) == expected
    assert trainable(model) == expected


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["*"], NAMES),
        ([], []),
        (["encoder.layers.1.*"], [n for n in NAMES if n.startswith("encoder.layers.1.")]),
        (["*.linear2.*"], [n for n in NAMES if ".linear2." in n]),
        (
            ["encoder.layers.?.linear1.bias"],
            ["encoder.layers.0.linear1.bias", "encoder.layers.1.linear1.bias"],
        ),
        (["encoder.layers.[1].linear2.bias"], ["encoder.layers.1.linear2.bias"]),
        (["classifier.*", "embedding.*"], ["embedding.weight", "classifier.weight", "classifier.bias"]),
        (["classifier.*", "*.bias", "classifier.bias"], [n for n in NAMES if "bias" in n or "class" in n]),
    ],
)
def test_patterns_choose_names(patterns: list[str], expected: list[str]) -> None:
    model = frozen_model()
    assert unfreeze(model, patterns) == expected
    assert trainable(model) == expected


def test_patterns_may_come_from_a_generator() -> None:
    assert unfreeze(frozen_model(), (pattern for pattern in ["embedding.*"])) == ["embedding.weight"]


def test_what_trains_already_goes_on_training() -> None:
    model = frozen_model()
    replace_head(model, 2)
    assert unfreeze(model, ["embedding.*"]) == ["embedding.weight"]
    assert trainable(model) == ["embedding.weight", "classifier.weight", "classifier.bias"]


@pytest.mark.parametrize(
    ("pattern", "near"),
    [
        ("clasifier.weight", "classifier.weight"),
        ("encoder.layers.2.linear1.bias", "encoder.layers.1.linear1.bias"),
        ("classifier", "classifier.bias"),
        ("Embedding.weight", "embedding.weight"),
    ],
)
def test_a_pattern_that_matches_nothing_is_refused_with_names_near_it(pattern: str, near: str) -> None:
    with pytest.raises(LookupError) as error:
        unfreeze(frozen_model(), [pattern])
    assert pattern in str(error.value)
    assert near in str(error.value)


def test_a_refusal_names_parameters_even_when_none_is_near() -> None:
    with pytest.raises(LookupError, match=r"classifier\.bias"):
        unfreeze(frozen_model(), ["§§§"])


def test_a_refusal_unfreezes_nothing() -> None:
    model = frozen_model()
    with pytest.raises(LookupError):
        unfreeze(model, ["classifier.*", "nothing.like.this"])
    assert trainable(model) == []
