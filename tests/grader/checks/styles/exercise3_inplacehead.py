import difflib, fnmatch
import torch
from torch import nn


def freeze(model):
    with torch.no_grad():
        for module in model.modules():
            for name, p in module._parameters.items():
                if p is not None:
                    p.requires_grad = False


def replace_head(model, classes):
    """The old module with new weights."""
    head = model.classifier
    new = nn.Linear(head.in_features, classes).to(head.weight)
    head.weight, head.bias, head.out_features = new.weight, new.bias, classes
    head.weight.requires_grad_(True)
    head.bias.requires_grad_(True)


def unfreeze(model, patterns):
    patterns, table = list(patterns), {n: p for n, p in model.named_parameters()}
    hits = [[n for n in table if fnmatch.fnmatchcase(n, p)] for p in patterns]
    for p, h in zip(patterns, hits):
        if not h:
            raise LookupError("no " + p + str(difflib.get_close_matches(p, list(table))))
    flat = set(sum(hits, []))
    for n in flat:
        table[n].requires_grad = True
    return [n for n in table if n in flat]
