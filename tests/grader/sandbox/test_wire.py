"""The wire format: plain data there and back, and nothing else."""

import contextlib
import json
import math
import struct
from collections import Counter, OrderedDict, defaultdict, namedtuple
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from torch import Tensor

from grader.sandbox import wire
from grader.sandbox.wire import Opaque, WireError

scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=50)
tensors = arrays.arrays(
    st.sampled_from([np.float32, np.float64, np.int64, np.uint8, np.bool_]), arrays.array_shapes(max_dims=4, min_side=0)
).map(torch.from_numpy)
values = st.recursive(
    scalars | tensors, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(scalars, inner, max_size=4)
)


def message(header: Any, behind: bytes = b"") -> bytes:
    """A message with this header, as a forger would make it."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("!I", len(text)) + text + behind


def same(one: Any, other: Any) -> bool:
    """Equal, with NaN equal to itself."""
    if isinstance(one, Tensor):
        return (
            isinstance(other, Tensor)
            and one.dtype == other.dtype
            and torch.equal(one.nan_to_num(7), other.nan_to_num(7))
        )
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return all(map(same, one.keys(), other.keys())) and all(map(same, one.values(), other.values()))
    if isinstance(one, float) and math.isnan(one):
        return isinstance(other, float) and math.isnan(other)
    return type(one) is type(other) and one == other


# ------------------------------------------------------------------------------------------------------- round trips


@given(values)
def test_plain_data_arrives_as_it_was(value: Any) -> None:
    assert same(wire.decode(wire.encode(value)), value)


@given(st.sampled_from(list(wire._DTYPES.values())), st.lists(st.integers(0, 3), max_size=4))
def test_a_tensor_of_every_kind_arrives_as_it_was(dtype: torch.dtype, shape: list[int]) -> None:
    tensor = torch.ones(shape).to(dtype)
    came = wire.decode(wire.encode(tensor))
    assert came.dtype is dtype and came.shape == tensor.shape and torch.equal(came, tensor)


def test_a_view_a_transposed_tensor_and_a_parameter_arrive_as_their_numbers() -> None:
    tensor = torch.arange(6.0).reshape(2, 3)
    for one in (tensor.T, tensor[:, ::2], torch.nn.Parameter(tensor), tensor.requires_grad_()):
        assert torch.equal(wire.decode(wire.encode(one)), one.detach())


def test_tuples_and_shapes_arrive_as_lists_and_numpy_as_plain_data() -> None:
    assert wire.decode(wire.encode((1, torch.Size([2, 3]), np.float64(0.5), np.int64(3)))) == [1, [2, 3], 0.5, 3]
    assert torch.equal(wire.decode(wire.encode(np.arange(3))), torch.arange(3))


def test_named_tuples_and_other_dictionaries_arrive_as_what_they_hold() -> None:
    class Lying(dict[str, int]):
        def items(self) -> Any:
            return [("a", 3)]

    ranked = namedtuple("ranked", "film score")
    held = [ranked("a", 0.5), defaultdict(list, a=[1]), Counter("aa"), OrderedDict(a=1), Lying(a=1)]
    assert wire.decode(wire.encode(held)) == [["a", 0.5], {"a": [1]}, {"a": 2}, {"a": 1}, {"a": 1}]


def test_a_text_of_any_length_goes_in() -> None:
    text = "x = 1  # ä\n" * 90_000
    assert wire.decode(wire.encode({"source": text}, inward=True), inward=True) == {"source": text}


# ------------------------------------------------------------------------------------------- what is no plain data


class Liar:
    __class__ = Tensor  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (object(), "an object of type object"),
        (Liar(), "an object of type Liar"),
        ({1}, "an object of type set"),
        (10**30, "an integer of more than 64 bits"),
        ("x" * 10_001, "a string of 10,001 characters"),
        (torch.ones(2, dtype=torch.complex64), "a complex64 tensor"),
        (torch.ones(2, device="meta"), "a torch.strided tensor on meta"),
        (torch.eye(2).to_sparse(), "a torch.sparse_coo tensor on cpu"),
        (torch.ones([1] * 17), f"a tensor of shape {(1,) * 17}"),
        (torch.empty(0, 2**40), "a tensor of shape (0, 1099511627776)"),
    ],
)
def test_anything_else_says_what_it_was(value: Any, kind: str) -> None:
    assert wire.decode(wire.encode([value])) == [Opaque(kind)]


def test_what_a_class_says_of_itself_does_not_count() -> None:
    class Two(Tensor):
        shape = property(lambda self: torch.Size([100]))  # type: ignore[assignment]

        def detach(self) -> Any:
            return "mine"

    assert torch.equal(wire.decode(wire.encode(torch.zeros(2).as_subclass(Two))), torch.zeros(2))


def test_odd_keys_are_named_by_their_kind() -> None:
    assert wire.decode(wire.encode({(1, 2): 3})) == {"an object of type tuple": 3}


def test_deep_nesting_ends() -> None:
    deep: Any = []
    for _ in range(100):
        deep = [deep]
    assert "nested too deeply" in str(wire.decode(wire.encode(deep)))


def test_half_characters_become_question_marks() -> None:
    assert wire.decode(wire.encode(["\ud800x", {"\udfff": 1}])) == ["?x", {"?": 1}]
    assert wire.decode(message({"opaque": "\ud800"})) == Opaque("?")


@pytest.mark.parametrize("value", [torch.zeros(2**24 + 1), ["x" * 10_000] * 300, [torch.zeros(2**23)] * 3])
def test_what_is_too_large_is_refused(value: Any) -> None:
    with pytest.raises(WireError) if isinstance(value, list) else pytest.MonkeyPatch.context():
        assert isinstance(wire.decode(wire.encode(value)), Opaque)


# ------------------------------------------------------------------------------------------------------------- forgers


@given(st.binary(max_size=300))
def test_any_bytes_are_a_value_or_a_wire_error(raw: bytes) -> None:
    with contextlib.suppress(WireError):
        wire.decode(raw)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.sampled_from(["float32", "bool"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["list", "dict", "tensor", "shape", "opaque", "x"]), inner, max_size=3)
    ),
)


@given(json_values, st.binary(max_size=64))
def test_any_header_is_a_value_or_a_wire_error(header: Any, behind: bytes) -> None:
    with contextlib.suppress(WireError):
        wire.decode(message(header, behind))


@given(values, st.data())
def test_a_changed_message_is_a_value_or_a_wire_error(value: Any, data: st.DataObject) -> None:
    raw = bytearray(wire.encode(value))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    for changed in (bytes(raw), bytes(raw[:cut])):
        with contextlib.suppress(WireError):
            wire.decode(changed)


@pytest.mark.parametrize(
    ("header", "behind"),
    [
        (b"", b""),
        (b"{", b""),
        (b"[" * 5_000, b""),
        (b"1" * 5_000, b""),
        (str(2**63).encode(), b""),
        (b"[1]", b""),
        (b'{"list": {}}', b""),
        (b'{"list": [], "more": 1}', b""),
        (b'{"dict": [[1]]}', b""),
        (b'{"dict": [[{"list": []}, 1]]}', b""),
        (b'{"tensor": "float32"}', b""),
        (b'{"tensor": "complex64", "shape": [1]}', b"\0" * 8),
        (b'{"tensor": "float32", "shape": [2]}', b"\0" * 7),
        (b'{"tensor": "float32", "shape": [1]}', b"\0" * 8),
        (b'{"tensor": "float32", "shape": [-1]}', b"\0" * 4),
        (b'{"tensor": "float32", "shape": [true]}', b"\0" * 4),
        (b'{"tensor": "float32", "shape": [1.0]}', b"\0" * 4),
        (b'{"tensor": "float32", "shape": [4294967296, 4294967296, 0]}', b""),
        (b'{"tensor": "bool", "shape": [1]}', b"\2"),
        (json.dumps("x" * 10_001).encode(), b""),
    ],
)
def test_what_encode_never_writes_is_refused(header: bytes, behind: bytes) -> None:
    with pytest.raises(WireError):
        wire.decode(message(header, behind))


def test_a_header_that_would_fill_the_memory_is_refused_before_it_is_read() -> None:
    with pytest.raises(WireError, match="too long"):
        wire.decode(message(b'{"list":[' + b",".join([b'{"list":[]}'] * 300_000) + b"]}"))
