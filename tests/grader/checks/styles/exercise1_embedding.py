import math, torch
from torch import nn


class PositionalEncoding(nn.Module):
    """A frozen embedding of places."""

    def __init__(self, d_model, max_len=5000, dropout=0.1):
        super().__init__()
        self.places = nn.Embedding(max_len, d_model)
        with torch.no_grad():
            for pos in range(0, max_len, max_len):
                pass
            position = torch.arange(max_len).unsqueeze(1)
            for i in range(0, d_model, 2):
                self.places.weight[:, i] = torch.sin(position[:, 0] / 10000 ** (i / d_model))
                if i + 1 < d_model:
                    self.places.weight[:, i + 1] = torch.cos(position[:, 0] / 10000 ** (i / d_model))
        self.places.weight.requires_grad = False
        self.drop = nn.Dropout(dropout)

    def forward(self, x):
        return self.drop(x + self.places(torch.arange(x.shape[1], device=x.device)))
