"""What is asked of a submission of exercise 2."""

from collections import Counter
from itertools import pairwise

from grader import expect


def drawn_labels(draw, count):
    """Labels of two to four classes, none of them rare."""
    classes = draw.integer(2, 4)
    return draw.shuffled([i % classes for i in range(count)])


def drawn_texts(draw, count, low=2):
    """Texts of two different lengths at least, of tokens from `low` up."""
    lengths = [1, 6, *draw.integers(count - 2, 1, 9)]
    return [draw.integers(length, low, 99) for length in draw.shuffled(lengths)]


def partition(value, count, what):
    """Expect two lists of indices in which each of `count` examples stands once, and give them."""
    kept, held_out = (
        expect.integers(part, f"{what}, {name}")
        for part, name in zip(expect.items(value, 2, what), ("kept", "held out"), strict=True)
    )
    once(kept + held_out, count, f"{what}: kept and held out together")
    for part, name in ((kept, "kept"), (held_out, "held out")):
        expect.that(part == sorted(part), f"{what}: the indices {name} must ascend; {expect.describe(part)} came.")
    return kept, held_out


def once(indices, count, what):
    """Expect every index from 0 to count − 1 exactly once."""
    came = Counter(indices)
    for index in range(count):
        expect.that(came[index] == 1, f"{what}: index {index} is expected once; it came {came[index]} times.")
    odd = [index for index in came if not 0 <= index < count]
    expect.that(not odd, f"{what}: there is no example {odd[0] if odd else ''}; the last is {count - 1}.")


def share(fraction, n):
    """How many of n examples may be held out: two numbers where `fraction · n` ends in exactly a half."""
    exact = fraction * n
    allowed = {round(exact), round(exact - 1e-9), round(exact + 1e-9)}
    return {max(1, amount) if n > 1 else amount for amount in allowed}


def shares(labels, fraction, held_out, what):
    """Expect every class to have given its share."""
    gave = Counter(labels[i] for i in held_out)
    for label, n in sorted(Counter(labels).items()):
        wanted = share(fraction, n)
        expect.that(
            gave[label] in wanted,
            f"{what}: class {label} has {n} examples, of which {max(wanted)} must be held out; {gave[label]} came.",
        )


def test_partition(observe, draw):
    labels = drawn_labels(draw, draw.integer(20, 60))
    what = f"stratified_split of {len(labels)} labels"
    partition(observe("split", labels, draw.number(0.2, 0.8), 0), len(labels), what)


def test_shares(observe, draw):
    for fraction in (0.2, draw.number(0.2, 0.5)):
        labels = [0] * draw.integer(18, 40) + [1] * draw.integer(3, 12) + [2] * draw.choice([8, 13, 23])
        labels = draw.shuffled(labels)
        what = f"stratified_split with fraction {fraction:.3g}"
        _, held_out = partition(observe("split", labels, fraction, draw.integer(0, 99)), len(labels), what)
        shares(labels, fraction, held_out, what)


def test_rare_classes(observe, draw):
    rare = draw.integer(5, 99)
    for labels in ([0] * 12 + [rare], [0] * 2 + [rare] * 9, [rare] * draw.integer(2, 9), [rare], []):
        what = f"stratified_split of {labels} with fraction 0.1"
        _, held_out = partition(observe("split", labels, 0.1, 1), len(labels), what)
        shares(labels, 0.1, held_out, what)


def test_split_seed(observe, draw):
    labels = drawn_labels(draw, 24)
    seed = draw.integer(0, 999)
    seeds = [seed, seed, *range(seed + 1, seed + 30)]
    what = "stratified_split of 24 labels with fraction 0.5"
    came = [partition(one, 24, what) for one in expect.items(observe("splits", labels, 0.5, seeds), len(seeds), what)]
    expect.that(came[0] == came[1], f"{what}: the same seed must give the same split, and it gave two.")
    expect.that(
        any(other != came[0] for other in came),
        f"{what}: 30 seeds gave the same split; the examples must be chosen at random, by the seed.",
    )
    seen = {index for _, held_out in came for index in held_out}
    never = sorted(set(range(24)) - seen)
    expect.that(
        not never, f"{what}: in 30 splits some examples were never held out; any of a class must be able to be."
    )


def test_fraction_refused(observe, draw):
    labels = drawn_labels(draw, 12)
    wrong = [0.0, 1.0, -draw.number(0.1, 0.9), draw.number(1.1, 3.0)]
    fine, refused = expect.record(observe("fractions", labels, 0.5, wrong), "fine", "wrong", what="Fractions")
    partition(fine, 12, "stratified_split with fraction 0.5")
    for fraction, outcome in zip(wrong, expect.items(refused, len(wrong), "Fractions"), strict=True):
        expect.raised(outcome, "ValueError", f"stratified_split with fraction {fraction:.3g}")


