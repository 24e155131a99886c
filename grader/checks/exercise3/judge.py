"""What is asked of a submission of exercise 3: the numbers after real training are worked out here again."""

from fnmatch import fnmatchcase

import torch
from torch.nn.functional import layer_norm, linear

from grader import expect

HEAD = ["classifier.weight", "classifier.bias"]
LAYER = ["linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias", "norm1.weight", "norm1.bias"]
RATE = 0.1
WEIGHT = "{} after a training step"


def drawn_weights(draw, layers=2, classes=4):
    """The weights of a small model by name, in the model's order."""
    width = draw.integer(3, 8)
    shapes: dict[str, tuple[int, ...]] = {"embedding.weight": (12, width)}
    for layer in range(layers):
        for name in LAYER:
            square = name.startswith("linear") and name.endswith("weight")
            shapes[f"encoder.layers.{layer}.{name}"] = (width, width) if square else (width,)
    shapes |= {"classifier.weight": (classes, width), "classifier.bias": (classes,)}
    return {name: draw.tensor(*shape) for name, shape in shapes.items()}


def drawn_step(draw, classes):
    """Tokens (b, s), and what the loss makes of the logits (b, c)."""
    tokens = torch.tensor([draw.integers(5, 0, 11) for _ in range(3)])
    return tokens, draw.tensor(3, classes)


def features(weights, tokens):
    """What the classifier reads (b, d)."""
    x = weights["embedding.weight"][tokens].mean(dim=1)
    for layer in range(sum(name.endswith("norm1.bias") for name in weights)):
        w1, b1, w2, b2, scale, shift = (weights[f"encoder.layers.{layer}.{name}"] for name in LAYER)
        x = x + linear(torch.tanh(linear(layer_norm(x, x.shape[-1:], scale, shift), w1, b1)), w2, b2)
    return x


def logits(weights, tokens):
    """The model's answers (b, c)."""
    return linear(features(weights, tokens), *(weights[name] for name in HEAD))


def trained(weights, learners, tokens, slope, steps=1):
    """The weights after gradient descent on the learners alone, and the free number beside the model."""
    weights = {name: value.double() for name, value in weights.items()}
    for _ in range(steps):
        moving = {name: weights[name].clone().requires_grad_() for name in learners}
        probe = torch.ones(slope.shape[1], dtype=torch.float64, requires_grad=True)
        loss = (logits({**weights, **moving}, tokens) * probe * slope).sum()
        slopes = torch.autograd.grad(loss, [*moving.values(), probe])
        weights |= {name: weights[name] - RATE * slope for name, slope in zip(moving, slopes, strict=False)}
    return weights, (probe - RATE * slopes[-1]).detach()


def learned(seen, weights, learners, tokens, slope, steps=1):
    """Expect exactly the learners to have learned, as gradient descent has it."""
    came, probe = expect.record(seen, "weights", "probe", what="Training")
    wanted, free = trained(weights, learners, tokens, slope, steps)
    named(came, wanted)
    for name, start in weights.items():
        what = f"{name} after training"
        value = expect.tensor(came[name], what, shape=start.shape, kind="float")
        if name in learners:
            still = {"It did not change at all: it must learn.": start}
            expect.close(value, wanted[name], what, 1e-3, still)
        else:
            same = torch.equal(value.double(), start.double())
            expect.that(same, f"{what}: it is frozen and must stay what it was; it changed.")
    expect.close(probe, free, "Training beside the model", 1e-3)


def named(came, wanted):
    """Expect weights of the wanted names."""
    came = expect.mapping(came, "The model's weights")
    missing = [name for name in wanted if name not in came]
    expect.that(not missing, f"The model has lost {', '.join(missing[:3])}.")
    more = [name for name in came if name not in wanted]
    expect.that(not more, f"The model has parameters it should not have: {expect.text(more[:3])}.")


def matching(weights, patterns):
    """The names that match at least one pattern, in the model's order."""
    return [name for name in weights if any(fnmatchcase(name, pattern) for pattern in patterns)]


def only(came, wanted, what):
    """Expect exactly these names, in this order."""
    came = expect.strings(came, what)
    for name in wanted:
        expect.that(name in came, f"{what}: {name} is missing.")
    for name in came:
        expect.that(name in wanted, f"{what}: {expect.text(name)} should not be among them.")
    expect.that(came == list(wanted), f"{what}: the order is not the model's, or a name comes twice: {came[:4]} …")


def test_freeze(observe, draw):
    weights = drawn_weights(draw)
    tokens, slope = drawn_step(draw, 4)
    seen = observe("frozen", weights, tokens, slope, RATE)
    learned(seen, weights, [], tokens, slope)
    (trainable,) = expect.record(seen, "trainable", what="Training")
    only(trainable, [], "Parameters that still have a gradient after freeze")


