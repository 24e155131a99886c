import numpy as np
import torch
from torch import nn


class PositionalEncoding(nn.Module):
    def __init__(self, d_model, max_len=5000, dropout=0.1):
        super().__init__()
        pos = np.arange(max_len)[:, np.newaxis]
        i = np.arange(d_model)[np.newaxis, :]
        angle = pos / np.power(10000, (2 * (i // 2)) / np.float32(d_model))
        angle[:, 0::2] = np.sin(angle[:, 0::2])
        angle[:, 1::2] = np.cos(angle[:, 1::2])
        self.register_buffer("pe", torch.from_numpy(angle).float())
        self.dropout = nn.Dropout(dropout)
        self.max_len = max_len

    def forward(self, x):
        assert x.size(1) <= self.max_len, "sequence too long"
        x = x + self.pe[: x.size(1)].to(x.dtype)
        return self.dropout(x)
