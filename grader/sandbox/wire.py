"""Plain data across the wall: JSON with the bytes of its arrays behind it, never pickle.

    message = length of the header (4 bytes), header (JSON), the arrays' bytes one after the other

What is not plain data travels as `Opaque`, which says what it was.  Decoding accepts nothing but what `encode` can
have written, and never more than `MAX_BYTES`.
"""

import json
import struct
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

MAX_BYTES = 64 * 1024 * 1024  # of one message
MAX_DEPTH = 16
MAX_TEXT = 10_000  # characters of one string

_HEAD = struct.Struct("!I")
_DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.uint8, torch.int8, torch.int16,
        torch.int32, torch.int64, torch.bool,
    )
}  # fmt: skip


class WireError(ValueError):
    """A message that `encode` has not written."""


@dataclass(frozen=True)
class Opaque:
    """A value that is not plain data: its kind, in words."""

    kind: str

    def __str__(self) -> str:
        return self.kind


def encode(value: Any) -> bytes:
    """A value as a message.  Raises WireError when it is larger than `MAX_BYTES`."""
    arrays: list[bytes] = []
    header = json.dumps(_plain(value, arrays, 0)).encode()
    message = b"".join([_HEAD.pack(len(header)), header, *arrays])
    if len(message) > MAX_BYTES:
        raise WireError(f"The answer has {len(message):,} bytes; {MAX_BYTES:,} are allowed.")
    return message


def _plain(value: Any, arrays: list[bytes], depth: int) -> Any:
    """A value as JSON: containers and arrays are tagged objects, so nothing can be mistaken for another thing."""
    kind = type(value)  # not isinstance, which believes what an object says of itself
    if value is None or kind is bool:
        return value
    if depth > MAX_DEPTH:
        return {"opaque": "something nested too deeply"}
    if kind is int:
        return value if -(2**63) <= value < 2**63 else {"opaque": "an integer of more than 64 bits"}
    if kind is float:
        return value
    if kind is str:
        return value if len(value) <= MAX_TEXT else {"opaque": f"a string of {len(value):,} characters"}
    if kind in (list, tuple):
        return {"list": [_plain(item, arrays, depth + 1) for item in value]}
    if kind is dict:
        pairs = [[_plain(key, arrays, depth + 1), _plain(item, arrays, depth + 1)] for key, item in value.items()]
        return {"dict": pairs}
    if kind is Opaque:
        return {"opaque": value.kind}
    if issubclass(kind, Tensor):
        return _tensor(value, arrays)
    if kind.__module__ == "numpy" and hasattr(kind, "tolist"):  # an array or one of its numbers
        return _plain(torch.as_tensor(value) if kind.__name__ == "ndarray" else value.item(), arrays, depth + 1)
    return {"opaque": _article(kind.__name__)}


def _tensor(tensor: Tensor, arrays: list[bytes]) -> Any:
    with torch._C.DisableTorchFunctionSubclass(), torch.no_grad():
        if tensor.layout is not torch.strided or tensor.is_quantized or tensor.device.type != "cpu":
            return {"opaque": f"a {tensor.layout} tensor on {tensor.device}"}
        name = str(tensor.dtype).removeprefix("torch.")
        if name not in _DTYPES:
            return {"opaque": f"a {name} tensor"}
        if tensor.numel() * tensor.element_size() > MAX_BYTES:
            return {"opaque": f"a tensor of {tensor.numel():,} numbers"}
        flat = tensor.detach().contiguous().resolve_conj().resolve_neg().reshape(-1)
        arrays.append(flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b"")
        return {"tensor": name, "shape": list(tensor.shape)}


def _article(name: str) -> str:
    return f"an object of type {name[:80]}"


def decode(message: bytes) -> Any:
    """The value of a message; sequences come as lists.  Raises WireError."""
    try:
        (length,) = _HEAD.unpack_from(message)
        header = json.loads(message[_HEAD.size : _HEAD.size + length])
        position = _HEAD.size + length
        value, position = _value(header, memoryview(message), position, 0)
    except (struct.error, ValueError, RecursionError, TypeError, KeyError) as error:
        raise WireError(f"The message is malformed: {error}") from error
    if position != len(message):
        raise WireError("The message is longer than it says.")
    return value


def _value(plain: Any, message: memoryview, position: int, depth: int) -> tuple[Any, int]:
    if depth > MAX_DEPTH + 2:
        raise WireError("The message is nested too deeply.")
    if plain is None or type(plain) in (bool, int, float, str):
        return plain, position
    if type(plain) is not dict:
        raise WireError("The message is malformed.")
    match plain:
        case {"list": list(items), **rest} if not rest:
            found = []
            for item in items:
                value, position = _value(item, message, position, depth + 1)
                found.append(value)
            return found, position
        case {"dict": list(pairs), **rest} if not rest:
            entries = {}
            for key, item in pairs:
                name, position = _value(key, message, position, depth + 1)
                if type(name) not in (str, int, float, bool, type(None)):
                    name = str(name)
                entries[name], position = _value(item, message, position, depth + 1)
            return entries, position
        case {"opaque": str(kind), **rest} if not rest:
            return Opaque(kind[:MAX_TEXT]), position
        case {"tensor": str(name), "shape": list(shape), **rest} if not rest and name in _DTYPES:
            return _read_tensor(_DTYPES[name], shape, message, position)
    raise WireError("The message holds something of an unknown kind.")


def _read_tensor(dtype: torch.dtype, shape: list[Any], message: memoryview, position: int) -> tuple[Tensor, int]:
    if not all(type(size) is int and 0 <= size <= MAX_BYTES for size in shape) or len(shape) > MAX_DEPTH:
        raise WireError("A tensor has an impossible shape.")
    count = 1
    for size in shape:
        count *= size
    bytes_ = count * dtype.itemsize
    if bytes_ > len(message) - position:
        raise WireError("A tensor is cut off.")
    if count == 0:
        return torch.empty(shape, dtype=dtype), position
    raw = bytearray(message[position : position + bytes_])
    if dtype is torch.bool and any(byte > 1 for byte in raw):
        raise WireError("A tensor of truth values holds something else.")
    return torch.frombuffer(raw, dtype=dtype).reshape(shape), position + bytes_
