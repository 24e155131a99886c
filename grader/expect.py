"""What judges say: each function passes in silence or raises `Unmet` with a message for the learner.

The values come from a submission and may be anything at all.  A message says what was expected, what came, and where
to look; for tensors the shapes, the first place that differs, and a small picture of the difference.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import torch
from torch import Tensor

from grader.sandbox.wire import Opaque

ROWS, COLUMNS = 8, 32  # cells of a picture
SHADES = " ░▒▓█"
KINDS = {"float": "real numbers", "int": "whole numbers", "bool": "truth values"}


class Unmet(AssertionError):
    """An expectation that was not met."""

    def __init__(self, message: str, picture: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.picture = tuple(picture)


def fail(message: str) -> NoReturn:
    """Say that an expectation was not met."""
    raise Unmet(message)


def that(condition: bool, message: str) -> None:
    """Expect something that the judge has worked out."""
    if not condition:
        raise Unmet(message)


def tensor(value: Any, what: str, shape: Sequence[int] | None = None, kind: str | None = None) -> Tensor:
    """Expect a tensor, perhaps of a shape and of a kind ("float", "int", "bool")."""
    if not isinstance(value, Tensor):
        raise Unmet(f"{what}: a tensor is expected; {describe(value)} came.")
    if shape is not None and list(value.shape) != list(shape):
        raise Unmet(f"{what}: shape {tuple(shape)} is expected; {tuple(value.shape)} came.")
    if kind is not None and _kind(value) != kind:
        raise Unmet(f"{what}: {KINDS[kind]} are expected; {describe(value)} came.")
    return value


def close(
    value: Any, wanted: Any, what: str, tolerance: float = 1e-4, mistakes: Mapping[str, Any] | None = None
) -> None:
    """Expect numbers that agree within `tolerance` (absolute, and relative to the expected ones).

    Tensors are compared as float64 cell by cell; a number, or lists of numbers, in place of a tensor will do.
    A cell that is not finite agrees only with the very same.  `mistakes` are numbers that a known mistake would have
    given, each under the sentence that is then added to the message.
    """
    try:
        _close(value, wanted, what, tolerance)
    except Unmet as unmet:
        raise Unmet(unmet.message + _explained(value, mistakes, tolerance), unmet.picture) from None


def _explained(value: Any, mistakes: Mapping[str, Any] | None, tolerance: float) -> str:
    """The sentence of the first known mistake that gives this value."""
    for sentence, mistaken in (mistakes or {}).items():
        try:
            _close(value, mistaken, "", tolerance)
        except Unmet:
            continue
        return f"  {sentence}"
    return ""


def _close(value: Any, wanted: Any, what: str, tolerance: float) -> None:
    wanted = torch.as_tensor(wanted, dtype=torch.float64)
    came = _numbers(value, what)
    if came.shape != wanted.shape:
        raise Unmet(f"{what}: shape {_shape(wanted)} is expected; {_shape(came)} came.")
    off = ~torch.isclose(came, wanted, rtol=tolerance, atol=tolerance, equal_nan=True)
    if not bool(off.any()):
        return
    if wanted.ndim == 0:
        raise Unmet(f"{what}: {_number(wanted)} is expected; {_number(came)} came.")
    first = tuple(off.nonzero()[0].tolist())
    message = f"{what}: at {list(first)} {_number(wanted[first])} is expected; {_number(came[first])} came."
    if bool((finite := torch.isfinite(came)).all()):
        largest = (came - wanted).abs().max()
        message += f"  {int(off.sum()):,} of {off.numel():,} numbers differ, by {_number(largest)} at most."
    else:
        message += f"  {int((~finite).sum()):,} of {off.numel():,} numbers are not finite."
    raise Unmet(message, picture((came - wanted).abs()) if off.numel() > 1 else ())


def equal(value: Any, wanted: Any, what: str, mistakes: Mapping[str, Any] | None = None) -> None:
    """Expect plain data to be equal: numbers, strings, lists, dictionaries.  A tensor is as good as a list.

    `mistakes` are values that a known mistake would have given, each under the sentence that is then added.
    """
    if not same(value, wanted):
        known = [f"  {sentence}" for sentence, mistaken in (mistakes or {}).items() if same(value, mistaken)]
        raise Unmet(f"{what}: {describe(wanted)} is expected; {describe(value)} came." + "".join(known[:1]))


def same(value: Any, wanted: Any) -> bool:
    """Whether plain data is equal; 1 and True are different things, 1 and 1.0 are not."""
    if isinstance(value, Tensor):
        value = value.tolist()
    if isinstance(wanted, bool) or isinstance(value, bool):
        return isinstance(value, bool) and value is wanted
    if isinstance(wanted, int | float):
        return isinstance(value, int | float) and value == wanted
    if isinstance(wanted, list | tuple):
        return isinstance(value, list) and len(value) == len(wanted) and all(map(same, value, wanted))
    if isinstance(wanted, dict):
        return (
            isinstance(value, dict) and value.keys() == wanted.keys() and all(same(value[k], wanted[k]) for k in wanted)
        )
    return type(value) is type(wanted) and bool(value == wanted)


def record(value: Any, *names: str, what: str) -> list[Any]:
    """Expect the dictionary that an `observe.py` returns, and give the entries of these names."""
    if not isinstance(value, dict) or any(name not in value for name in names):
        raise Unmet(f"{what}: nothing that can be judged came back.")
    return [value[name] for name in names]


def raised(outcome: Any, error: str, what: str) -> str:
    """Expect that `attempt` in an `observe.py` ended in an error of this type, or of one derived from it.

    Exception stands for any error.  Gives the error's message.
    """
    wanted = "an error" if error == "Exception" else error
    if isinstance(outcome, dict) and isinstance(kinds := outcome.get("raised"), list) and kinds:
        if error in kinds:
            return str(outcome.get("message"))
        raise Unmet(f"{what}: {wanted} is expected; {text(kinds[0])} came ({describe(outcome.get('message'))}).")
    if isinstance(outcome, dict) and "value" in outcome:
        raise Unmet(f"{what}: {wanted} is expected; no error came.")
    raise Unmet(f"{what}: {wanted} is expected; {describe(outcome)} came.")


def came(outcome: Any, what: str) -> Any:
    """Expect that `attempt` in an `observe.py` ended well, and give the value."""
    if isinstance(outcome, dict) and "value" in outcome:
        return outcome["value"]
    if isinstance(outcome, dict) and isinstance(kinds := outcome.get("raised"), list) and kinds:
        raise Unmet(f"{what}: no error is expected; {text(kinds[0])} came ({describe(outcome.get('message'))}).")
    raise Unmet(f"{what}: nothing that can be judged came back.")


def items(value: Any, count: int | None, what: str) -> list[Any]:
    """Expect a sequence (of `count` things), and give it as a list."""
    wanted = "a list is" if count is None else f"{count} values are" if count != 1 else "one value is"
    if isinstance(value, Tensor) and value.ndim:
        value = list(value)
    if not isinstance(value, list):
        raise Unmet(f"{what}: {wanted} expected; {describe(value)} came.")
    if count is not None and len(value) != count:
        raise Unmet(f"{what}: {wanted} expected; {len(value)} came.")
    return value


def number(value: Any, what: str) -> float:
    """Expect one real number: a plain one, or a tensor that holds one."""
    if isinstance(value, Tensor) and value.numel() == 1 and _kind(value) != "bool":
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unmet(f"{what}: a number is expected; {describe(value)} came.")
    return float(value)


def strings(value: Any, what: str) -> list[str]:
    """Expect a list of strings."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Unmet(f"{what}: a list of strings is expected; {describe(value)} came.")
    return value


