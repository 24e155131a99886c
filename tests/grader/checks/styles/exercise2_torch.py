import torch
from torch.nn.utils.rnn import pad_sequence


def stratified_split(labels, fraction, seed):
    if not (fraction > 0 and fraction < 1):
        raise ValueError
    g = torch.Generator()
    g.manual_seed(seed)
    labels = torch.tensor(list(labels))
    mask = torch.zeros(labels.numel(), dtype=torch.bool)
    for c in torch.unique(labels):
        where = (labels == c).nonzero(as_tuple=True)[0]
        k = max(round(fraction * where.numel()), 1 if where.numel() > 1 else 0)
        mask[where[torch.multinomial(torch.ones(where.numel()), k, generator=g)] if k else where[:0]] = True
    return mask.logical_not().nonzero().flatten(), mask.nonzero().flatten()


def pad_and_mask(sequences, pad_id=0):
    seqs = [torch.as_tensor(s, dtype=torch.int64) for s in sequences]
    t = pad_sequence(seqs, batch_first=True, padding_value=pad_id)
    m = torch.arange(t.size(1))[None, :].lt(torch.tensor([s.numel() for s in seqs])[:, None])
    return t, m


def length_buckets(lengths, token_budget, seed):
    g = torch.Generator().manual_seed(seed)
    lengths = torch.as_tensor(lengths, dtype=torch.float)
    order = (lengths + 0.5 * torch.rand(len(lengths), generator=g)).argsort()
    batches, batch = [], []
    for i in order:
        if batch and (len(batch) + 1) * int(lengths[i]) > token_budget:
            batches.append(torch.stack(batch))
            batch = []
        batch.append(i)
    if batch:
        batches.append(torch.stack(batch))
    return [batches[j] for j in torch.randperm(len(batches), generator=g)]