def rectangle(value, texts, reference, what, pad_id=0):
    """Expect the tokens and the mask of these texts."""
    tokens, mask = expect.items(value, 2, what)
    wanted_tokens, wanted_mask = reference.pad_and_mask(texts, pad_id)
    expect.tensor(mask, f"{what}, mask", shape=wanted_mask.shape)
    inverted = {"It looks as if the mask were turned round: True says that a token is real.": 1 - wanted_mask.long()}
    expect.close(mask.long(), wanted_mask.long(), f"{what}, mask (1 where a token is real)", 0, inverted)
    expect.tensor(tokens, f"{what}, tokens", shape=wanted_tokens.shape)
    left = wanted_tokens.clone()
    for row, text in zip(left, texts, strict=True):
        row[:] = pad_id
        row[len(row) - len(text) :] = row.new_tensor(text)
    mistakes = {"It looks as if padding stood before the texts; it belongs behind them.": left}
    expect.close(tokens, wanted_tokens, f"{what}, tokens", 0, mistakes)


def test_pad(observe, draw, reference):
    texts = drawn_texts(draw, draw.integer(3, 8))
    rectangle(observe("padded", texts), texts, reference, "pad_and_mask")


def test_pad_id(observe, draw, reference):
    texts, pad_id = drawn_texts(draw, 4), draw.integer(100, 999)
    rectangle(observe("padded", texts, pad_id), texts, reference, f"pad_and_mask with pad_id={pad_id}", pad_id)


def test_real_pad(observe, draw, reference):
    pad_id = draw.integer(3, 9)
    texts = [[pad_id, 50, pad_id], [pad_id], [51, pad_id], draw.integers(5, pad_id, pad_id + 1)]
    what = f"pad_and_mask of texts that hold the id of padding ({pad_id}) as a real token"
    rectangle(observe("padded", texts, pad_id), texts, reference, what, pad_id)


def test_pad_kinds(observe, draw, reference):
    texts = drawn_texts(draw, 4)
    kinds = "lists", "tensors", "tensors of int32", "arrays"
    for kind, came in zip(kinds, expect.record(observe("padded_kinds", texts), *kinds, what="Kinds"), strict=True):
        what = f"pad_and_mask of {kind}"
        rectangle(came, texts, reference, what)
        tokens, mask = came
        expect.equal(str(tokens.dtype), "torch.int64", f"{what}, type of the tokens")
        expect.equal(str(mask.dtype), "torch.bool", f"{what}, type of the mask")


def test_pad_extremes(observe, draw, reference):
    word = draw.integer(2, 99)
    for texts in ([[word]], [[word] * draw.integer(2, 5)], [[word, word], []], [[word]] * 3):
        rectangle(observe("padded", texts), texts, reference, f"pad_and_mask of {texts}")


def test_texts_untouched(observe, draw, reference):
    texts = drawn_texts(draw, 4)
    made, after = expect.record(observe("padded_then", texts), "made", "texts", what="Padding")
    rectangle(made, texts, reference, "pad_and_mask")
    expect.equal(after, texts, "The texts after the call (fill up a copy, not the texts themselves)")


def batches(value, count, what):
    """Expect batches of indices in which every example stands once."""
    came = [expect.integers(batch, f"{what}, a batch") for batch in expect.items(value, None, what)]
    expect.that(all(came), f"{what}: a batch must not be empty.")
    once([index for batch in came for index in batch], count, what)
    return came


def within(came, lengths, budget, what):
    """Expect every batch to keep the budget, unless it is one example."""
    for batch in came:
        longest = max(lengths[i] for i in batch)
        expect.that(
            len(batch) == 1 or longest * len(batch) <= budget,
            f"{what}: {len(batch)} examples, the longest of {longest} tokens, make {longest * len(batch)} cells; "
            f"at most {budget} are allowed.",
        )


def together(came, lengths, what):
    """Expect no example to lie between the shortest and the longest of another batch."""
    ranges = sorted(sorted(lengths[i] for i in batch) for batch in came)
    for shorter, longer in pairwise(ranges):
        expect.that(
            shorter[-1] <= longer[0],
            f"{what}: a batch has lengths from {shorter[0]} to {shorter[-1]}, another from {longer[0]} to "
            f"{longer[-1]}; sort by length first, then cut, so that batches do not overlap.",
        )


def drawn_lengths(draw, most=50):
    """Lengths with a few ties, and a budget that makes several batches of them."""
    return draw.integers(draw.integer(25, 45), 1, most), draw.integer(2 * most, 4 * most)


def test_once(observe, draw):
    lengths, budget = drawn_lengths(draw)
    batches(observe("buckets", lengths, budget, 0), len(lengths), f"length_buckets of {len(lengths)} lengths")


