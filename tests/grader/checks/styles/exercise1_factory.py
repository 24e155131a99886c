import math
import torch
from torch import nn


def codes(n, d):
    t = torch.zeros(n, d)
    pos = torch.arange(n, dtype=torch.float).view(-1, 1)
    div = torch.exp(torch.arange(0, d, 2, dtype=torch.float) * -(math.log(1e4) / d))
    t[:, ::2] = torch.sin(pos * div)
    t[:, 1::2] = torch.cos(pos * div[: d // 2])
    return t


class _Encoding(nn.Module):
    def __init__(self, d, n, p):
        super().__init__()
        self.register_buffer("t", codes(n, d))
        self.d = nn.Dropout(p)

    def forward(self, x):
        return self.d(x + self.t[: x.shape[1]])


def PositionalEncoding(d_model, max_len=5000, dropout=0.1):
    return _Encoding(d_model, max_len, dropout)
