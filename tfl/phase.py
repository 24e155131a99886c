"""A phase: one stretch of training.  Here by itself, so that front ends can read the strategies without torch."""

from dataclasses import dataclass

HEAD = ("classifier.*",)


@dataclass(frozen=True)
class Phase:
    """One stretch of training with a fixed set of layers that learn."""

    layers: tuple[str, ...]  # patterns of parameter names
    epochs: int
    rate: float  # peak learning rate of the topmost group of layers
    decay: float = 1.0  # each group further down learns this many times more slowly
    drop_words: bool = True  # as the recipe says; False after a phase of the classifier alone, which has read them all

    @property
    def head_only(self) -> bool:
        """Whether only the classifier learns."""
        return self.layers == HEAD
