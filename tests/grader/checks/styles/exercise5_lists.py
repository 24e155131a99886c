from collections import Counter


def accuracy(logits, labels):
    rows = logits.tolist()
    truth = labels.tolist()
    hits = [max(range(len(r)), key=r.__getitem__) == t for r, t in zip(rows, truth)]
    return sum(hits) / len(hits)


def confusion_matrix(predicted, labels, classes):
    pairs = Counter(zip(labels.tolist(), predicted.tolist()))
    allowed = range(classes)
    if any(a not in allowed or b not in allowed for a, b in pairs):
        raise ValueError("outside")
    return [[pairs[t, p] for p in allowed] for t in allowed]


def generalisation_gap(t, v):
    return -(t - v)


def best_epoch(v):
    real = [x for x in v if x == x]
    if not real:
        raise ValueError("empty")
    return list(v).index(min(real))
