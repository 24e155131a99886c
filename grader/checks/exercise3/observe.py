"""What is looked at in a submission of exercise 3: small models with the real one's names, and what training does."""

import torch
from torch import nn

from grader.sandbox.observing import attempt, descend, learning, parameters, trainable, values


class Layer(nn.Module):
    """A layer with the names of a transformer's."""

    def __init__(self, width):
        super().__init__()
        self.linear1 = nn.Linear(width, width)
        self.linear2 = nn.Linear(width, width)
        self.norm1 = nn.LayerNorm(width)

    def forward(self, x):
        return x + self.linear2(torch.tanh(self.linear1(self.norm1(x))))


class Encoder(nn.Module):
    """A stack of layers."""

    def __init__(self, width, layers):
        super().__init__()
        self.layers = nn.ModuleList(Layer(width) for _ in range(layers))

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


class Model(nn.Module):
    """Tokens (b, s) → logits (b, c)."""

    def __init__(self, words, width, layers, classes):
        super().__init__()
        self.embedding = nn.Embedding(words, width)
        self.encoder = Encoder(width, layers)
        self.classifier = nn.Linear(width, classes)

    def forward(self, tokens):
        return self.classifier(self.encoder(self.embedding(tokens).mean(dim=1)))


def _model(weights):
    """A model with these weights, by name."""
    words, width = weights["embedding.weight"].shape
    layers = sum(name.endswith("norm1.bias") for name in weights)
    model = Model(words, width, layers, len(weights["classifier.bias"]))
    model.load_state_dict(weights)
    return model


def _trained(model, tokens, slope, rate):
    """One step of gradient descent where ∂loss/∂logits = slope · probe, and a free number beside the model."""
    with learning():
        probe = torch.ones(slope.shape[1], requires_grad=True)
        loss = (model(tokens) * probe * slope).sum()
        descend([*parameters(model).values(), probe], loss, rate)
    return {"trainable": trainable(model), "weights": values(model), "probe": probe.detach()}


def frozen(lab, weights, tokens, slope, rate):
    """Training after freeze."""
    model = _model(weights)
    lab.freeze(model)
    return _trained(model, tokens, slope, rate)


def frozen_shapes(lab):
    """Other modules after freeze: a bare parameter, nested parts, a shared weight, a part frozen before, nothing."""
    bare, shared, half = nn.Module(), nn.Module(), nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    bare.scale = nn.Parameter(torch.ones(3))
    shared.one = nn.Linear(2, 2)
    shared.two = nn.Linear(2, 2)
    shared.two.weight = shared.one.weight
    half[0].requires_grad_(False)
    nested = nn.Sequential(nn.ModuleDict({"deep": nn.ModuleList([nn.Linear(2, 2), nn.GRU(2, 2)])}))
    modules = {"bare": bare, "nested": nested, "shared": shared, "half": half, "empty": nn.ReLU()}
    for module in modules.values():
        lab.freeze(module)
    return {name: {"of": len(parameters(m)), "trainable": trainable(m)} for name, m in modules.items()}


def headed(lab, weights, tokens, classes):
    """A model with a new head: its weights and its answers."""
    model = _model(weights)
    lab.replace_head(model, classes)
    linear = isinstance(model.classifier, nn.Linear)
    return {"weights": values(model), "logits": model(tokens), "linear": linear}


def two_heads(lab, weights, classes):
    """The weights of two equal models, each with a new head."""
    models = [_model(weights), _model(weights)]
    for model in models:
        lab.replace_head(model, classes)
    return [values(model) for model in models]


def head_trained(lab, weights, tokens, slope, rate):
    """Training after freeze and replace_head: the weights before and after."""
    model = _model(weights)
    lab.freeze(model)
    lab.replace_head(model, slope.shape[1])
    before = values(model)
    return {"before": before, **_trained(model, tokens, slope, rate)}


def head_places(lab, weights, classes):
    """Number formats and devices of all parameters after replace_head."""
    found = {}
    for name, model in (("float64", _model(weights).double()), ("bfloat16", _model(weights).bfloat16())):
        lab.replace_head(model, classes)
        found[name] = {key: str(p.dtype).removeprefix("torch.") for key, p in parameters(model).items()}
    model = _model(weights).to("meta")
    lab.replace_head(model, classes)
    found["meta"] = {key: str(p.device) for key, p in parameters(model).items()}
    return found


def unfrozen(lab, weights, patterns, tokens, slope, rate):
    """Training after unfreeze, everything else having been frozen before."""
    model = _frozen(weights)
    returned = lab.unfreeze(model, patterns)
    return {"returned": returned, **_trained(model, tokens, slope, rate)}


def _frozen(weights):
    model = _model(weights)
    for parameter in parameters(model).values():
        parameter.requires_grad_(False)
    return model


def chosen(lab, weights, questions):
    """What trains, and what came back, for each list of patterns, each on a model of its own."""
    found = []
    for patterns in questions:
        model = _frozen(weights)
        returned = lab.unfreeze(model, patterns)
        found.append({"returned": returned, "trainable": trainable(model)})
    return found


def from_generator(lab, weights, patterns):
    """The patterns come from a generator, which can be read only once."""
    model = _frozen(weights)
    returned = lab.unfreeze(model, (pattern for pattern in patterns))
    return {"returned": returned, "trainable": trainable(model)}


def one_after_another(lab, weights, first, second):
    """Two calls on one model, the second perhaps without patterns."""
    model = _frozen(weights)
    lab.unfreeze(model, first)
    lab.unfreeze(model, second)
    return trainable(model)


def refused(lab, weights, fitting, with_odd):
    """Patterns that fit; then, on a frozen model, some of which one matches nothing."""
    model = _frozen(weights)
    lab.unfreeze(model, fitting)
    other = _frozen(weights)
    outcome = attempt(lab.unfreeze, other, with_odd)
    return {"fitting": trainable(model), "outcome": outcome, "trainable": trainable(other)}


def transfer(lab, weights, classes, patterns, tokens, slope, rate):
    """All three moves, then two steps of training."""
    model = _model(weights)
    lab.freeze(model)
    lab.replace_head(model, classes)
    lab.unfreeze(model, patterns)
    before = values(model)
    _trained(model, tokens, slope, rate)
    return {"before": before, **_trained(model, tokens, slope, rate)}
