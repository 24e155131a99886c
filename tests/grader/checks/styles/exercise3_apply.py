from fnmatch import fnmatchcase as match
from difflib import SequenceMatcher
from typing import Iterable, List
from torch.nn import Linear, Module


class NothingMatches(KeyError):
    def __init__(self, pattern, names):
        near = sorted(names, key=lambda n: -SequenceMatcher(None, n, pattern).ratio())[:3]
        super().__init__(f"{pattern!r}; near: {near}")


def freeze(m: Module) -> Module:
    """Gives the model back."""

    def off(layer):
        for p in layer.parameters(recurse=False):
            p.requires_grad_(False)

    return m.apply(off)


def replace_head(m: Module, classes: int) -> Module:
    w = next(m.classifier.parameters())
    m.classifier = Linear(m.classifier.weight.size(1), classes, True, w.device, w.dtype)
    return m


def unfreeze(m: Module, patterns: Iterable[str]) -> List[str]:
    wanted = list(dict.fromkeys(patterns))
    params = [(n, p) for n, p in m.named_parameters()]
    for w in wanted:
        if not [n for n, _ in params if match(n, w)]:
            raise NothingMatches(w, [n for n, _ in params])
    return [n for n, p in params if any(match(n, w) for w in wanted) and (p.requires_grad_(True) is not None)]
