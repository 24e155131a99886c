from __future__ import annotations
import torch, torch.nn as nn
from typing import Final


class PositionalEncoding(nn.Module):
    BASE: Final = 1e4

    def __init__(self, dim: int, length: int = 5_000, p: float = 0.1, **unused) -> None:
        super(PositionalEncoding, self).__init__()
        self.p = p
        freqs = torch.logspace(
            0, -(dim - (2 if dim % 2 == 0 else 1)) / dim, (dim + 1) // 2, base=self.BASE, dtype=torch.float64
        )
        angles = torch.einsum("s,f->sf", torch.arange(length).double(), freqs)
        table = torch.stack((angles.sin(), angles.cos()), -1).flatten(-2)[:, :dim]
        self.register_buffer("pe", table.to(torch.get_default_dtype()).unsqueeze(0))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        _, n, _ = inputs.size()
        if n > self.pe.size(1):
            raise IndexError("too long")
        return nn.functional.dropout(inputs + self.pe.narrow(1, 0, n).type_as(inputs), p=self.p, training=self.training)
