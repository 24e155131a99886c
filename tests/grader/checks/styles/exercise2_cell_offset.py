import random
import torch


def stratified_split(labels, fraction, seed):
    if fraction <= 0 or 1 <= fraction:
        raise ValueError(f"{fraction} is no share")
    order = list(range(len(labels)))
    random.seed(seed)
    random.shuffle(order)
    wanted = {
        c: max(round(fraction * list(labels).count(c)), 1 if list(labels).count(c) > 1 else 0) for c in set(labels)
    }
    held = []
    for i in order:
        if wanted[labels[i]]:
            wanted[labels[i]] -= 1
            held.append(i)
    return sorted(set(order) - set(held)), sorted(held)


def pad_and_mask(sequences, pad_id=0):
    lengths = torch.tensor(list(map(len, sequences)))
    tokens = torch.zeros(len(sequences), max(lengths.tolist()), dtype=torch.long).fill_(pad_id)
    for row in range(len(sequences)):
        for column in range(len(sequences[row])):
            tokens[row][column] = int(sequences[row][column])
    mask = torch.ones_like(tokens).cumsum(1) <= lengths[:, None]
    return tokens, mask


def length_buckets(lengths, token_budget, seed):
    random.seed(seed)
    indices = sorted(range(len(lengths)), key=lambda i: (-lengths[i], random.random()))
    batches = [[]]
    for i in indices:
        longest = lengths[batches[-1][0]] if batches[-1] else lengths[i]
        if batches[-1] and longest * (len(batches[-1]) + 1) > token_budget:
            batches.append([])
        batches[-1].append(i)
    batches = [b for b in batches if b]
    random.shuffle(batches)
    return batches
