"""Groups go from the classifier down; lower groups learn more slowly and wake later."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solutions.exercise4_gradual_unfreezing import discriminative_rates, layer_groups, unfreezing_schedule


def names_of(layers: int) -> list[str]:
    stack = [f"encoder.layers.{i}.{part}" for i in range(layers) for part in ("norm1.weight", "linear1.bias")]
    return ["embedding.weight", *stack, "classifier.weight", "classifier.bias"]


shuffled_names = st.integers(0, 12).map(names_of).flatmap(st.permutations)
groups = st.integers(1, 12)


# --- layer_groups


@given(shuffled_names)
def test_every_name_stands_in_one_group(names: list[str]) -> None:
    assert sorted(name for group in layer_groups(names) for name in group) == sorted(names)


@given(shuffled_names)
def test_groups_go_from_the_classifier_down_to_the_embedding(names: list[str]) -> None:
    prefixes = [{name.rsplit(".", 2 if "layers" in name else 1)[0] for name in g} for g in layer_groups(names)]
    layers = (len(names) - 3) // 2
    down = [{f"encoder.layers.{i}"} for i in reversed(range(layers))]
    assert prefixes == [{"classifier"}, *down, {"embedding"}]


@given(shuffled_names)
def test_names_keep_their_order_within_a_group(names: list[str]) -> None:
    assert all(group == sorted(group, key=names.index) for group in layer_groups(names))


def test_layer_10_stands_above_layer_9() -> None:
    assert layer_groups(["encoder.layers.9.bias", "encoder.layers.10.bias"]) == [
        ["encoder.layers.10.bias"],
        ["encoder.layers.9.bias"],
    ]


def test_any_other_name_joins_the_last_group() -> None:
    others = ["positions.scale", "encoder.norm.weight", "old.encoder.layers.0.bias", "classifier_free.bias"]
    assert layer_groups([*others, *names_of(1)])[-1] == [*others, "embedding.weight"]


def test_no_names_make_no_groups() -> None:
    assert layer_groups([]) == []


# --- discriminative_rates


@given(groups, st.floats(1e-6, 1.0), st.floats(1.1, 10.0))
def test_each_group_learns_decay_times_more_slowly_than_the_one_above(count: int, rate: float, decay: float) -> None:
    rates = discriminative_rates(count, rate, decay)
    assert len(rates) == count
    assert rates[0] == rate
    assert all(above / below == pytest.approx(decay) for above, below in pairwise(rates))


def test_the_decay_is_that_of_ulmfit_unless_told() -> None:
    assert discriminative_rates(4, 0.001) == pytest.approx([0.001, 0.000385, 0.000148, 0.0000569], rel=2e-3)


# --- unfreezing_schedule


@given(groups)
def test_the_classifier_starts_alone(count: int) -> None:
    assert unfreezing_schedule(count, 0) == 1


@given(groups, st.integers(0, 30))
def test_each_epoch_wakes_one_more_group_until_all_train(count: int, epoch: int) -> None:
    now, then = unfreezing_schedule(count, epoch), unfreezing_schedule(count, epoch + 1)
    assert then == (now if now == count else now + 1)
