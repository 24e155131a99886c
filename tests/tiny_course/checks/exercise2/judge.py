"""What is asked of a submission of exercise 2."""

from grader import expect


def test_right(observe, draw):
    x = draw.integer(2, 100)
    expect.equal(observe("squared", x), x * x, "square(x)")
