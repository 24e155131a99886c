import fnmatch, difflib, copy
import torch
from torch import nn


def freeze(model):
    [p.requires_grad_(False) for _, p in model.named_parameters()]
    model.eval()


def replace_head(model, classes):
    """Keeps a template of the head, and registers the new one as a module."""
    old = model._modules["classifier"]
    with torch.device(old.weight.device):
        head = nn.Linear(old.in_features, classes, dtype=old.weight.dtype)
    del model.classifier
    model.add_module("classifier", head)


def unfreeze(model, patterns):
    names = list(dict(model.named_parameters()))
    chosen = {}
    for pattern in patterns:
        found = fnmatch.filter(names, pattern)
        chosen[pattern] = found
        if len(found) == 0:
            raise LookupError(
                f"nothing matches {pattern}, perhaps {difflib.get_close_matches(pattern, names, cutoff=0)}"
            )
    wanted = {n for found in chosen.values() for n in found}
    for n in wanted:
        model.get_parameter(n).requires_grad = True
    return sorted(wanted, key=names.index)
