import torch
from torch import nn


class PositionalEncoding(nn.Module):
    def __init__(self, d_model, max_len=5000, dropout=0.1):
        super().__init__()
        if d_model % 2:
            raise ValueError(f"odd width {d_model}")
        inv = 1.0 / (10000 ** (torch.arange(0, d_model, 2).float() / d_model))
        s = torch.outer(torch.arange(max_len).float(), inv)
        self.pe = nn.Parameter(
            torch.cat([s.sin()[..., None], s.cos()[..., None]], dim=-1).view(1, max_len, d_model), requires_grad=False
        )
        self.dropout = nn.Dropout(p=dropout)

    def forward(self, x):
        out = x.clone()
        for b in range(x.shape[0]):
            out[b] = x[b] + self.pe[0, : x.shape[1]]
        return self.dropout(out)
