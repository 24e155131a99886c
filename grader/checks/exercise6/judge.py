"""What is asked of a submission of exercise 6: one check for each defect, and some for the whole."""

import torch
from torch import nn

from grader import expect

PAD = 1
ALIKE = 1e-4  # how far two ways of computing the same logits may lie apart


def drawn_texts(draw, lengths, words=20):
    """Token ids of texts of these lengths, none of them a special token."""
    return [draw.integers(length, 2, words + 1) for length in lengths]


def weights_of(draw, words=22, width=4, classes=3):
    """The weights of a small model of our own."""
    shapes = {"0.weight": (words, width), "2.weight": (classes, width), "2.bias": (classes,)}
    return {name: draw.tensor(*shape) for name, shape in shapes.items()}


def net_of(weights):
    """The small model: the mean of the word vectors, then a classifier."""
    words, width = weights["0.weight"].shape
    net = nn.Sequential(nn.EmbeddingBag(words, width, padding_idx=PAD), nn.Identity(), nn.Linear(width, 3))
    net.load_state_dict(weights)
    return net


def finite(value, what, shape):
    """Expect a tensor of this shape, of finite numbers."""
    came = expect.tensor(value, what, shape=shape, kind="float").double()
    expect.that(bool(torch.isfinite(came).all()), f"{what}: it holds numbers that are not finite.")
    return came


def test_word_vectors(observe, draw, reference):
    words = [draw.word() for _ in range(draw.integer(3, 9))]
    vectors = draw.tensor(len(words), 2 * draw.integer(1, 4))
    ids, table = expect.record(observe("ids", words, vectors), "vocabulary", "table", what="Words and vectors")
    expect.equal(ids, reference.vocabulary(words), "vocabulary(words)")
    wanted = reference.word_table(vectors)
    mistakes = {
        "Every word reads a row two off: <unk> and <pad> have ids 0 and 1, so their rows come first.": torch.cat(
            [vectors, torch.zeros(2, vectors.shape[1])]
        )
    }
    expect.close(table, wanted, "word_table(vectors) [id, feature]", 1e-6, mistakes)


def test_padding_id(observe, draw, reference):
    texts = [[0, *draw.integers(4, 2, 20)], *drawn_texts(draw, draw.integers(3, 1, 8)), [0]]
    wanted = reference.pad(texts)
    mistakes = {
        "The empty cells hold 0, which is <unk>, a word like any other: fill up with PAD.": wanted.where(
            wanted != PAD, 0
        )
    }
    came = observe("padded", texts)
    expect.close(came, wanted, "pad(texts) [text, place]", 0, mistakes)
    expect.tensor(came, "pad(texts)", shape=wanted.shape, kind="int")


def test_pooling(observe, draw, reference):
    states = draw.tensor(3, draw.integer(4, 7), 6)
    real = torch.arange(states.shape[1]) < torch.tensor([[states.shape[1]], [draw.integer(1, 3)], [0]])
    came, after = expect.record(observe("pooled", states, real), "pooled", "states", what="pool(states, real)")
    mistakes = {
        "It looks as if padding were counted too: divide the sum of the real states by their number.": states.mean(1)
    }
    expect.close(came, reference.pool(states, real), "pool(states, real) [text, feature]", ALIKE, mistakes)
    expect.close(after, states, "The states after the call", 0)


def test_batch_mates(observe, draw):
    length = draw.integer(4, 8)
    vectors = draw.tensor(20, 8)
    mine, *others = torch.tensor(drawn_texts(draw, [length] * 6))
    batches = [mine[None], torch.stack([mine, *others[:2]]), torch.stack([*others[2:], mine])]
    shapes = [(1, 3), (3, 3), (4, 3)]
    what = "The logits of ReviewModel"
    came = expect.items(observe("answered", vectors, 3, batches), 3, what)
    alone, first, last = (finite(value, what, shape) for value, shape in zip(came, shapes, strict=True))
    for with_others in (first[0], last[-1]):
        expect.close(
            with_others,
            alone[0],
            "The logits of a text among others of the same length, against those that it has alone (does attention "
            "run over the places of a text, or over the batch?)",
            ALIKE,
        )
    spread = (first[1:] - alone[0]).abs().amax(1)
    expect.that(bool((spread > ALIKE).all()), "The logits of ReviewModel: different texts get the same ones.")


