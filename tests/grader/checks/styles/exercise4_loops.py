import re


def layer_groups(names):
    classifier, embedding, layers = [], [], {}
    for name in names:
        parts = name.split(".")
        if parts[0] == "classifier":
            classifier.append(name)
        elif parts[:2] == ["encoder", "layers"] and len(parts) > 3:
            layers.setdefault(int(parts[2]), []).append(name)
        else:
            embedding.append(name)
    groups = [classifier]
    for number in sorted(layers, reverse=True):
        groups.append(layers[number])
    groups.append(embedding)
    return [group for group in groups if group]


def discriminative_rates(groups, rate, decay=2.6):
    rates = []
    for _ in range(groups):
        rates.append(rate)
        rate = rate / decay
    return rates


def unfreezing_schedule(groups, epoch):
    if epoch >= groups:
        return groups
    return epoch + 1