def test_freeze_anything(observe):
    wanted = {"bare": 1, "nested": 6, "shared": 4, "half": 4, "empty": 0}
    words = {
        "bare": "a module with a parameter of its own",
        "nested": "a module with parts in lists and dictionaries",
        "shared": "a module whose parts share a weight",
        "half": "a module of which one part was frozen before",
        "empty": "a module without parameters",
    }
    entries = expect.record(observe("frozen_shapes"), *wanted, what="freeze")
    for (name, count), entry in zip(wanted.items(), entries, strict=True):
        of, trainable = expect.record(entry, "of", "trainable", what=f"freeze of {words[name]}")
        only(trainable, [], f"Parameters that still have a gradient after freeze of {words[name]}")
        expect.equal(of, count, f"freeze of {words[name]}, number of parameters afterwards")


def test_head(observe, draw):
    weights, classes = drawn_weights(draw), draw.choice([2, 3, 5, 7])
    tokens, _ = drawn_step(draw, classes)
    seen = observe("headed", weights, tokens, classes)
    came, answers, is_linear = expect.record(seen, "weights", "logits", "linear", what="The new head")
    named(came, weights)
    head = new_head(came, weights, classes)
    expect.that(is_linear is True, "The new head: an nn.Linear is expected at model.classifier.")
    wanted = logits({**weights, **head}, tokens)
    expect.close(answers, wanted, f"The model's answers with the new head (b, {classes})", 1e-3)


def new_head(came, weights, classes):
    """Expect a weight and a bias for these classes, of finite numbers."""
    width = weights["embedding.weight"].shape[1]
    head = {}
    for name, shape in zip(HEAD, ((classes, width), (classes,)), strict=True):
        what = f"{name} for {classes} classes over {width} features"
        head[name] = expect.tensor(came[name], what, shape=shape, kind="float").float()
        expect.that(bool(torch.isfinite(head[name]).all()), f"{what}: it holds numbers that are not finite.")
    return head


def test_head_fresh(observe, draw):
    weights = drawn_weights(draw)
    heads = []
    for came in expect.items(observe("two_heads", weights, 4), 2, "Two new heads"):
        named(came, weights)
        head = new_head(came, weights, 4)["classifier.weight"]
        what = "classifier.weight after replace_head with as many classes as before"
        old = torch.isclose(head, weights["classifier.weight"]).double().mean().item()
        expect.that(old < 0.5, f"{what}: the old numbers are still there; a new head must not know the old task.")
        heads.append(head)
    expect.that(bool(heads[0].std() > 0), "classifier.weight: all its numbers are the same; nn.Linear draws them.")
    again = torch.equal(heads[0], heads[1])
    expect.that(not again, "classifier.weight: two new heads have the same numbers; nn.Linear draws them anew.")


def test_rest_stays(observe, draw):
    weights = drawn_weights(draw)
    tokens, _ = drawn_step(draw, 3)
    (came,) = expect.record(observe("headed", weights, tokens, 3), "weights", what="The new head")
    named(came, weights)
    for name, value in weights.items():
        if name not in HEAD:
            expect.close(came[name], value, f"{name} after replace_head", 0)
    new_head(came, weights, 3)


def test_head_learns(observe, draw):
    weights, classes = drawn_weights(draw), draw.choice([2, 3, 5])
    tokens, slope = drawn_step(draw, classes)
    seen = observe("head_trained", weights, tokens, slope, RATE)
    before, trainable = expect.record(seen, "before", "trainable", what="Training")
    only(trainable, HEAD, "What is trainable after freeze and replace_head")
    start = started(before, weights, classes)
    learned(seen, start, HEAD, tokens, slope)


def started(before, weights, classes):
    """The weights with the new head's first numbers in place of the old ones."""
    named(before, weights)
    return {**weights, **new_head(before, weights, classes)}


def test_head_place(observe, draw):
    weights = drawn_weights(draw)
    kinds = "float64", "bfloat16", "meta"
    for kind, came in zip(kinds, expect.record(observe("head_places", weights, 3), *kinds, what="Places"), strict=True):
        named(came, weights)
        for name, place in came.items():
            where = "on the device" if kind == "meta" else "of the number format"
            what = f"{name} after replace_head in a model {where} {kind}"
            expect.equal(place, kind, what)


def test_unfreeze(observe, draw):
    weights = drawn_weights(draw)
    tokens, slope = drawn_step(draw, 4)
    for patterns in (["encoder.layers.1.*"], draw.sample(list(weights), 3), ["embedding.weight", "*.bias"]):
        seen = observe("unfrozen", weights, patterns, tokens, slope, RATE)
        learned(seen, weights, matching(weights, patterns), tokens, slope)


