import re, fnmatch, difflib
import torch
import torch.nn as nn


def freeze(model):
    for param in model.parameters():
        param.requires_grad = False


def replace_head(model, classes):
    old = model.classifier
    new = nn.Linear(old.in_features, classes)
    new = new.to(device=old.weight.device, dtype=old.weight.dtype)
    setattr(model, "classifier", new)


def unfreeze(model, patterns):
    patterns = tuple(patterns)
    names = [n for n, _ in model.named_parameters()]
    matched = set()
    for p in patterns:
        hits = [n for n in names if re.fullmatch(fnmatch.translate(p), n)]
        if not hits:
            raise LookupError(p + " did you mean " + ", ".join(difflib.get_close_matches(p, names)))
        matched.update(hits)
    result = []
    for n, param in model.named_parameters():
        if n in matched:
            param.requires_grad_()
            result.append(n)
    return result
