"""What is looked at in a submission of exercise 6, piece by piece."""

import io
import sys

import torch
from torch import nn

from grader.sandbox.observing import attempt, buffers, parameters, values, without_compiler


def _net(weights, dropout=0.0):
    """A small model of our own, tokens (b, s) → logits (b, c), in which nothing has to be mended."""
    words, width = weights["0.weight"].shape
    classes = len(weights["2.bias"])
    net = nn.Sequential(nn.EmbeddingBag(words, width, padding_idx=1), nn.Dropout(dropout), nn.Linear(width, classes))
    net.load_state_dict(weights)
    return net


def ids(lab, words, vectors):
    """The vocabulary and the table of word vectors."""
    return {"vocabulary": lab.vocabulary(words), "table": lab.word_table(vectors)}


def padded(lab, texts):
    """Texts as one rectangle."""
    return lab.pad(texts)


def pooled(lab, states, real):
    """The mean over what is real, and the states afterwards."""
    return {"pooled": lab.pool(states, real), "states": states}


@without_compiler()
def answered(lab, vectors, classes, batches):
    """The logits of one model, in eval mode, for several batches of tokens."""
    model = lab.ReviewModel(vectors, classes)
    model.eval()
    return [model(tokens) for tokens in batches]


@without_compiler()
def encoded(lab, vectors, batches):
    """What the encoder of one model, in eval mode, says of every token of several batches."""
    model = lab.ReviewModel(vectors, 2)
    model.eval()
    return [model.encode(tokens) for tokens in batches]


@without_compiler()
def sizes(lab, few, many, tokens):
    """How many numbers a model holds beside its word vectors, with few words and with many; and a long text."""
    models = [lab.ReviewModel(vectors, 2) for vectors in (few, many)]
    held = [sum(t.numel() for t in {**parameters(model), **buffers(model)}.values()) for model in models]
    saved = [sum(t.numel() for t in model.state_dict().values()) for model in models]
    models[0].eval()
    long = attempt(models[0], tokens)
    return {"held": held, "saved": saved, "long": long, "turned": attempt(models[0], tokens.flip(1))}


@without_compiler()
def fitted(lab, weights, texts, labels, epochs, rate):
    """Training of a small model: its history and its weights."""
    net = _net(weights)
    history = lab.fit(net, texts, labels, epochs, rate)
    return {"history": history, "weights": values(net)}


@without_compiler()
def runs(lab, vectors, texts, labels, epochs, rate, seeds):
    """A whole run for each seed, whatever the global generator says before it: losses, and answers in the end."""
    found = []
    for turn, seed in enumerate(seeds):
        torch.manual_seed(1000 + turn)
        model, history = lab.run(vectors, texts, labels, 2, epochs, rate, seed)
        model.eval()
        logits = torch.cat([model(torch.tensor([text])) for text in texts[:4]])
        found.append({"losses": [epoch["loss"] for epoch in history], "logits": logits})
    return found


@without_compiler()
def predicted(lab, weights, texts, dropout):
    """The same prediction three times, of a small model that has just been training."""
    net = _net(weights, dropout)
    found = []
    for _ in range(3):
        net.train()
        found.append(lab.predict(net, texts))
    return found


@without_compiler()
def epochs(lab, weights, texts, labels, count):
    """How the first words of texts came to a small model in training, batch by batch, and the losses of its epochs.

    Its learning rate is 0, so that each loss is the same however the batches were drawn.
    """
    net, batches, modes = _net(weights), [], []

    def looked_at(net, given):
        batches.append(given[0][:, 0].tolist())
        modes.append(net.training)

    net.register_forward_pre_hook(looked_at)
    history = lab.fit(net, texts, labels, count, 0.0)
    return {"batches": batches, "modes": modes, "losses": [epoch["loss"] for epoch in history]}


class _Trap:
    """What an attacker puts into a file: loading it by pickle calls a function."""

    def __reduce__(self):
        return sys.setrecursionlimit, (1234,)


def loaded(lab, old, new):
    """Weights from a good file, and what a bad file gets done."""
    net, other = _net(old), _net(old)
    lab.load_weights(net, _file(new))
    limit = sys.getrecursionlimit()
    outcome = attempt(lab.load_weights, other, _file({**new, "2.bias": _Trap()}))
    ran = sys.getrecursionlimit() == 1234
    sys.setrecursionlimit(limit)
    return {"weights": values(net), "outcome": outcome, "ran": ran, "other": values(other)}


def _file(content):
    file = io.BytesIO()
    torch.save(content, file)
    file.seek(0)
    return file


@without_compiler()
def learned(lab, vectors, texts, labels, epochs, rate, seed):
    """What a trained model says of texts that it knows."""
    model, history = lab.run(vectors, texts, labels, 2, epochs, rate, seed)
    return {"losses": [epoch["loss"] for epoch in history], "predicted": lab.predict(model, texts)}