def asked(observe, weights, questions, entry):
    """Expect the right names for each list of patterns: those that train, or those that came back."""
    came = expect.items(observe("chosen", weights, questions), len(questions), "unfreeze")
    for patterns, answer in zip(questions, came, strict=True):
        (names,) = expect.record(answer, entry, what="unfreeze")
        what = f"unfreeze(model, {patterns}), what {'trains' if entry == 'trainable' else 'comes back'}"
        only(names, matching(weights, patterns), what)


def test_patterns(observe, draw):
    weights = drawn_weights(draw, layers=3)
    questions = [
        ["*"],
        ["encoder.layers.1.*"],
        ["*.linear2.*"],
        ["*norm*"],
        ["encoder.layers.?.linear1.bias"],
        ["encoder.layers.[02].linear1.*"],
        [draw.choice(list(weights))],
    ]
    asked(observe, weights, questions, "trainable")


def test_several_patterns(observe, draw):
    weights = drawn_weights(draw, layers=3)
    questions = [
        ["classifier.*", "embedding.*"],
        ["classifier.*", "*.bias", "classifier.bias"],
        draw.sample(list(weights), draw.integer(2, 6)),
        [],
    ]
    asked(observe, weights, questions, "trainable")


def test_returned(observe, draw):
    weights = drawn_weights(draw, layers=3)
    names = draw.sample(list(weights), draw.integer(4, 8))
    questions = [["classifier.*", "embedding.*"], ["*.bias", "classifier.*"], names, ["*"], []]
    asked(observe, weights, questions, "returned")


def test_generator(observe, draw):
    weights = drawn_weights(draw)
    patterns = draw.sample(list(weights), 3)
    returned, trainable = expect.record(
        observe("from_generator", weights, patterns), "returned", "trainable", what="unfreeze"
    )
    for came in (trainable, returned):
        only(came, matching(weights, patterns), "unfreeze with patterns from a generator (read it once, into a list)")


def test_goes_on_learning(observe, draw):
    weights = drawn_weights(draw)
    first, second = draw.sample(list(weights), 2)
    what = f"unfreeze(model, [“{first}”]), then unfreeze(model, [“{second}”]): what trains"
    only(observe("one_after_another", weights, [first], [second]), matching(weights, [first, second]), what)
    what = f"unfreeze(model, [“{first}”]), then unfreeze(model, []): what trains"
    only(observe("one_after_another", weights, [first], []), [first], what)


def refusal(observe, weights, fitting, odd, first=False):
    """Expect patterns that fit to work, and a LookupError with one more; give its message and what trains then."""
    seen = observe("refused", weights, fitting, [odd, *fitting] if first else [*fitting, odd])
    came, outcome, after = expect.record(seen, "fitting", "outcome", "trainable", what="unfreeze")
    only(came, matching(weights, fitting), f"unfreeze(model, {fitting}), what trains")
    return expect.raised(outcome, "LookupError", f"unfreeze with the pattern “{odd}”, which matches nothing"), after


def test_no_match(observe, draw):
    weights = drawn_weights(draw)
    for odd in ("encoder.layers.9.*", "classifier", "Embedding.weight", draw.word()):
        for first in (False, True):
            refusal(observe, weights, ["classifier.*"], odd, first)


def test_no_match_near(observe, draw):
    weights = drawn_weights(draw)
    for odd, near in (("clasifier.weight", "classifier.weight"), ("embeding.weight", "embedding.weight")):
        message, _ = refusal(observe, weights, ["*.bias"], odd)
        expect.that(near in message, f"The message for “{odd}” must name what is near it, {near}.")


def test_no_match_changes_nothing(observe, draw):
    weights = drawn_weights(draw)
    fitting = ["classifier.*", draw.choice(list(weights))]
    _, after = refusal(observe, weights, fitting, draw.word())
    only(after, [], "What trains after the LookupError (look at every pattern before you unfreeze anything)")


def test_transfer(observe, draw):
    for layers in (1, draw.integer(2, 4)):
        weights, classes = drawn_weights(draw, layers=layers), draw.integer(2, 6)
        tokens, slope = drawn_step(draw, classes)
        slope = slope * 0.1
        patterns = draw.sample(["embedding.*", "*norm1*", "encoder.layers.0.*", "*.linear?.bias"], 2)
        seen = observe("transfer", weights, classes, patterns, tokens, slope, RATE)
        (before,) = expect.record(seen, "before", what="Training")
        start = started(before, weights, classes)
        learners = matching(weights, [*patterns, "classifier.*"])
        after, _ = trained(start, learners, tokens, slope)
        learned(seen, {**start, **{n: v.float() for n, v in after.items() if n in learners}}, learners, tokens, slope)
