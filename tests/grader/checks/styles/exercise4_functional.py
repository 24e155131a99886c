from __future__ import annotations
import re, itertools, functools, operator
from collections import defaultdict
import numpy as np

LAYER = re.compile(r"^encoder\.layers\.(?P<n>\d+)\.")


def _key(name: str) -> tuple[int, int]:
    if name.split(".", 1)[0] == "classifier" and "." in name:
        return (0, 0)
    m = LAYER.match(name)
    return (1, -int(m["n"])) if m else (2, 0)


def layer_groups(names):
    d = defaultdict(list)
    for n in names:
        d[_key(n)].append(n)
    return [d[k] for k in sorted(d)]


def discriminative_rates(n, base, factor=2.6):
    return np.geomspace(base, base * factor ** -(n - 1), n) if n > 1 else [base]


def unfreezing_schedule(n, epoch):
    return int(np.clip(epoch + 1, 1, n))
