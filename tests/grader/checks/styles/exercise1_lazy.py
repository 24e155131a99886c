import torch
from functools import lru_cache
from torch import nn, Tensor


@lru_cache(maxsize=None)
def _codes(n: int, d: int) -> Tensor:
    place = torch.arange(n, dtype=torch.float64).unsqueeze(-1)
    k = torch.arange(d)
    angle = place * 10000.0 ** (-(k - k % 2).double() / d)
    return torch.where(k % 2 == 0, angle.sin(), angle.cos())


class PositionalEncoding(nn.Sequential):
    def __init__(self, d_model: int, max_len: int = 5000, dropout: float = 0.1):
        super().__init__(nn.Dropout(dropout))
        self.d_model, self.max_len = d_model, max_len

    def forward(self, x: Tensor) -> Tensor:
        b, s, d = x.shape
        if s > self.max_len:
            raise RuntimeError(f"{s} > {self.max_len}")
        return super().forward(x + _codes(s, d).to(x))
