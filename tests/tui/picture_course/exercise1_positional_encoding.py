"""Exercise 1: tell the transformer where each word stands."""


class PositionalEncoding:
    """Adds to every vector the code of its place."""

    def forward(self, x: object) -> object:
        """The same with their places added."""
        raise NotImplementedError("Write PositionalEncoding.forward (exercise1).")
