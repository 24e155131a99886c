"""Exercise 3: keep what the model knows, train only what must change.

A pre-trained model is a stack: embedding, encoder layers, classifier.  Transfer in three moves:

1. `freeze` everything, so that no weight has a gradient (∂L/∂w is not computed, and w stays what it is);
2. `replace_head`: the old classifier answers another question (4 topics), the new one has our classes;
3. `unfreeze` the layers that shall learn, named by patterns: `encoder.layers.1.*`, `*.linear2.*`, `*norm*`.

The layers near the input hold what serves every task, those near the output what serves the old one:
the further from the classifier, the safer to leave frozen.
A head over 128 features for 2 classes has 128 · 2 weights + 2 biases = 258 parameters: these alone train
after moves 1 and 2.

Source: Yosinski et al., "How transferable are features in deep neural networks?" (2014),
https://arxiv.org/abs/1411.1792
"""

from collections.abc import Iterable
from difflib import get_close_matches
from fnmatch import fnmatchcase

from torch import nn


def freeze(model: nn.Module) -> None:
    """Takes every parameter out of training: no gradient, no change.

    Dropout is no parameter: a frozen part must also be put in eval mode to answer the same each time.
    """
    model.requires_grad_(False)


def replace_head(model: nn.Module, classes: int) -> None:
    """Puts a new, trainable `nn.Linear` at `model.classifier`.

    It reads as many features as the old one, and stands on the same device with the same dtype.
    """
    old = model.get_parameter("classifier.weight")  # (old classes, features)
    model.classifier = nn.Linear(old.shape[1], classes, device=old.device, dtype=old.dtype)


def unfreeze(model: nn.Module, patterns: Iterable[str]) -> list[str]:
    """Lets the parameters learn whose names match at least one pattern.

    In a pattern `*` stands for any text (dots too), `?` for one character, `[01]` for one of these.

    Returns:
        The names that match, in the model's order.

    Raises:
        LookupError: a pattern matches nothing; names near it are given, and nothing has been unfrozen.
    """
    parameters = dict(model.named_parameters())
    patterns = list(patterns)
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in parameters):
            near = get_close_matches(pattern, parameters, n=3, cutoff=0.4) or list(parameters)[-3:]
            raise LookupError(f"No parameter matches “{pattern}”.  Near it: {', '.join(near)}.")
    chosen = [name for name in parameters if any(fnmatchcase(name, pattern) for pattern in patterns)]
    for name in chosen:
        parameters[name].requires_grad_(True)
    return chosen
