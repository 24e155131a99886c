"""What is asked of a submission of exercise 1."""

import torch

from grader import expect

OUTPUT = "PositionalEncoding(d_model)(x)"
FAR = 2e-3  # angles of thousands lose digits in single precision


def codes(reference, places, width):
    """The codes of the first places (s, d)."""
    return reference.PositionalEncoding(width, places, 0.0).eval()(torch.zeros(1, places, width))[0]


def drawn(draw, most=20):
    """An input (b, s, d) of an even width."""
    return draw.tensor(draw.integer(1, 4), draw.integer(2, most), 2 * draw.integer(2, 12))


def with_codes(reference, x):
    """What x should become (b, s, d)."""
    return x.double() + codes(reference, x.shape[1], x.shape[2])


def mistaken_codes(places, width):
    """What well-known slips make of the table: {what to look at: (s, d)}."""
    place = torch.arange(places, dtype=torch.float64)[:, None]
    even = torch.arange(0, width, 2)
    angle = place * 10000.0 ** (-even / width)
    single = place * 10000.0 ** (-even / 2 / width)
    own = place * 10000.0 ** (-torch.arange(width) / width)

    def woven(sines, cosines):
        return torch.stack([sines, cosines], dim=2).flatten(1)

    right = woven(angle.sin(), angle.cos())
    next_place = (place + 1) * 10000.0 ** (-even / width)
    return {
        "It looks as if every place got the code of place 0: is your class sequence-first (s, b, d)?  Here x is "
        "(b, s, d), so the codes belong to x.shape[1].": right[:1].expand(places, width),
        "It looks as if no code was added.": torch.zeros(places, width),
        "It looks as if sines and cosines stood in two halves; they alternate: sin, cos, sin, cos, …": torch.cat(
            [angle.sin(), angle.cos()], dim=1
        ),
        "It looks as if sine and cosine had changed places: feature 0 is a sine.": woven(angle.cos(), angle.sin()),
        "It looks as if places were counted from 1; the first is place 0.": woven(next_place.sin(), next_place.cos()),
        "It looks as if the exponent were i/d; it is 2i/d, where i counts pairs.": woven(single.sin(), single.cos()),
        "It looks as if every feature had a speed of its own; sine and cosine of a pair share theirs.": torch.where(
            torch.arange(width) % 2 == 0, own.sin(), own.cos()
        ),
    }


def test_shape(observe, draw):
    x = drawn(draw)
    came = expect.tensor(observe("encoded", x), OUTPUT, shape=x.shape, kind="float")
    expect.that(bool(torch.isfinite(came).all()), f"{OUTPUT}: it holds numbers that are not finite.")
    expect.that(not torch.equal(came.double(), x.double()), f"{OUTPUT}: x came back as it was; add the codes to it.")


def test_formula(observe, draw, reference):
    places, width = draw.integer(6, 40), 2 * draw.integer(2, 12)
    came = expect.tensor(observe("encoded", torch.zeros(1, places, width)), "The codes", shape=(1, places, width))
    what = f"The codes [place, feature] for d = {width}, added to zeros"
    expect.close(came[0], codes(reference, places, width), what, mistakes=mistaken_codes(places, width))


def test_added(observe, draw, reference):
    x = drawn(draw)[:1]
    added = codes(reference, x.shape[1], x.shape[2])
    mistakes = {
        "It looks as if the codes came without x: add them to x.": added[None],
        "It looks as if x were multiplied by √d here; that belongs to the embedding.": x * x.shape[2] ** 0.5 + added,
    }
    expect.close(
        observe("encoded", x), with_codes(reference, x), "x plus codes [example, place, feature]", 1e-4, mistakes
    )


def test_every_example(observe, draw, reference):
    x = draw.tensor(draw.integer(2, 4), draw.integer(5, 12), 2 * draw.integer(2, 8))
    by_example = codes(reference, x.shape[0], x.shape[2])
    mistakes = {
        "It looks as if an example got the code of its number in the batch: is your class sequence-first (s, b, d)?  "
        "Here x is (b, s, d), so the codes belong to x.shape[1].": x + by_example[:, None],
    }
    wanted = with_codes(reference, x)
    expect.close(observe("encoded", x), wanted, "x plus codes [example, place, feature]", 1e-4, mistakes)


def test_lengths(observe, draw, reference):
    width = 2 * draw.integer(1, 8)
    for places in (1, draw.integer(2, 30)):
        x = draw.tensor(2, places, width)
        what = f"PositionalEncoding(d_model, max_len={places}, dropout=0)(x) with {places} places"
        expect.close(observe("encoded", x, places, 0.0), with_codes(reference, x), what)


def test_too_long(observe, draw, reference):
    places, width = draw.integer(3, 12), 2 * draw.integer(1, 8)
    lengths = [places + 1, places + draw.integer(2, 9), 2 * places]
    fitting = draw.tensor(2, places, width)
    seen = observe("limits", fitting, [draw.tensor(2, length, width) for length in lengths], places)
    came, longer = expect.record(seen, "fitting", "longer", what="A sequence of max_len places")
    expect.close(came, with_codes(reference, fitting), f"A sequence of max_len = {places} places")
    for length, outcome in zip(lengths, expect.items(longer, len(lengths), "Longer sequences"), strict=True):
        what = f"A sequence of {length} places where max_len is {places}"
        expect.raised(outcome, "Exception", what)


