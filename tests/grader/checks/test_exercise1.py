"""Exercise 1: what right answers earn however they are written, and what plausible wrong ones are told."""

import pytest

from tests.grader.checks.bench import COURSE, Bench, Wrong, wrong

BENCH = Bench(COURSE.exercise("exercise1"))

LAB = '''
import math
import torch
from torch import nn

class PositionalEncoding(nn.Module):
    """As in the lab, and in many notebooks: other names, a saved buffer (1, n, d), even widths only."""

    def __init__(self, d_model, vocab_size=5000, dropout=0.1):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        pe = torch.zeros(vocab_size, d_model)
        position = torch.arange(0, vocab_size, dtype=torch.float).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2).float() * (-math.log(10000.0) / d_model))
        pe[:, 0::2] = torch.sin(position * div_term)
        pe[:, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe.unsqueeze(0))

    def forward(self, x):
        return self.dropout(x + self.pe[:, : x.size(1), :])
'''
COMPUTED = '''
import torch
from torch import nn

class PositionalEncoding(nn.Module):
    """No table at all: the codes are computed where they are needed, in x's own number format."""

    def __init__(self, width, places=5000, share=0.1):
        super().__init__()
        self.places, self.drop = places, nn.Dropout(share)

    def forward(self, x):
        if x.size(1) > self.places:
            raise ValueError("too long")
        place = torch.arange(x.size(1), device=x.device, dtype=torch.double)[:, None]
        feature = torch.arange(x.size(2), device=x.device, dtype=torch.double)
        angle = place / 10_000 ** (2 * (feature // 2) / x.size(2))
        return self.drop(x + torch.where(feature % 2 == 0, angle.sin(), angle.cos()).to(x.dtype))
'''
FROZEN_PARAMETER = '''
import torch
from torch import nn

class PositionalEncoding(nn.Module):
    """The table is a parameter that does not learn; loops instead of broadcasting; double precision."""

    def __init__(self, d, n=5000, p=0.1):
        super().__init__()
        places, features = torch.arange(n).double(), range(d)
        columns = [(torch.sin, torch.cos)[i % 2](places / 10000 ** ((i - i % 2) / d)) for i in features]
        self.table = nn.Parameter(torch.stack(columns, dim=1), requires_grad=False)
        self.p = p

    def forward(self, x):
        assert x.shape[1] <= len(self.table)
        return nn.functional.dropout(x + self.table[: x.shape[1]], self.p, self.training)
'''

