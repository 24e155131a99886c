"""What is asked of a submission of exercise 2."""

from grader import expect


def test_right(observe, draw):
    x = draw.integer(3, 100)  # 2 is a number whose square is its double
    expect.equal(observe("squared", x), x * x, "square(x)")
