import re, torch


def layer_groups(names):
    def rank(n):
        if re.match(r"classifier\.", n):
            return float("inf")
        if (m := re.match(r"encoder\.layers\.(\d+)\.", n)) is not None:
            return float(m.group(1))
        return float("-inf")

    ranks = sorted(set(map(rank, names)), reverse=True)
    return [[n for n in names if rank(n) == r] for r in ranks]


def discriminative_rates(groups, rate, decay=2.6):
    return [float(r) for r in rate * torch.pow(torch.tensor(1 / decay, dtype=torch.float64), torch.arange(groups))]


def unfreezing_schedule(groups, epoch):
    return torch.tensor(epoch + 1).clamp(max=groups)