def test_attention_mask(observe, draw):
    length, more = draw.integer(3, 6), draw.integer(1, 5)
    vectors = draw.tensor(20, 8)
    text = torch.tensor(drawn_texts(draw, [length]))
    other = text.clone()
    other[0, 0] = 2 + (int(other[0, 0]) - 1) % 20
    filled = torch.cat([text, torch.full((1, more), PAD)], dim=1)
    unknown = torch.cat([text, torch.zeros(1, 1, dtype=torch.int64)], dim=1)
    what = "ReviewModel.encode(tokens)"
    came = expect.items(observe("encoded", vectors, [text, filled, other, unknown]), 4, what)
    shapes = [(1, length, 8), (1, length + more, 8), (1, length, 8), (1, length + 1, 8)]
    plain = finite(came[0], what, shapes[0])
    padded = expect.tensor(came[1], what, shape=shapes[1], kind="float")[:, :length]
    expect.close(
        finite(padded, what, shapes[0]),
        plain,
        f"{what} of a text with {more} cells of padding behind it, against those of the text alone (do words attend "
        "to padding?)",
        ALIKE,
    )
    reach = (finite(came[2], what, shapes[2]) - plain).abs().amax(2)[0]
    expect.that(bool((reach > 1e-6).all()), f"{what}: a word does not see the others of its text any more.")
    reach = (finite(came[3], what, shapes[3])[:, :length] - plain).abs().amax(2)[0]
    expect.that(bool((reach > 1e-6).all()), f"{what}: words do not see <unk>; it is a word, and only <pad> is not.")


def test_table_size(observe, draw):
    few, more = draw.integer(5, 9), draw.integer(50, 400)
    width, length = 8, draw.integer(20, 40)
    tokens = torch.tensor(drawn_texts(draw, [length], few))
    seen = observe("sizes", draw.tensor(few, width), draw.tensor(few + more, width), tokens)
    parts = "held", "saved", "long", "turned"
    held, saved, long, turned = expect.record(seen, *parts, what="The size of ReviewModel")
    for numbers, where in ((held, "a model holds"), (saved, "a file of weights holds")):
        small, large = expect.integers(expect.items(numbers, 2, "Sizes"), "Sizes")
        grown = large - small - more * width
        expect.that(
            grown <= 0,
            f"With {more} words more, {where} {grown:,} numbers more than their vectors: the table of places must have "
            "a row for each place of a text (max_len), not for each word of the vocabulary.",
        )
        expect.that(small > 0 and grown == 0, f"With {more} words more, {where} fewer numbers than their vectors.")
    what = f"A text of {length} tokens in a model that knows {few} words"
    forwards = finite(expect.came(long, what), what, (1, 2))
    backwards = finite(expect.came(turned, what), what, (1, 2))
    expect.that(
        bool((forwards - backwards).abs().amax() > 1e-6),
        "A text and the same words in reverse get the same logits: the codes of the places must stay, only their table "
        "must shrink.",
    )


def test_scheduler(observe, draw, reference):
    weights, epochs, rate = weights_of(draw), draw.integer(4, 6), draw.number(0.5, 1.0)
    texts = drawn_texts(draw, [draw.integer(2, 6)] * 20)  # of one length: padding is another check's business
    labels = draw.integers(20, 0, 2)
    seen = observe("fitted", weights, texts, labels, epochs, rate)
    history, after = expect.record(seen, "history", "weights", what="fit")
    entries = [
        expect.record(entry, "loss", "rate", what="fit, an epoch") for entry in expect.items(history, epochs, "fit")
    ]
    net = net_of(weights)
    wanted = reference.fit(net, texts, labels, epochs, rate)
    mistakes = {
        "It stays what it was: a scheduler that is made and never stepped changes nothing.": [rate] * epochs,
    }
    what = f"The learning rate of each epoch, from {rate:.3g}"
    expect.close([entry[1] for entry in entries], [epoch["rate"] for epoch in wanted], what, 1e-5, mistakes)
    expect.close([entry[0] for entry in entries], [epoch["loss"] for epoch in wanted], "The loss of each epoch", 1e-3)
    trained = expect.record(after, *weights, what="fit, the weights")
    for name, value in zip(weights, trained, strict=True):
        expect.close(value, net.state_dict()[name], f"fit, {name} after {epochs} epochs", 1e-3)


def test_eval_mode(observe, draw):
    weights, share = weights_of(draw), draw.number(0.4, 0.6)
    texts = drawn_texts(draw, [draw.integer(2, 6)] * 4)
    came = expect.items(observe("predicted", weights, texts, share), 3, "predict")
    net = net_of(weights)
    with torch.no_grad():
        wanted = torch.cat([net(torch.tensor([text])).softmax(1) for text in texts])
    for value in came:
        finite(value, "predict(model, texts)", wanted.shape)
        what = "predict(model, texts), the same each time (is dropout still on?) [text, class]"
        expect.close(value, wanted, what, ALIKE)


def test_seed(observe, draw):
    seed = draw.integer(0, 999)
    texts, labels = drawn_texts(draw, draw.integers(40, 1, 6)), draw.integers(40, 0, 1)
    seeds = [seed, seed, seed + 1]
    came = expect.items(observe("runs", draw.tensor(20, 8), texts, labels, 2, 0.5, seeds), 3, "run")
    found = []
    for one in came:
        losses, logits = expect.record(one, "losses", "logits", what="run")
        losses = [expect.number(loss, "run, a loss") for loss in expect.items(losses, 2, "run, the losses")]
        found.append((losses, finite(logits, "run, the model's logits", (4, 2))))
    what = f"run with seed {seed}, twice (the seed must decide the first weights, the batches and dropout)"
    expect.close(found[1][0], found[0][0], f"{what}: the losses", 1e-6)
    expect.close(found[1][1], found[0][1], f"{what}: the logits", 1e-5)
    same = torch.allclose(found[2][1], found[0][1], atol=1e-4)
    expect.that(not same, f"run with seeds {seed} and {seed + 1}: the same came; another seed must give another run.")


