"""A transformer classifier for texts, small enough to read in one sitting.

What is notable:
- The layers are pre-norm: each sublayer reads a normalised copy and adds its result to the stream.
- Parameter names and shapes are those of `nn.TransformerEncoderLayer`, so `encoder.layers.1.linear2.weight`
  means here what it means in PyTorch's documentation (a test loads one into the other).
- Every token is either real or padding, and `mask` says which.  Padding is never attended to and never pooled.
- Attention itself has no dropout: with it, PyTorch's fast CPU attention kernel is switched off.  Elsewhere dropout
  draws one mask per example and shares it between positions (Gal & Ghahramani, 2016): drawing one per token takes an
  eighth of a training step.
- The final layer reads the mean and the spread of the embeddings and of every encoder layer.

Shapes: b batch, s sequence, d width, h heads, l encoder layers, c classes.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from solutions.exercise1_positional_encoding import PositionalEncoding
from tfl.batches import padded
from tfl.config import Config
from tfl.errors import RunError
from tfl.files import atomic

WEIGHTS = "model.safetensors"


@dataclass(frozen=True)
class ModelConfig:
    """Everything that decides the shapes of a `TransformerClassifier`."""

    vocabulary: int  # rows of the embedding table
    classes: int = 2
    width: int = 64  # d: size of a token's vector
    layers: int = 2
    heads: int = 1
    hidden: int = 128  # width of the feed-forward part
    dropout: float = 0.2  # on the stream and the feed-forward part, never on attention
    max_len: int = 512  # rows of the positional table
    word_order: bool = True  # False leaves the positional encoding out: a bag of words with attention

    @property
    def features(self) -> int:
        """How many numbers the final layer reads: mean and spread of (embedding + layers)."""
        return 2 * (self.layers + 1) * self.width

    def as_dict(self) -> dict[str, Any]:
        """The configuration as plain data."""
        return asdict(self)


def model_config(config: Config, vocabulary: int, classes: int) -> ModelConfig:
    """The shapes of the model that a configuration asks for."""
    return ModelConfig(
        vocabulary=vocabulary,
        classes=classes,
        width=config.width,
        layers=config.layers_count,
        heads=config.heads,
        hidden=config.hidden,
        dropout=config.dropout,
        max_len=padded(max(config.small_tokens, config.large_tokens)),
        word_order=config.word_order,
    )


class SharedDropout(nn.Module):
    """Dropout over (b, s, d) that zeroes the same features at every position of an example."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        return x * F.dropout(x.new_ones(x.shape[0], 1, x.shape[2]), self.p)


class SelfAttention(nn.Module):
    """Multi-head self-attention over (b, s, d), padding left out."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        b, s, d = x.shape
        qkv = F.linear(x, self.in_proj_weight, self.in_proj_bias)  # (b, s, 3d)
        q, k, v = qkv.view(b, s, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)  # (b, h, s, d/h)
        return self.out_proj(attend(q, k, v, mask).transpose(1, 2).reshape(b, s, d))


def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
    """softmax(q kᵀ / √(d/h)) v with padding left out: three (b, h, s, d/h) and a mask (b, 1, 1, s) → (b, h, s, d/h).

    PyTorch's fused kernel never holds the (s, s) scores and is the fastest way forward.  On a CPU its way back is slow
    in bfloat16, a third of a training step: there the formula is written out, which takes half the time.
    """
    if not (q.requires_grad and q.dtype == torch.bfloat16 and q.device.type == "cpu"):
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)  # (b, h, s, s)
    if mask is not None:
        scores = scores + torch.where(mask, 0.0, -1e4).to(scores.dtype)  # finite, as a text may have no token at all
    return scores.softmax(dim=-1) @ v


class EncoderLayer(nn.Module):
    """Self-attention, then a two-layer feed-forward part, each added to the stream."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.self_attn = SelfAttention(config.width, config.heads)
        self.linear1 = nn.Linear(config.width, config.hidden)
        self.linear2 = nn.Linear(config.hidden, config.width)
        self.norm1 = nn.LayerNorm(config.width)
        self.norm2 = nn.LayerNorm(config.width)
        self.dropout = SharedDropout(config.dropout)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        x = x + self.dropout(self.self_attn(self.norm1(x), mask))
        hidden = F.gelu(self.linear1(self.norm2(x)))
        return x + self.dropout(self.linear2(hidden))


