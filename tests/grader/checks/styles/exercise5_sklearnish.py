import math
import torch


def accuracy(logits, labels):
    pred = torch.argmax(logits, -1)
    return torch.mean((pred == labels).float()).item()


def confusion_matrix(predicted, labels, classes):
    cm = torch.zeros(classes, classes, dtype=torch.long)
    for t, p in zip(labels, predicted):
        if not (0 <= t < classes and 0 <= p < classes):
            raise ValueError(f"class out of range: {t}, {p}")
        cm[t, p] += 1
    return cm


def generalisation_gap(a, b):
    return float(b) - float(a)


def best_epoch(losses):
    best, where = math.inf, None
    for i, l in enumerate(losses):
        if math.isnan(l):
            continue
        if where is None or l < best:
            best, where = l, i
    if where is None:
        raise ValueError("nothing to choose from")
    return where
