"""What judges say: each function passes in silence or raises `Unmet` with a message for the learner.

The values come from a submission and may be anything at all.  A message says what was expected, what came, and where
to look; for tensors the shapes, the first place that differs, and a small picture of the difference.
"""

import math
from collections.abc import Sequence
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


def close(value: Any, wanted: Any, what: str, tolerance: float = 1e-4) -> None:
    """Expect numbers that agree within `tolerance` (absolute, and relative to the expected ones).

    Tensors are compared as float64 cell by cell; a number, or lists of numbers, in place of a tensor will do.
    A cell that is not finite agrees only with the very same.
    """
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


def equal(value: Any, wanted: Any, what: str) -> None:
    """Expect plain data to be equal: numbers, strings, lists, dictionaries.  A tensor of whole numbers is a list."""
    if not same(value, wanted):
        raise Unmet(f"{what}: {describe(wanted)} is expected; {describe(value)} came.")


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


def raised(outcome: Any, error: str, what: str) -> None:
    """Expect that `attempt` in an `observe.py` ended in an error of this type, or of one derived from it."""
    if not isinstance(outcome, dict) or ("value" not in outcome and "raised" not in outcome):
        raise Unmet(f"{what}: {error} is expected; {describe(outcome)} came.")
    if "raised" not in outcome:
        raise Unmet(f"{what}: {error} is expected; no error came.")
    kinds = outcome["raised"]
    if not isinstance(kinds, list) or error not in kinds:
        came = kinds[0] if isinstance(kinds, list) and kinds else describe(kinds)
        raise Unmet(f"{what}: {error} is expected; {came} came ({describe(outcome.get('message'))}).")


def items(value: Any, count: int, what: str) -> list[Any]:
    """Expect a sequence of `count` things, and give it as a list."""
    if isinstance(value, Tensor) and value.ndim:
        value = list(value)
    if not isinstance(value, list):
        raise Unmet(f"{what}: {count} values are expected; {describe(value)} came.")
    if len(value) != count:
        raise Unmet(f"{what}: {count} values are expected; {len(value)} came.")
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
    """A value in a few words."""
    if isinstance(value, Tensor):
        return f"a tensor {tuple(value.shape)} of {str(value.dtype).removeprefix('torch.')}"
    if isinstance(value, Opaque):
        return str(value)
    if value is None:
        return "None"
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:110]}… ({type(value).__name__} of {len(value)})"


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
        if isinstance(value, bool | str | Opaque) or value is None:
            raise TypeError
        if isinstance(value, list):
            value = [v.double().tolist() if isinstance(v, Tensor) else v for v in value]
        return torch.as_tensor(value, dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError):
        raise Unmet(f"{what}: numbers are expected; {describe(value)} came.") from None


def _kind(value: Tensor) -> str:
    if value.dtype == torch.bool:
        return "bool"
    return "float" if value.is_floating_point() else "int"


def _shape(value: Tensor) -> str:
    return str(tuple(value.shape)) if value.ndim else "a single number"


def _number(value: Tensor) -> str:
    return f"{value.item():.6g}"
