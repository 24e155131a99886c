"""Exercise 2: turn a heap of reviews into batches."""


def stratified_split(labels: list[int], fraction: float, seed: int) -> tuple[list[int], list[int]]:
    """Indices that are kept, and indices that are held out."""
    raise NotImplementedError("Write stratified_split (exercise2).")


def pad_and_mask(texts: list[list[int]], pad: int) -> object:
    """A rectangle, and what of it is real."""
    raise NotImplementedError("Write pad_and_mask (exercise2).")


def length_buckets(lengths: list[int], budget: int, seed: int) -> list[list[int]]:
    """Batches of texts of about equal length."""
    raise NotImplementedError("Write length_buckets (exercise2).")
