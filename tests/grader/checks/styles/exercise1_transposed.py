import torch, torch.nn as nn


class PositionalEncoding(nn.Module):
    """As the PyTorch tutorial has it (s, 1, d), turned round at the door."""

    def __init__(self, d_model, max_len=5000, dropout=0.1):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        position = torch.arange(max_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * (-torch.log(torch.tensor(10000.0)) / d_model))
        pe = torch.zeros(max_len, 1, d_model)
        pe[:, 0, 0::2] = torch.sin(position * div_term)
        pe[:, 0, 1::2] = torch.cos(position * div_term)[:, : d_model // 2]
        self.register_buffer("pe", pe)

    def forward(self, x):
        x = x.permute(1, 0, 2)
        x = x + self.pe[: x.size(0)]
        return self.dropout(x).permute(1, 0, 2)