class Encoder(nn.Module):
    """A stack of layers, each with its own initial weights (`nn.TransformerEncoder` would copy one)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.layers))

    def forward(self, x: Tensor, mask: Tensor | None) -> list[Tensor]:
        """The stream after each layer: l tensors (b, s, d)."""
        outputs = []
        for layer in self.layers:
            x = layer(x, mask)
            outputs.append(x)
        return outputs


class TransformerClassifier(nn.Module):
    """Tokens (b, s) and their mask (b, s; True where a token is real) → logits (b, c)."""

    def __init__(
        self, config: ModelConfig, positional: Callable[[int, int, float], nn.Module] = PositionalEncoding
    ) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary, config.width, padding_idx=0)
        self.positions = positional(config.width, config.max_len, 0.0) if config.word_order else None
        self.dropout = SharedDropout(config.dropout)
        self.encoder = Encoder(config)
        self.classifier = nn.Linear(config.features, config.classes)
        self.apply(_initialise)

    def features(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """What the final layer reads, (b, 2·(l+1)·d): mean and spread over the real tokens."""
        x = self.embedding(tokens) * self.config.width**0.5  # (b, s, d), of about the size of the positions
        stream = self.dropout(self.positions(x) if self.positions is not None else x)
        # A batch without padding needs no mask, and attention is faster without one.
        attention_mask = None if bool(mask.all()) else mask[:, None, None, :]
        outputs = self.encoder(stream, attention_mask)
        return torch.cat([statistic for h in (x, *outputs) for statistic in mean_and_spread(h, mask)], dim=-1)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return self.classifier(self.features(tokens, mask))

    def train_unfrozen(self) -> None:
        """Train mode for the blocks that have something to learn, eval mode for the frozen ones.

        A frozen block in train mode would still drop features out, and give other numbers each time.
        """
        self.train()
        for block in (self.embedding, *self.encoder.layers):
            block.train(any(p.requires_grad for p in block.parameters()))
        self.dropout.train(self.embedding.training)


def mean_and_spread(x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation over the real positions: (b, s, d) and (b, s) → two (b, d).

    As products of matrices, E[x] and E[x²]: a third of the passes over x that the definition takes.
    """
    with torch.autocast(x.device.type, enabled=False):  # a difference of squares needs every digit
        x = x.float()
        real = mask.unsqueeze(1).float()  # (b, 1, s)
        share = real / real.sum(-1, keepdim=True).clamp(min=1)  # a text without any token pools to zeros
        mean = (share @ x).squeeze(1)  # (b, d)
        square = (share @ x.square()).squeeze(1)
        variance = (square - mean.square()).clamp(min=0)
        return mean, (variance + 1e-6).sqrt()  # the root's slope is infinite at 0


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, std=module.embedding_dim**-0.5)
        with torch.no_grad():
            module.weight[module.padding_idx] = 0
    elif isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, SelfAttention):
        nn.init.xavier_uniform_(module.in_proj_weight)


def save_weights(model: nn.Module, folder: Path) -> None:
    """Write the weights to `folder`, atomically, as safetensors."""
    tensors = {name: tensor.detach().contiguous().cpu() for name, tensor in model.state_dict().items()}
    with atomic(folder / WEIGHTS, "wb") as file:
        file.write(save(tensors))


def load_weights(folder: Path) -> dict[str, Tensor]:
    """The weights that lie in `folder`.  Raises RunError when they are missing or damaged."""
    try:
        return load_file(folder / WEIGHTS)
    except (OSError, SafetensorError) as error:
        raise RunError(
            f"The weights of the run {folder.name} are missing or damaged.",
            f"Remove it with `tfl runs remove {folder.name}` and train it again.",
        ) from error