def mapping(value: Any, what: str) -> dict[Any, Any]:
    """Expect a dictionary."""
    if not isinstance(value, dict):
        raise Unmet(f"{what}: a dictionary is expected; {describe(value)} came.")
    return value


def integers(value: Any, what: str) -> list[int]:
    """Expect whole numbers, in a list or in a tensor (n,), and give them as a list."""
    if isinstance(value, Tensor) and value.ndim == 1 and _kind(value) == "int":
        value = value.tolist()
    if isinstance(value, list):
        value = [int(v) if isinstance(v, Tensor) and v.ndim == 0 and _kind(v) == "int" else v for v in value]
    if not isinstance(value, list) or not all(type(v) is int for v in value):
        raise Unmet(f"{what}: a list of whole numbers is expected; {describe(value)} came.")
    return value


def describe(value: Any) -> str:
    """A value in a few words, on one line."""
    shown = _shown(value)
    if len(shown) <= 120:
        return shown
    count = f" ({len(value)} of them)" if isinstance(value, list | dict) else ""
    return f"{shown[:110]}…{count}"


def _shown(value: Any) -> str:
    match value:
        case Tensor():
            kind = str(value.dtype).removeprefix("torch.")
            return f"the tensor {value.item():.6g}" if value.ndim == 0 else f"a tensor {tuple(value.shape)} of {kind}"
        case Opaque():
            return text(value.kind)
        case float():
            return f"{value:.6g}" if value % 1 else repr(value)  # NaN and infinity too
        case list() | tuple():
            return f"[{', '.join(map(_shown, value))}]"
        case dict():
            return f"{{{', '.join(f'{_shown(key)}: {_shown(item)}' for key, item in value.items())}}}"
    return repr(value)


