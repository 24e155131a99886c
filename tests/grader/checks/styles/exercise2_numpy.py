import numpy as np, torch


def stratified_split(labels, fraction, seed):
    if fraction <= 0.0 or fraction >= 1.0:
        raise ValueError(f"fraction {fraction}")
    y = np.asarray(labels)
    rng = np.random.RandomState(seed)
    held = []
    for c in np.unique(y):
        idx = np.flatnonzero(y == c)
        rng.shuffle(idx)
        n = int(round(fraction * len(idx)))
        if len(idx) > 1:
            n = max(n, 1)
        held.extend(idx[:n])
    held = np.sort(np.array(held, dtype=int))
    kept = np.setdiff1d(np.arange(len(y)), held)
    return kept, held


def pad_and_mask(sequences, pad_id=0):
    n = max(len(s) for s in sequences)
    tokens = np.full((len(sequences), n), pad_id, dtype=np.int64)
    mask = np.zeros((len(sequences), n), dtype=bool)
    for i, s in enumerate(sequences):
        tokens[i, : len(s)] = s
        mask[i, : len(s)] = True
    return torch.from_numpy(tokens), torch.from_numpy(mask)


def length_buckets(lengths, token_budget, seed):
    rng = np.random.RandomState(seed)
    n = len(lengths)
    keys = rng.rand(n)
    order = sorted(range(n), key=lambda i: (lengths[i], keys[i]))
    out, cur = [], []
    for i in order:
        if cur and (len(cur) + 1) * lengths[i] > token_budget:
            out.append(cur)
            cur = []
        cur.append(i)
    if cur:
        out.append(cur)
    rng.shuffle(out)
    return out
