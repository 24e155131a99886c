"""What is looked at in a submission of exercise 4."""

import torch

from grader.sandbox.observing import learning


def groups(lab, names):
    """The groups of these names."""
    return lab.layer_groups(names)


def groups_then(lab, names):
    """The groups, and what has become of the list of names; then the groups of a tuple."""
    given = list(names)
    return {"groups": lab.layer_groups(given), "names": given, "of_tuple": lab.layer_groups(tuple(names))}


def rates(lab, *arguments):
    """The rates for a number of groups."""
    return lab.discriminative_rates(*arguments)


def schedule(lab, groups, epochs):
    """How many groups train in each of these epochs."""
    return [lab.unfreezing_schedule(groups, epoch) for epoch in epochs]


def gradual(lab, weights, x, slope, rate, decay, epochs):
    """Training as the three functions say: the weights by name after each epoch of one step.

    The network is tanh(x) · w1, tanh of that · w2, and so on through all the weights in their order.
    """
    weights = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    groups = [list(group) for group in lab.layer_groups(list(weights))]
    rates = list(lab.discriminative_rates(len(groups), rate, decay))
    history = []
    for epoch in range(epochs):
        awake = int(lab.unfreezing_schedule(len(groups), epoch))
        with learning():
            loss = _loss(weights, x, slope)
            slopes = dict(zip(weights, torch.autograd.grad(loss, list(weights.values())), strict=True))
        for group, own in zip(groups[:awake], rates, strict=False):
            for name in group:
                weights[name] = (weights[name] - float(own) * slopes[name]).detach().requires_grad_()
        history.append({name: weight.detach().clone() for name, weight in weights.items()})
    return history


def _loss(weights, x, slope):
    for weight in weights.values():
        x = torch.tanh(x) * weight
    return (x * slope).sum()