def test_safe_loading(observe, draw):
    old, new = weights_of(draw), weights_of(draw)
    names = "weights", "outcome", "ran", "other"
    came, outcome, ran, other = expect.record(observe("loaded", old, new), *names, what="load_weights")
    for name, value in zip(new, expect.record(came, *new, what="load_weights"), strict=True):
        expect.close(value, new[name], f"load_weights of a good file, {name}", 1e-6)
    expect.that(
        ran is False,
        "load_weights of a file with a program hidden in it: the program was run.  Unpickling a file runs whatever it "
        "says; torch.load can be told to read weights only.",
    )
    expect.raised(outcome, "Exception", "load_weights of a file with a program hidden in it")
    for name, value in zip(old, expect.record(other, *old, what="load_weights"), strict=True):
        expect.close(value, old[name], f"{name} after load_weights has refused a file", 0)


def test_alone_or_together(observe, draw):
    vectors = draw.tensor(20, 12)
    texts = [[0], [0, 0], *drawn_texts(draw, [7, draw.integer(8, 12)])]  # the first two of <unk>, a word like any other
    longest = max(map(len, texts))
    together = torch.tensor([text + [PAD] * (longest - len(text)) for text in texts])
    batches = [together, *(torch.tensor([text]) for text in texts)]
    what = "The logits of texts of several lengths"
    came = expect.items(observe("answered", vectors, 3, batches), len(batches), what)
    joint = finite(came[0], what, (4, 3))
    alone = torch.cat([finite(value, what, (1, 3)) for value in came[1:]])
    expect.close(joint, alone, f"{what} in one batch, against those that each has alone", ALIKE)
    expect.that(bool((joint[2:] - joint[0]).abs().amax() > 1e-3), f"{what}: all texts get the same ones.")
    unknown = bool((joint[1] - joint[0]).abs().amax() > 1e-5)
    expect.that(unknown, f"{what}: texts of <unk> alone get the same ones; it is a word, and only <pad> is not.")


def whole_epochs(observe, draw):
    """Expect fit to draw every text once an epoch, at random, in train mode, and to give the mean loss of all."""
    count = draw.integer(36, 50)
    weights, labels = weights_of(draw, count + 2), draw.integers(count, 0, 2)
    texts = [[first, 2, 3] for first in draw.shuffled(list(range(2, count + 2)))]
    seen = observe("epochs", weights, texts, labels, 2)
    batches, modes, losses = expect.record(seen, "batches", "modes", "losses", what="fit")
    what = f"fit of {count} texts for 2 epochs"
    words = [word for batch in expect.items(batches, None, what) for word in expect.integers(batch, what)]
    given = [text[0] for text in texts]
    first, second = words[:count], words[count:]
    once = sorted(first) == sorted(second) == sorted(given)
    expect.that(once, f"{what}: every text must come once in each epoch; {len(words)} texts came to the model in all.")
    at_random = given not in (first, second) and first != second
    expect.that(at_random, f"{what}: the texts came in a fixed order; batches are drawn at random in each epoch.")
    expect.that(all(mode is True for mode in modes), f"{what}: the model must be in train mode while it learns.")
    with torch.no_grad():
        wanted = nn.functional.cross_entropy(net_of(weights)(torch.tensor(texts)), torch.tensor(labels)).item()
    expect.close(losses, [wanted, wanted], f"{what} with rate 0, the mean loss of each epoch over all texts", 1e-4)


def test_learns(observe, draw):
    whole_epochs(observe, draw)
    vectors = draw.tensor(20, 16)
    texts = drawn_texts(draw, draw.integers(96, 2, 8))
    labels = draw.integers(96, 0, 1)
    for text, label in zip(texts, labels, strict=True):
        text[0] = 2 + label  # the first word tells
        text[1:] = [max(token, 4) for token in text[1:]]
    seen = observe("learned", vectors, texts, labels, 12, 1.0, draw.integer(0, 999))
    losses, predicted = expect.record(seen, "losses", "predicted", what="run")
    losses = [expect.number(loss, "run, a loss") for loss in expect.items(losses, 12, "run, the losses")]
    chances = finite(predicted, "predict(model, texts)", (96, 2))
    expect.close(chances.sum(1), torch.ones(96), "predict(model, texts), the sum of each text's probabilities", ALIKE)
    hits = (chances.argmax(1) == torch.tensor(labels)).double().mean().item()
    expect.that(
        hits > 0.8 and losses[-1] < 0.75 * losses[0],
        f"A run of 12 epochs on texts whose first word tells the class: the loss went from {losses[0]:.3f} to "
        f"{losses[-1]:.3f}, and {hits:.0%} of the texts that it was trained on are answered rightly; more than 80% are "
        "expected.",
    )
