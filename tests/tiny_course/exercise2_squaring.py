"""Exercise 2: times itself."""


def square(x: int) -> int:
    """`x` times `x`: 3 gives 9."""
    raise NotImplementedError("Write square (exercise2).")