WRONG = [
    wrong(
        "places from 1",
        ("torch.arange(max_len, dtype=torch.float64)", "torch.arange(1, max_len + 1, dtype=torch.float64)"),
        fails={"formula": "places were counted from 1", "every-example": "x plus codes"},
    ),
    wrong(
        "sine and cosine changed places",
        ("table[:, 0::2] = angle.sin()", "table[:, 0::2] = angle.cos()"),
        ("angle[:, : d_model // 2].cos()", "angle[:, : d_model // 2].sin()"),
        fails={"formula": "feature 0 is a sine", "every-example": "x plus codes"},
    ),
    wrong(
        "two halves",
        ("table[:, 0::2] = angle.sin()", "table[:, : angle.shape[1]] = angle.sin()"),
        ("table[:, 1::2] = angle", "table[:, angle.shape[1] :] = angle"),
        fails={"formula": "they alternate", "every-example": "x plus codes"},
    ),
    wrong(
        "exponent not doubled",
        ("(-torch.arange(0, d_model, 2, dtype", "(-torch.arange((d_model + 1) // 2, dtype"),
        fails={"formula": "where i counts pairs", "every-example": "x plus codes"},
    ),
    wrong(
        "sequence-first",
        ("length, places = x.shape[1]", "length, places = x.shape[0]"),
        ("self.table[:length]", "self.table[:length].unsqueeze(1)"),
        fails={"formula": "sequence-first", "every-example": "got the code of its number in the batch"},
    ),
    wrong(
        "codes instead of x",
        ("x + self.table[:length]", "0 * x + self.table[:length]"),
        fails={
            "added": "add them to x",
            "every-example": "",
            "lengths": "",
            "too-long": "",
            "default-length": "",
            "odd-width": "",
            "dropout": "",
            "learns-nothing": "must reach x",
            "number-formats": "",
            "untouched": "",
            "moves": "",
        },
    ),
    wrong(
        "x scaled by the root of the width",
        ("x + self.table[:length]", "x * x.shape[2] ** 0.5 + self.table[:length]"),
        fails={
            "added": "that belongs to the embedding",
            "every-example": "",
            "lengths": "",
            "too-long": "",
            "default-length": "",
            "odd-width": "",
            "dropout": "",
            "learns-nothing": "must reach x",
            "number-formats": "",
            "untouched": "",
            "moves": "",
        },
    ),
    wrong(
        "the codes learn",
        ('self.register_buffer("table", table, persistent=False)', "self.table = nn.Parameter(table)"),
        fails={"learns-nothing": "a buffer has no gradient"},
    ),
    wrong(
        "a plain attribute",
        ('self.register_buffer("table", table, persistent=False)', "self.table = table"),
        fails={"moves": "register the table as a buffer"},
    ),
    wrong(
        "x changed in place",
        ("self.dropout(x + self.table[:length])", "self.dropout(x.add_(self.table[:length].to(x.dtype)))"),
        fails={"untouched": "rather than `x += …`", "learns-nothing": "in-place"},
    ),
    wrong(
        "too long is cut off",
        (
            "if length > places:\n            raise",
            "if length > places:\n            return self.dropout(x)\n            raise",
        ),
        fails={"too-long": "an error is expected; no error came"},
    ),
    wrong(
        "no dropout",
        ("return self.dropout(x + self.table[:length])", "return x + self.table[:length]"),
        fails={"dropout": "nothing were dropped", "default-dropout": "a tenth unless told"},
    ),
    wrong(
        "dropout on x alone",
        ("self.dropout(x + self.table[:length])", "self.dropout(x) + self.table[:length]"),
        fails={"dropout": "x were dropped before the codes were added", "default-dropout": "a tenth unless told"},
    ),
    wrong(
        "dropout that never ends",
        ("return self.dropout(", "return nn.functional.dropout("),
        ("+ self.table[:length])", "+ self.table[:length], self.dropout.p)"),
        fails={"formula": "", "every-example": ""},
    ),
    wrong(
        "whole places are dropped",
        ("self.dropout = nn.Dropout(dropout)", "self.dropout = nn.Dropout1d(dropout)"),
        fails={"dropout": "places were dropped as a whole"},
    ),
    wrong(
        "the table shrinks to what was asked last",
        ("        return self.dropout(x", "        self.table = self.table[:length]\n        return self.dropout(x"),
        fails={"untouched": "the table ends at max_len = 1"},
    ),
    wrong(
        "half of it is dropped",
        ("dropout: float = 0.1", "dropout: float = 0.5"),
        fails={"default-dropout": "a tenth unless told"},
    ),
    wrong(
        "a hundred places unless told",
        ("max_len: int = 5000", "max_len: int = 100"),
        fails={"default-length": "100"},
    ),
    wrong(
        "odd widths encoded wrongly",
        ("angle[:, : d_model // 2].cos()", "angle[:, : d_model // 2].cos() * (1 - d_model % 2)"),
        fails={"odd-width": "one sine more than cosines"},
    ),
    wrong(
        "one table for all",
        ("        self.register_buffer", "        PositionalEncoding.shared = table\n        self.register_buffer"),
        ("self.dropout(x + self.table[:length])", "self.dropout(x + PositionalEncoding.shared[:length])"),
        fails={"sizes": ""},
    ),
    wrong(
        "the gradient is cut",
        ("x + self.table[:length]", "x.detach() + self.table[:length]"),
        fails={"learns-nothing": "the gradient must reach x"},
    ),
    wrong(
        "the order of the tutorial",
        ("max_len: int = 5000, dropout: float = 0.1", "dropout: float = 0.1, max_len: int = 5000"),
        fails={"lengths": "(d_model, max_len, dropout)", "too-long": "", "dropout": "", "sizes": ""},
    ),
]


@pytest.mark.parametrize("seed", ["0", "1", "2"])
@pytest.mark.parametrize(
    "source", [BENCH.solution, LAB, COMPUTED, FROZEN_PARAMETER], ids=["ours", "lab", "computed", "p"]
)
def test_right_answers_earn_everything(source: str, seed: str) -> None:
    assert BENCH.failures(source, seed) == {}


@pytest.mark.parametrize("answer", WRONG, ids=lambda answer: answer.name)
def test_wrong_answers_are_told_what_is_wrong(answer: Wrong) -> None:
    answer.confirm(BENCH)


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        ("PositionalEncoding = PositionalEncoding(16)", "must be the class itself"),
        ("def PositionalEncoding(x, *_):\n    return x", "must give something that is then called with x"),
    ],
)
def test_what_is_no_class_is_told_so(ending: str, words: str) -> None:
    assert words in BENCH.failures(f"{BENCH.solution}\n\n{ending}\n")["shape"]
