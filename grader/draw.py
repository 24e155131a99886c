"""Inputs for checks, drawn from a seed that no submission sees."""

import random
import string
from collections.abc import Sequence
from typing import TypeVar

import torch
from torch import Tensor

T = TypeVar("T")


class Draw:
    """Random inputs; equal seeds draw equal ones.  Bounds are inclusive."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)
        self._torch = torch.Generator().manual_seed(self._random.getrandbits(63))

    def integer(self, low: int, high: int) -> int:
        """One whole number."""
        return self._random.randint(low, high)

    def integers(self, count: int, low: int, high: int) -> list[int]:
        """Several whole numbers."""
        return [self._random.randint(low, high) for _ in range(count)]

    def number(self, low: float = 0.0, high: float = 1.0) -> float:
        """One real number."""
        return self._random.uniform(low, high)

    def numbers(self, count: int, low: float = 0.0, high: float = 1.0) -> list[float]:
        """Several real numbers."""
        return [self._random.uniform(low, high) for _ in range(count)]

    def choice(self, options: Sequence[T]) -> T:
        """One of the options."""
        return self._random.choice(options)

    def sample(self, options: Sequence[T], count: int) -> list[T]:
        """Several of the options, each at most once."""
        return self._random.sample(options, count)

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in another order."""
        return self._random.sample(items, len(items))

    def word(self, length: int = 8) -> str:
        """A name that nobody can guess."""
        return "".join(self._random.choices(string.ascii_lowercase, k=length))

    def tensor(self, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Normally distributed numbers."""
        return torch.randn(*shape, generator=self._torch).to(dtype)
