"""Whatever comes back from a submission, a judge says what is wrong with it, and never breaks."""

from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.expect import Unmet
from grader.sandbox.wire import Opaque, decode, encode
from tests.grader.checks.bench import COURSE, Bench

dtypes = st.sampled_from(
    [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.uint8, torch.bool]
)
fills = st.sampled_from([0.0, 1.0, -1.0, 2.5, float("nan"), float("inf"), 1e30])


@st.composite
def tensors(draw: st.DrawFn) -> torch.Tensor:
    shape = draw(st.lists(st.integers(0, 4), max_size=3))
    dtype = draw(dtypes)
    value = draw(fills) if dtype.is_floating_point else draw(st.integers(0, 1))
    return torch.full(shape, value, dtype=torch.float64).to(dtype)  # 1e30 is infinite in half precision


words = st.sampled_from(["value", "raised", "message", "ValueError", "trainable", "weights", "", "\x1b[31m", "meta"])
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-2, 5),
    st.floats(),
    words,
    st.text(max_size=5),
    st.builds(Opaque, st.text(max_size=20)),
    tensors(),
)
garbage = st.recursive(
    leaves,
    lambda some: st.one_of(
        st.lists(some, max_size=5), st.dictionaries(st.one_of(words, st.integers(0, 3)), some, max_size=4)
    ),
    max_leaves=12,
)
seeds = st.integers(0, 99).map(str)
thorough = settings(max_examples=25, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module", params=COURSE.exercises, ids=lambda exercise: exercise.id)
def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(request.param)


@thorough
@given(value=garbage, seed=seeds)
def test_garbage_never_passes_and_never_breaks_a_judge(bench: Bench, value: Any, seed: str) -> None:
    for check in bench.exercise.checks:
        with pytest.raises(Unmet):
            bench.judge(check.id, lambda *_: value, seed)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to everything within a value."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [path, *(place for key in keys for place in places(value[key], (*path, key)))]


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A value with something else in one place."""
    if not path:
        return new
    value[path[0]] = put(value[path[0]], path[1:], new)
    return value


@thorough
@given(data=st.data(), value=garbage, seed=seeds)
def test_a_right_observation_with_one_wrong_place_never_breaks_a_judge(
    bench: Bench, data: st.DataObject, value: Any, seed: str
) -> None:
    observe = bench.observe(bench.solution)

    def spoiled(name: str, *inputs: Any) -> Any:
        seen = decode(encode(observe(name, *inputs)))
        return put(seen, data.draw(st.sampled_from(places(seen))), value)

    check = data.draw(st.sampled_from(bench.exercise.checks))
    try:
        bench.judge(check.id, spoiled, seed)
    except Unmet as unmet:
        assert unmet.message.isprintable()


def test_what_is_drawn_differs_from_seed_to_seed(bench: Bench) -> None:
    """No input can be learnt by heart: with equal seeds the same is drawn, with others something else."""
    drawn: dict[str, list[bytes]] = {}
    observe = bench.observe(bench.solution)
    for seed in ("1", "1", "2"):
        asked: list[Any] = []

        def asking(name: str, *inputs: Any, asked: list[Any] = asked) -> Any:
            asked.append([name, inputs])
            return observe(name, *inputs)

        for check in bench.exercise.checks:
            bench.judge(check.id, asking, seed)
            drawn.setdefault(check.id, []).append(encode(asked))
            asked.clear()
    for check, (first, again, other) in drawn.items():
        assert first == again, check
        if check != "freeze-anything":  # its modules are always the same: there is nothing to draw
            assert first != other, check
