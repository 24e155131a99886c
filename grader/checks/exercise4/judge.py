"""What is asked of a submission of exercise 4."""

from collections import Counter

import torch

from grader import expect

PARTS = ["self_attn.in_proj_weight", "linear1.weight", "linear1.bias", "linear2.weight", "norm1.weight"]


def drawn_names(draw, layers):
    """The names of a model's parameters, in its order."""
    chosen = draw.sample(PARTS, 3)
    parts = [part for part in PARTS if part in chosen]
    stack = [f"encoder.layers.{layer}.{part}" for layer in range(layers) for part in parts]
    return ["embedding.weight", *stack, "classifier.weight", "classifier.bias"]


def groups_of(value, what):
    """Expect lists of names, none of them empty."""
    came = [expect.strings(group, f"{what}, a group") for group in expect.items(value, None, what)]
    expect.that(all(came), f"{what}: a group without names came; leave it out.")
    return came


def grouped(value, names, reference, what):
    """Expect the groups that the reference makes of these names."""
    came, wanted = groups_of(value, what), reference.layer_groups(names)
    if came == wanted[::-1] and len(wanted) > 1:
        expect.fail(f"{what}: the groups go from the bottom up; the classifier's must come first.")
    for place, (group, right) in enumerate(zip(came, wanted, strict=False)):
        if group != right:
            expect.fail(f"{what}: group {place} must be {right}; {expect.describe(group)} came.")
    expect.that(len(came) == len(wanted), f"{what}: {len(wanted)} groups are expected; {len(came)} came.")


def test_groups(observe, draw, reference):
    for layers in (2, draw.integer(3, 6)):
        names = drawn_names(draw, layers)
        grouped(observe("groups", names), names, reference, f"layer_groups of a model with {layers} layers")


def test_every_name_once(observe, draw):
    names = draw.shuffled(drawn_names(draw, draw.integer(2, 5)))
    what = "layer_groups of shuffled names"
    came = Counter(name for group in groups_of(observe("groups", names), what) for name in group)
    for name in names:
        expect.that(came[name] == 1, f"{what}: {name} must stand in one group; it came {came[name]} times.")
    odd = [name for name in came if name not in names]
    expect.that(not odd, f"{what}: {expect.text(odd[:2])} was not among the names.")


def test_order_within(observe, draw, reference):
    for _ in range(3):
        names = draw.shuffled(drawn_names(draw, draw.integer(1, 3)))
        what = "layer_groups of shuffled names (within a group the names keep the order in which they were given)"
        grouped(observe("groups", names), names, reference, what)


def test_layer_ten(observe, draw, reference):
    names = drawn_names(draw, draw.integer(11, 13))
    what = f"layer_groups of a model with {names[-3].split('.')[2]} layers and one more (layer 10 stands above layer 9)"
    grouped(observe("groups", names), names, reference, what)
    few = ["encoder.layers.9.linear1.bias", "encoder.layers.10.linear1.bias", "encoder.layers.100.linear1.bias"]
    grouped(observe("groups", few), few, reference, "layer_groups of layers 9, 10 and 100")


def test_other_names(observe, draw, reference):
    others = ["positions.scale", "encoder.norm.weight", f"{draw.word()}.weight", f"{draw.word()}.bias"]
    names = drawn_names(draw, 2)
    for name in others:
        names.insert(draw.integer(0, len(names)), name)
    what = "layer_groups with other names (they join the embedding)"
    grouped(observe("groups", names), names, reference, what)
    few = [*draw.shuffled(others), "classifier.weight"]
    grouped(observe("groups", few), few, reference, f"{what}, where there is no embedding")


def test_missing_parts(observe, draw, reference):
    names = drawn_names(draw, 2)
    cases = {
        "without a classifier": names[:-2],
        "without an embedding": names[1:],
        "without layers": [names[0], *names[-2:]],
        "of one name": [draw.choice(names)],
    }
    for words, some in cases.items():
        grouped(observe("groups", some), some, reference, f"layer_groups {words}")
    expect.equal(observe("groups", []), [], "layer_groups of no names")


def test_names_untouched(observe, draw, reference):
    names = draw.shuffled(drawn_names(draw, 2))
    parts = "groups", "names", "of_tuple"
    came, after, of_tuple = expect.record(observe("groups_then", names), *parts, what="layer_groups")
    grouped(came, names, reference, "layer_groups")
    expect.equal(after, names, "The list of names after the call (sort a copy, not the list itself)")
    grouped(of_tuple, names, reference, "layer_groups of a tuple")


def test_lookalikes(observe, draw, reference):
    odd = ["old.encoder.layers.0.bias", "classifier_free.bias", "encoder.layers_norm.weight", "my.classifier.bias"]
    names = draw.shuffled([*odd, *drawn_names(draw, 2)])
    grouped(observe("groups", names), names, reference, "layer_groups of names that look like others")


