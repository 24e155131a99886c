"""Plain data across the wall: JSON with the bytes of its arrays behind it, never pickle.

    message = length of the header (4 bytes), header (JSON), the arrays' bytes one after the other

What is not plain data travels as `Opaque`, which says what it was.  Decoding accepts nothing but what `encode` can
have written, and no more of it than the limits below.  Messages into the sandbox (`inward`) are the grader's own:
they may hold a long text, the submission.
"""

import json
import struct
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

MAX_BYTES = 64 * 1024 * 1024  # of one message
MAX_HEADER = 2 * 1024 * 1024  # bytes of JSON from the sandbox: Python's objects take a hundred times as much
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
# A tensor's own numbers, whatever its class says of them.
_as_subclass = Tensor.as_subclass
_layout, _device, _is_quantized = (
    getattr(torch._C.TensorBase, name).__get__ for name in ("layout", "device", "is_quantized")
)


class WireError(ValueError):
    """A message that `encode` has not written, or a value that is too large for one."""


@dataclass(frozen=True)
class Opaque:
    """A value that is not plain data: its kind, in words."""

    kind: str

    def __str__(self) -> str:
        return self.kind


# ------------------------------------------------------------------------------------------------------------ encode


def encode(value: Any, *, inward: bool = False) -> bytes:
    """A value as a message.  Raises WireError when it is larger than the limits."""
    arrays: list[bytes] = []
    header = json.dumps(_plain(value, arrays, 0, MAX_BYTES if inward else MAX_TEXT)).encode()
    if len(header) > (MAX_BYTES if inward else MAX_HEADER):
        raise WireError(f"The answer has {len(header):,} characters beside its tensors; {MAX_HEADER:,} are allowed.")
    message = b"".join([_HEAD.pack(len(header)), header, *arrays])
    if len(message) > MAX_BYTES:
        raise WireError(f"The answer has {len(message):,} bytes; {MAX_BYTES:,} are allowed.")
    return message


def _plain(value: Any, arrays: list[bytes], depth: int, longest: int) -> Any:
    """A value as JSON: containers and arrays are tagged objects, so nothing can be mistaken for another thing."""
    kind = type(value)  # not isinstance, which believes what an object says of itself
    if value is None or kind in (bool, float):
        return value
    if kind is int:
        return value if _is_short(value) else {"opaque": "an integer of more than 64 bits"}
    if kind is str:
        return value if len(value) <= longest else {"opaque": f"a string of {len(value):,} characters"}
    if depth > MAX_DEPTH:
        return {"opaque": "something nested too deeply"}
    if issubclass(kind, list | tuple):  # named tuples too; what they hold, not what they say of it
        items = list.__iter__(value) if issubclass(kind, list) else tuple.__iter__(value)
        return {"list": [_plain(item, arrays, depth + 1, longest) for item in items]}
    if issubclass(kind, dict):
        pairs = dict.items(value)
        return {"dict": [[_key(key, longest), _plain(item, arrays, depth + 1, longest)] for key, item in pairs]}
    if kind is Opaque:
        return {"opaque": value.kind}
    if issubclass(kind, Tensor):
        return _tensor(value, arrays)
    if kind.__module__ == "numpy" and hasattr(kind, "tolist"):  # an array or one of its numbers
        plain = torch.as_tensor(value) if kind.__name__ == "ndarray" else value.item()
        return _plain(plain, arrays, depth + 1, longest)
    return {"opaque": _article(kind)}


def _key(key: Any, longest: int) -> Any:
    plain = _plain(key, [], MAX_DEPTH, longest)
    return _article(type(key)) if type(plain) is dict else plain


