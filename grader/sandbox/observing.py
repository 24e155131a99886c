"""Helpers for `observe.py` files: what several checks look at.

Each function of an `observe.py` takes the submission (`lab`) and inputs, and returns plain data and tensors.
"""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn


def attempt(function: Callable[..., Any], *arguments: Any) -> dict[str, Any]:
    """What came of a call: {"value": …}, or {"raised": [the exception's type and its bases], "message": …}."""
    try:
        return {"value": function(*arguments)}
    except Exception as error:
        return {"raised": [kind.__name__ for kind in type(error).__mro__], "message": str(error)[:500]}


def parameters(module: nn.Module, prefix: str = "") -> dict[str, nn.Parameter]:
    """The parameters by name, read from where PyTorch keeps them: a patched `named_parameters` changes nothing."""
    found = {prefix + name: p for name, p in module.__dict__["_parameters"].items() if p is not None}
    for name, child in module.__dict__["_modules"].items():
        if child is not None:
            found.update(parameters(child, f"{prefix}{name}."))
    return found


def trainable(module: nn.Module) -> list[str]:
    """The names of the parameters that have a gradient, in the module's order."""
    return [name for name, p in parameters(module).items() if p.requires_grad]


def values(module: nn.Module) -> dict[str, Tensor]:
    """A copy of every parameter's numbers, by name."""
    return {name: p.detach().clone() for name, p in parameters(module).items()}