def test_rates(observe, draw):
    for _ in range(3):
        groups, rate, decay = draw.integer(2, 8), draw.number(1e-4, 0.1), draw.number(1.5, 4.0)
        what = f"discriminative_rates({groups}, {rate:.4g}, {decay:.3g}), divided by the first rate"
        came = [expect.number(one, what) for one in expect.items(observe("rates", groups, rate, decay), groups, what)]
        wanted = [decay**-g for g in range(groups)]
        mistakes = {
            "It looks as if the rates went from the bottom up; the classifier's comes first.": wanted[::-1],
            "It looks as if the rate were divided by decay · g; it is divided by decay to the power g.": [
                1.0,
                *(1 / (decay * g) for g in range(1, groups)),
            ],
            "It looks as if the rates grew; a lower group learns more slowly.": [decay**g for g in range(groups)],
            "It looks as if the classifier's own rate were divided too; its power is 0.": [w / decay for w in wanted],
        }
        expect.close([one / rate for one in came], wanted, what, mistakes=mistakes)


def test_default_decay(observe, draw):
    groups, rate = draw.integer(3, 6), draw.number(0.001, 0.1)
    what = f"discriminative_rates({groups}, {rate:.4g}), divided by the first rate: the decay is 2.6 unless told"
    came = [expect.number(one, what) for one in expect.items(observe("rates", groups, rate), groups, what)]
    expect.close([one / rate for one in came], [2.6**-g for g in range(groups)], what)


def test_rate_extremes(observe, draw):
    rate = draw.number(0.001, 0.1)
    for groups, decay in ((1, draw.number(2.0, 4.0)), (draw.integer(2, 5), 1.0), (12, 2.0)):
        what = f"discriminative_rates({groups}, {rate:.4g}, {decay:.3g}), divided by the first rate"
        came = [expect.number(one, what) for one in expect.items(observe("rates", groups, rate, decay), groups, what)]
        expect.close([one / rate for one in came], [decay**-g for g in range(groups)], what, 1e-6)


def test_schedule(observe, draw):
    for groups in (4, draw.integer(5, 9)):
        epochs = list(range(groups))
        wanted = [epoch + 1 for epoch in epochs]
        what = f"unfreezing_schedule({groups}, epoch) for epochs {epochs}"
        mistakes = {
            "It looks as if nothing trained in epoch 0; epochs count from 0, and the classifier trains in it.": epochs,
            "It looks as if layers went to sleep; each epoch wakes one more.": wanted[::-1],
        }
        expect.equal(observe("schedule", groups, epochs), wanted, what, mistakes)


def test_schedule_ends(observe, draw):
    for groups in (1, draw.integer(2, 6)):
        epochs = [groups - 1, groups, groups + 1, groups + draw.integer(2, 50)]
        what = f"unfreezing_schedule({groups}, epoch) for epochs {epochs}: never more groups than there are"
        expect.equal(observe("schedule", groups, epochs), [groups] * 4, what)


def test_gradual(observe, draw, reference):
    layers = draw.integer(2, 3)
    names = ["embedding.weight", *(f"encoder.layers.{i}.linear1.weight" for i in range(layers)), "classifier.weight"]
    weights = {name: draw.tensor(5) for name in names}
    x, slope = draw.tensor(3, 5), draw.tensor(3, 5)
    rate, decay, epochs = draw.number(0.05, 0.1), draw.number(1.5, 3.0), layers + 4
    what = "Training in epochs that wake one group more"
    history = expect.items(observe("gradual", weights, x, slope, rate, decay, epochs), epochs, what)
    groups = reference.layer_groups(names)
    rates = reference.discriminative_rates(len(groups), rate, decay)
    now = {name: weight.double() for name, weight in weights.items()}
    for epoch, came in enumerate(history):
        now = stepped(now, x, slope, groups[: epoch + 1], rates)
        for name, value in zip(names, expect.record(came, *names, what=what), strict=True):
            expect.close(value, now[name], f"{name} after epoch {epoch} of gradual unfreezing", 1e-3)


def stepped(weights, x, slope, groups, rates):
    """The weights after one step of gradient descent on these groups, each at its own rate."""
    leaves = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    out = x.double()
    for weight in leaves.values():
        out = torch.tanh(out) * weight
    slopes = dict(zip(leaves, torch.autograd.grad((out * slope).sum(), list(leaves.values())), strict=True))
    own = {name: rates[g] for g, group in enumerate(groups) for name in group}
    return {name: weight - own.get(name, 0.0) * slopes[name] for name, weight in weights.items()}