def _tensor(value: Tensor, arrays: list[bytes]) -> Any:
    with torch._C.DisableTorchFunctionSubclass(), torch.no_grad():
        layout, device = _layout(value), _device(value)
        if layout is not torch.strided or device.type != "cpu" or _is_quantized(value):
            return {"opaque": f"a {layout} tensor on {device}"}
        tensor = _as_subclass(value, Tensor)
        name = str(tensor.dtype).removeprefix("torch.")
        if name not in _DTYPES:
            return {"opaque": f"a {name} tensor"}
        shape = list(tensor.shape)
        if not _is_possible(shape) or tensor.numel() * tensor.element_size() > MAX_BYTES:
            return {"opaque": f"a tensor of shape {tuple(shape)}"}
        flat = tensor.detach().contiguous().resolve_conj().resolve_neg().reshape(-1)
        arrays.append(flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b"")
        return {"tensor": name, "shape": shape}


def _article(kind: type) -> str:
    return f"an object of type {type.__getattribute__(kind, '__name__')[:80]}"


def _is_short(number: int) -> bool:
    return -(2**63) <= number < 2**63


def _is_possible(shape: list[Any]) -> bool:
    """Whether a shape can be that of a tensor which fits into a message."""
    count = 1
    for size in shape:
        if type(size) is not int or size < 0:
            return False
        count *= size or 1
    return len(shape) <= MAX_DEPTH and count <= MAX_BYTES


# ------------------------------------------------------------------------------------------------------------ decode


def decode(message: bytes, *, inward: bool = False) -> Any:
    """The value of a message; sequences come as lists, texts as valid Unicode.  Raises WireError."""
    try:
        (length,) = _HEAD.unpack_from(message)
        if length > (MAX_BYTES if inward else MAX_HEADER):
            raise WireError("The message's header is too long.")
        header = json.loads(message[_HEAD.size : _HEAD.size + length])
        reader = _Reader(memoryview(message), _HEAD.size + length, MAX_BYTES if inward else MAX_TEXT)
        value = reader.value(header, 0)
    except (struct.error, ValueError, RecursionError, TypeError) as error:
        raise WireError(f"The message is malformed: {error}") from error
    if reader.position != len(message):
        raise WireError("The message is longer than it says.")
    return value


class _Reader:
    """Reads values out of a header, and their arrays from the bytes behind it."""

    def __init__(self, message: memoryview, position: int, longest: int) -> None:
        self.message, self.position, self.longest = message, position, longest

    def value(self, plain: Any, depth: int) -> Any:
        if depth > MAX_DEPTH + 2:
            raise WireError("The message is nested too deeply.")
        if type(plain) is not dict:
            return self._scalar(plain)
        match plain:
            case {"list": list(items), **rest} if not rest:
                return [self.value(item, depth + 1) for item in items]
            case {"dict": list(pairs), **rest} if not rest:
                return {self._scalar(key): self.value(item, depth + 1) for key, item in pairs}
            case {"opaque": str(kind), **rest} if not rest:
                return Opaque(_clean(kind[:MAX_TEXT]))
            case {"tensor": str(name), "shape": list(shape), **rest} if not rest and name in _DTYPES:
                return self._tensor(_DTYPES[name], shape)
        raise WireError("The message holds something of an unknown kind.")

    def _scalar(self, plain: Any) -> Any:
        if plain is None or type(plain) in (bool, float) or (type(plain) is int and _is_short(plain)):
            return plain
        if type(plain) is str and len(plain) <= self.longest:
            return _clean(plain)
        raise WireError("The message holds something of an unknown kind.")

    def _tensor(self, dtype: torch.dtype, shape: list[Any]) -> Tensor:
        if not _is_possible(shape):
            raise WireError("A tensor has an impossible shape.")
        count = 0 if 0 in shape else 1
        for size in shape:
            count *= size
        if count == 0:
            return torch.empty(shape, dtype=dtype)
        end = self.position + count * dtype.itemsize
        if end > len(self.message):
            raise WireError("A tensor is cut off.")
        raw = torch.frombuffer(bytearray(self.message[self.position : end]), dtype=torch.uint8)
        if dtype is torch.bool and raw.max() > 1:
            raise WireError("A tensor of truth values holds something else.")
        self.position = end
        return raw.view(dtype).reshape(shape)


def _clean(text: str) -> str:
    """Without half characters, which nothing could write down."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
