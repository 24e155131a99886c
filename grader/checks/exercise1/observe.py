"""What is looked at in a submission of exercise 1.

The class is called by position, PositionalEncoding(d_model, max_len, dropout), and in eval mode unless said.
"""

import inspect
from typing import Any

from torch import nn

from grader.sandbox.observing import attempt, descend, learning, left_behind, parameters


def _made(lab, *arguments, training=False):
    """An encoding in the wanted mode."""
    if isinstance(lab.PositionalEncoding, nn.Module):
        raise TypeError("PositionalEncoding must be the class itself; yours is an object made of it.")
    names = list(inspect.signature(lab.PositionalEncoding).parameters)
    if len(arguments) > 1 and names[1:2] == ["dropout"]:
        raise TypeError(f"The order is PositionalEncoding(d_model, max_len, dropout); yours is ({', '.join(names)}).")
    made = lab.PositionalEncoding(*arguments)
    if not callable(made):
        raise TypeError("PositionalEncoding(d_model) must give something that is then called with x; yours does not.")
    if isinstance(made, nn.Module):
        made.train(training)
    return made


def encoded(lab, x, *arguments):
    """x (b, s, d) with its codes; `arguments` stand behind d_model."""
    return _made(lab, x.shape[2], *arguments)(x)


def side_by_side(lab, first, second, max_len):
    """Two inputs of other sizes, encoded once both encodings have been made."""
    encodings = [_made(lab, x.shape[2], max_len, 0.0) for x in (first, second)]
    return [encode(x) for encode, x in zip(encodings, (first, second), strict=True)]


def limits(lab, fitting, longer, max_len):
    """A sequence of `max_len` places, and longer ones."""
    encode = _made(lab, fitting.shape[2], max_len, 0.0)
    return {"fitting": encode(fitting), "longer": [attempt(encode, x) for x in longer]}


def widths(lab, even, odd):
    """An even width and an odd one."""
    return {"even": encoded(lab, even), "odd": attempt(encoded, lab, odd)}


def both_modes(lab, x, *arguments):
    """One encoding in train mode and in eval mode."""
    encode = _made(lab, x.shape[2], *arguments, training=True)
    dropped = encode(x.clone())
    return {"train": dropped, "eval": encode.eval()(x)}


def twice(lab, x):
    """The same call two times, a shorter one between them, and x afterwards."""
    encode = _made(lab, x.shape[2])
    first = encode(x).clone()
    encode(x[:, :1].clone())
    return {"first": first, "second": encode(x), "x": x}


def after_learning(lab, x, slope, rate):
    """A step of gradient descent on everything that can learn, where ∂loss/∂output = slope; then x encoded again."""
    encode = _made(lab, x.shape[2])
    with learning():
        moved = x.clone().requires_grad_()
        loss = (encode(moved) * slope).sum()
        weights: list[Any] = [moved, *(parameters(encode).values() if isinstance(encode, nn.Module) else ())]
        descend(weights, loss, rate)
    return {"x": moved.detach(), "codes": encode(x)}


def moved_and_saved(lab, x):
    """What an encoding makes of x that has loaded what another one saved, and which tensors a move leaves behind."""
    first, second = _made(lab, x.shape[2]), _made(lab, x.shape[2])
    second.load_state_dict(first.state_dict())
    first.to("meta")
    return {"loaded": second(x), "left": left_behind(first)}