def test_budget(observe, draw):
    lengths, budget = drawn_lengths(draw)
    lengths += [budget, budget + draw.integer(1, 50)]  # each alone in its batch
    what = f"length_buckets with a budget of {budget}"
    within(batches(observe("buckets", lengths, budget, 0), len(lengths), what), lengths, budget, what)


def test_equal_lengths_meet(observe, draw):
    lengths, budget = drawn_lengths(draw)
    what = "length_buckets"
    together(batches(observe("buckets", lengths, budget, 0), len(lengths), what), lengths, what)


def test_full(observe, draw):
    lengths, budget = drawn_lengths(draw)
    what = f"length_buckets with a budget of {budget}"
    came = batches(observe("buckets", lengths, budget, 0), len(lengths), what)
    within(came, lengths, budget, what)
    together(came, lengths, what)
    by_length = sorted(came, key=lambda batch: sorted(lengths[i] for i in batch))
    for shorter, longer in pairwise(by_length):
        longest, count = max(lengths[i] for i in longer), len(shorter) + len(longer)
        expect.that(
            longest * count > budget,
            f"{what}: two batches of {len(shorter)} and {len(longer)} examples, the longest of {longest} tokens, "
            f"would fit into one ({longest * count} cells).  Fill each batch as far as the budget goes.",
        )


def test_bucket_order(observe, draw):
    lengths = draw.shuffled(list(range(1, 41)))
    seed = draw.integer(0, 999)
    seeds = [seed, seed, *range(seed + 1, seed + 7)]
    what = "length_buckets of 40 lengths"
    epochs = expect.items(observe("epochs", lengths, 80, seeds), len(seeds), what)
    came = [batches(epoch, 40, what) for epoch in epochs]
    for epoch in came:
        together(epoch, lengths, what)
    expect.that(len(came[0]) > 3, f"{what}, budget 80: {len(came[0])} batches came; more are needed to keep it.")
    expect.that(came[0] == came[1], f"{what}: the same seed must give the same batches, and it did not.")
    longest = [[max(lengths[i] for i in batch) for batch in epoch] for epoch in came]
    by_length = [order for order in longest if order in (sorted(order), sorted(order, reverse=True))]
    expect.that(
        len(by_length) < len(longest),
        f"{what}: the batches came in order of length, so the model would see all short texts first; shuffle them.",
    )
    expect.that(
        any(order != longest[0] for order in longest),
        f"{what}: seven seeds gave the same order; the order must come from the seed.",
    )


def test_bucket_extremes(observe, draw):
    length = draw.integer(3, 30)
    for lengths, budget in (([], 50), ([length], 50), ([length] * 3, length - 1), ([length] * 4, 4 * length)):
        what = f"length_buckets({lengths}, {budget}, 0)"
        came = batches(observe("buckets", lengths, budget, 0), len(lengths), what)
        within(came, lengths, budget, what)
        wanted = {0: 0, 1: 1, 3: 3, 4: 1}[len(lengths)]
        expect.equal(len(came), wanted, f"{what}, number of batches")


def test_ties(observe, draw):
    count, seeds = draw.integer(20, 30), draw.integers(6, 0, 9999)
    what = f"length_buckets of {count} equal lengths"
    epochs = expect.items(observe("epochs", [5] * count, 20, seeds), len(seeds), what)
    came = [{frozenset(batch) for batch in batches(epoch, count, what)} for epoch in epochs]
    expect.that(
        any(epoch != came[0] for epoch in came),
        f"{what}: the same examples met for every seed; shuffle before sorting.",
    )


def test_epoch(observe, draw):
    count, pad_id, budget = draw.integer(30, 50), draw.integer(0, 1), 40
    texts = [draw.integers(draw.integer(1, 20), 0, 9) for _ in range(count)]
    labels = drawn_labels(draw, count)
    seen = observe("epoch", texts, labels, 0.3, budget, pad_id, draw.integer(0, 999))
    kept, made = expect.record(seen, "kept", "batches", what="An epoch")
    kept = expect.integers(kept, "The examples kept")
    expect.that(all(0 <= i < count for i in kept), "The examples kept: an index lies outside the corpus.")
    expect.that(0.6 * count < len(kept) < 0.8 * count, f"Of {count} examples {len(kept)} were kept.")
    rows = []
    for batch in expect.items(made, None, "Batches"):
        tokens, mask = (expect.tensor(part, "A batch") for part in expect.items(batch, 2, "A batch"))
        expect.that(tokens.ndim == 2 and tokens.shape == mask.shape, "A batch: tokens and mask are (b, s).")
        expect.that(len(tokens) == 1 or tokens.numel() <= budget, "A batch is larger than the budget.")
        rows += [row[real.bool()].tolist() for row, real in zip(tokens, mask, strict=True)]
    expect.that(
        Counter(map(tuple, rows)) == Counter(tuple(texts[i]) for i in kept), "An epoch: texts were lost or changed."
    )
