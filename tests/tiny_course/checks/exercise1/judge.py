"""What is asked of a submission of exercise 1."""

from grader import expect


def test_right(observe, draw):
    x = draw.integer(1, 100)
    expect.equal(observe("doubled", x), 2 * x, "double(x)")


def test_nothing(observe):
    expect.equal(observe("doubled", 0), 0, "double(0)")


def test_large(observe, draw):
    x = draw.integer(10**9, 10**12)
    expect.equal(observe("doubled", x), 2 * x, "double(x) of a large x")
