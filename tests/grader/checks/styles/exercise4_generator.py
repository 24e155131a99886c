import itertools
import torch


def _layer(name):
    try:
        head, middle, number, rest = name.split(".", 3)
        return int(number) if (head, middle) == ("encoder", "layers") else None
    except ValueError:
        return None


def layer_groups(names):
    names = list(names)
    top = [n for n in names if n.startswith("classifier.")]
    numbers = sorted({_layer(n) for n in names} - {None})[::-1]
    rest = [n for n in names if n not in top and _layer(n) is None]

    def groups():
        if top:
            yield top
        for k in numbers:
            yield [n for n in names if _layer(n) == k]
        if rest:
            yield rest

    return list(groups())


def discriminative_rates(groups, rate, decay=2.6):
    return list(itertools.accumulate([rate] + [decay] * (groups - 1), lambda r, d: r / d)) if groups else []


unfreezing_schedule = lambda groups, epoch: min(groups, epoch + 1)
