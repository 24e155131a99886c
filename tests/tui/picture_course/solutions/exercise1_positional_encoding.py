"""Exercise 1: tell the transformer where each word stands."""

from math import cos, sin


class PositionalEncoding:
    """Adds to every vector the code of its place."""

    def __init__(self, width: int, places: int = 5000) -> None:
        self.table = [[self.code(place, feature, width) for feature in range(width)] for place in range(places)]

    @staticmethod
    def code(place: int, feature: int, width: int) -> float:
        """One number of the table: even features are sines, odd ones cosines, each pair slower than the one before."""
        angle = place / 10000 ** (2 * (feature // 2) / width)
        return cos(angle) if feature % 2 else sin(angle)