def test_default_length(observe, draw, reference):
    x = draw.tensor(1, 5000, 4)
    what = "PositionalEncoding(4)(x) with 5,000 places, as max_len is 5000 unless told"
    expect.close(observe("encoded", x), with_codes(reference, x), what, FAR)


def test_odd_width(observe, draw, reference):
    places = draw.integer(2, 12)
    for half in (0, draw.integer(1, 8)):
        even, odd = draw.tensor(2, places, 2 * half + 2), draw.tensor(2, places, 2 * half + 1)
        seen = observe("widths", even, odd)
        came, outcome = expect.record(seen, "even", "odd", what="An even and an odd width")
        expect.close(came, with_codes(reference, even), "An even width")
        if isinstance(outcome, dict) and "raised" in outcome:  # refusing an odd width is honest too
            expect.raised(outcome, "Exception", "An odd width")
        else:
            what = f"The odd width {2 * half + 1} (it has one sine more than cosines)"
            expect.close(expect.came(outcome, what), with_codes(reference, odd), what)


def test_dropout(observe, draw, reference):
    x, share = draw.tensor(4, 20, 16), draw.number(0.3, 0.6)
    train, quiet = expect.record(observe("both_modes", x, 50, share), "train", "eval", what="Both modes")
    wanted = with_codes(reference, x)
    expect.close(quiet, wanted, "In eval mode nothing is dropped: x plus codes")
    came = expect.tensor(train, "The output in train mode", shape=x.shape, kind="float")
    dropped = (came == 0).double().mean().item()
    what = "The share of zeros in train mode"
    codes_alone = torch.isclose(came.double(), wanted - x, atol=1e-4).double().mean().item()
    looks = ""
    if dropped == 0:
        looks = "  It looks as if nothing were dropped: end with self.dropout(…), an nn.Dropout(dropout)."
    if codes_alone > share / 2:
        looks = "  It looks as if x were dropped before the codes were added: drop the sum."
    expect.that(abs(dropped - share) < 0.1, f"{what}: {share:.2f} is expected; {dropped:.2f} came.{looks}")
    zero = came == 0
    for whole, name in ((zero.all(2), "places"), (zero.all(1), "features")):
        words = (
            f"In train mode {name} were dropped as a whole; each number has a chance of its own: nn.Dropout(dropout)."
        )
        expect.that(whole.double().mean().item() < 0.05, words)
    kept = torch.where(zero, 0.0, wanted / (1 - share))
    expect.close(came, kept, "What is kept in train mode, (x + codes) / (1 − dropout)")


def test_default_dropout(observe, draw):
    x = draw.tensor(10, 40, 16)
    train, _ = expect.record(observe("both_modes", x), "train", "eval", what="Both modes")
    came = expect.tensor(train, "The output in train mode", shape=x.shape, kind="float")
    dropped = (came == 0).double().mean().item()
    expect.that(
        abs(dropped - 0.1) < 0.03, f"The share of zeros in train mode: a tenth unless told; {dropped:.1%} came."
    )


def test_learns_nothing(observe, draw, reference):
    x = drawn(draw)
    slope = draw.tensor(*x.shape)
    rate = draw.number(0.1, 0.5)
    moved, again = expect.record(observe("after_learning", x, slope, rate), "x", "codes", what="A training step")
    what = "x after a training step (the gradient must reach x unchanged)"
    expect.close(moved, x - rate * slope, what)
    what = "x plus codes after a training step: the codes must not learn (a buffer has no gradient)"
    expect.close(again, with_codes(reference, x), what)


def test_number_formats(observe, draw, reference):
    for dtype, tolerance in ((torch.float64, 1e-4), (torch.float16, 2e-2)):
        x = drawn(draw).to(dtype)
        name = str(dtype).removeprefix("torch.")
        expect.close(observe("encoded", x), with_codes(reference, x), f"x of {name} plus codes", tolerance)


def test_untouched(observe, draw, reference):
    x = drawn(draw)
    first, second, after = expect.record(observe("twice", x), "first", "second", "x", what="Two calls")
    expect.close(after, x, "x after the call (make a new tensor, `x + …`, rather than `x += …`)", 0)
    expect.close(first, with_codes(reference, x), "The first call")
    expect.close(second, with_codes(reference, x), "The second call with the same x, after a shorter one")


def test_moves(observe, draw, reference):
    x = drawn(draw)
    loaded, left = expect.record(observe("moved_and_saved", x), "loaded", "left", what="Moving and saving")
    expect.close(loaded, with_codes(reference, x), "x plus codes, after load_state_dict of another's state_dict")
    what = "What stays behind when the model moves to another device (register the table as a buffer)"
    expect.equal(left, [], what)


def test_sizes(observe, draw, reference):
    for _ in range(3):
        max_len = draw.integer(8, 64)
        first = draw.tensor(draw.integer(1, 6), draw.integer(1, max_len), 2 * draw.integer(1, 32))
        second = draw.tensor(draw.integer(1, 6), draw.integer(1, max_len), 2 * draw.integer(1, 32), dtype=torch.float64)
        came = expect.items(observe("side_by_side", first, second, max_len), 2, "Two encodings side by side")
        expect.close(came[0], with_codes(reference, first), "The first of two encodings")
        expect.close(came[1], with_codes(reference, second), "The second of two encodings")
