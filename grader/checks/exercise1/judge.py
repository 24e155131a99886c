"""What is asked of a submission of exercise 1."""

from grader import expect


def test_shape(observe, draw):
    x = draw.tensor(draw.integer(1, 4), draw.integer(1, 20), 2 * draw.integer(1, 16))
    expect.tensor(observe("encoded", x, 50), "PositionalEncoding(d_model)(x)", shape=x.shape)
