import torch, math
from dataclasses import dataclass
from torch import nn


@dataclass(eq=False)
class PositionalEncoding(nn.Module):
    d_model: int
    max_len: int = 5000
    dropout: float = 0.1

    def __post_init__(self):
        super().__init__()
        self.drop = nn.Dropout(self.dropout)
        p = torch.arange(self.max_len)[:, None]
        i = torch.arange(0, self.d_model, 2)
        a = p / 10000 ** (i / self.d_model)
        t = torch.zeros(self.max_len, self.d_model)
        t[:, ::2] = a.sin()
        t[:, 1::2] = a.cos()[:, : self.d_model // 2]
        self.register_buffer("t", t)

    def forward(self, x):
        if x.shape[1] > self.max_len:
            raise ValueError
        return self.drop(x + self.t[: x.shape[1]])