def text(value: Any, limit: int = 200) -> str:
    """A submission's own words, on one line and without characters that a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in str(value))[:limit]


def picture(difference: Tensor) -> list[str]:
    """A heat map (at most 8 × 32) of a difference: blank where there is none, █ where it is largest.

    The last two dimensions are shown, of the first entry that differs; larger ones are pooled by their maximum.
    """
    grid = difference.nan_to_num(nan=math.inf)
    grid = grid.reshape(-1, *grid.shape[-2:]) if grid.ndim > 1 else grid.reshape(1, 1, -1)
    plane = grid[int(grid.flatten(1).amax(1).gt(0).nonzero()[0])] if bool((grid > 0).any()) else grid[0]
    rows, columns = min(ROWS, plane.shape[0]), min(COLUMNS, plane.shape[1])
    if not rows or not columns:
        return []
    plane = torch.nn.functional.adaptive_max_pool2d(plane.clamp(max=1e30)[None], (rows, columns))[0]
    share = plane.log1p() / plane.log1p().max().clamp(min=1e-30)
    levels = (share * (len(SHADES) - 1)).ceil().long().clamp(0, len(SHADES) - 1)
    return ["".join(SHADES[int(level)] for level in row) for row in levels]


def _numbers(value: Any, what: str) -> Tensor:
    if isinstance(value, Tensor):
        if _kind(value) == "bool":
            raise Unmet(f"{what}: numbers are expected; {describe(value)} came.")
        return value.double()
    try:
        if isinstance(value, str | Opaque) or value is None:
            raise TypeError
        return torch.as_tensor(_plain_numbers(value), dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError):
        raise Unmet(f"{what}: numbers are expected; {describe(value)} came.") from None


def _plain_numbers(value: Any) -> Any:
    """Nested lists without tensors.  Raises TypeError for truth values: True is not 1."""
    if isinstance(value, list):
        return [_plain_numbers(item) for item in value]
    if isinstance(value, bool) or (isinstance(value, Tensor) and _kind(value) == "bool"):
        raise TypeError
    return value.double().tolist() if isinstance(value, Tensor) else value


def _kind(value: Tensor) -> str:
    if value.dtype == torch.bool:
        return "bool"
    return "float" if value.is_floating_point() else "int"


def _shape(value: Tensor) -> str:
    return str(tuple(value.shape)) if value.ndim else "a single number"


def _number(value: Tensor) -> str:
    return f"{value.item():.6g}"
