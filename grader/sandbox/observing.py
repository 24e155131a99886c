"""Helpers for `observe.py` files: what several checks look at.

Each function of an `observe.py` takes the submission (`lab`) and inputs, and returns plain data and tensors.

This module is loaded before a submission runs and holds on to what it needs of PyTorch.  A submission that patches
`Tensor.requires_grad` or `Module.parameters` afterwards, or leaves gradients switched off, changes nothing of what is
seen here.  It shares a process with what it looks at, though, so a judge must not believe a mere "yes": it asks for
numbers that only the right work brings about.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

_requires_grad = torch._C.TensorBase.requires_grad.__get__  # type: ignore[attr-defined]
_gradients = torch.autograd.grad
_subtract = torch._C.TensorBase.sub_
_enable_grad = torch.enable_grad
_no_grad = torch.no_grad
_plainly = torch._C.DisableTorchFunctionSubclass
_STAND_INS: dict[str, dict[str, Any]] = {
    "torch._dynamo": {"disable": lambda function, *_, **__: function, "graph_break": lambda *_: None},  # optimizers
    "torch._inductor": {},
    "torch._inductor.config": {},  # torch.use_deterministic_algorithms sets `deterministic` there
    "torch.fx.experimental.symbolic_shapes": {"expect_true": bool},  # attention checks the shape of its mask
}


def attempt(function: Callable[..., Any], *arguments: Any) -> dict[str, Any]:
    """What came of a call: {"value": …}, or {"raised": [the exception's type and its bases], "message": …}.

    A NotImplementedError is let through: a part that is not written yet has refused nothing.
    """
    try:
        return {"value": function(*arguments)}
    except NotImplementedError:
        raise
    except Exception as error:
        return {"raised": [kind.__name__ for kind in type(error).__mro__], "message": str(error)[:500]}


@contextmanager
def learning() -> Iterator[None]:
    """Gradients are computed in here, whatever the submission has left switched off."""
    with _enable_grad(), _plainly():
        yield


@contextmanager
def without_compiler() -> Iterator[None]:
    """PyTorch loads no compiler in here, though optimizers and padding masks ask for a piece of it: 2 to 3 seconds.

    In its place are modules with the few functions that are called, and which do nothing, as nothing is compiled.
    What is loaded already stays.
    """
    placed = [name for name in _STAND_INS if name not in sys.modules]
    for name in placed:
        stand_in = ModuleType(name)
        vars(stand_in).update(_STAND_INS[name])
        sys.modules[name] = stand_in
        if name == "torch._dynamo":
            torch._dynamo = stand_in
    try:
        yield
    finally:
        for name in placed:
            del sys.modules[name]
            if name == "torch._dynamo":
                del torch._dynamo


def parameters(module: nn.Module, prefix: str = "") -> dict[str, nn.Parameter]:
    """The parameters by name, read from where PyTorch keeps them: a patched `named_parameters` changes nothing."""
    return {name: p for name, p in _held(module, "_parameters", prefix)}


def buffers(module: nn.Module) -> dict[str, Tensor]:
    """The buffers by name, persistent or not."""
    return {name: buffer for name, buffer in _held(module, "_buffers", "")}


def _held(module: nn.Module, kind: str, prefix: str) -> Iterator[tuple[str, Any]]:
    for name, thing in module.__dict__[kind].items():
        if thing is not None:
            yield prefix + name, thing
    for name, child in module.__dict__["_modules"].items():
        if child is not None:
            yield from _held(child, kind, f"{prefix}{name}.")


def learns(tensor: Tensor) -> bool:
    """Whether a tensor has a gradient, as PyTorch itself sees it."""
    with _plainly():
        return bool(_requires_grad(tensor))


def trainable(module: nn.Module) -> list[str]:
    """The names of the parameters that have a gradient, in the module's order."""
    return [name for name, p in parameters(module).items() if learns(p)]


def left_behind(module: nn.Module) -> list[str]:
    """The tensors that a module keeps as plain attributes, so that `module.to(device)` overlooks them."""
    left = [name for name, thing in vars(module).items() if isinstance(thing, Tensor) and thing.numel() > 1]
    for name, child in module.__dict__["_modules"].items():
        if child is not None:
            left += [f"{name}.{found}" for found in left_behind(child)]
    return left


def values(module: nn.Module) -> dict[str, Tensor]:
    """A copy of every parameter's numbers, by name."""
    return {name: p.detach().clone() for name, p in parameters(module).items()}


def descend(weights: Iterable[Tensor], loss: Tensor, rate: float) -> None:
    """One step of gradient descent, w ← w − rate · ∂loss/∂w, for those of the weights that have a gradient.

    Where the loss depends on nothing that learns, everything stays as it is.
    """
    if not learns(loss):
        return
    learners = [weight for weight in weights if learns(weight)]
    with learning():
        slopes = _gradients(loss, learners, allow_unused=True)
    with _no_grad(), _plainly():
        for weight, slope in zip(learners, slopes, strict=True):
            if slope is not None:
                _subtract(weight, rate * slope)
