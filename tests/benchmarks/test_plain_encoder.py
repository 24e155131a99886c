"""The plain peer computes what our model computes, so that only the way differs."""

import torch

from benchmarks import plain_encoder
from benchmarks.plain_encoder import PlainClassifier
from tfl.batches import Examples
from tfl.model import ModelConfig, TransformerClassifier
from tfl.training import Recipe

CONFIG = ModelConfig(vocabulary=40, width=16, hidden=32, max_len=16)


def test_with_our_weights_it_gives_our_logits() -> None:
    torch.manual_seed(0)
    ours, plain = TransformerClassifier(CONFIG).eval(), PlainClassifier(CONFIG).eval()
    plain.load_state_dict(ours.state_dict())
    tokens = torch.randint(1, CONFIG.vocabulary, (3, 12))
    mask = torch.arange(12) < torch.tensor([[12], [7], [1]])
    tokens[~mask] = 0
    with torch.no_grad():
        torch.testing.assert_close(plain(tokens, mask), ours(tokens, mask), atol=1e-5, rtol=1e-4)


def test_it_keeps_the_dropout_that_pytorch_has_by_default() -> None:
    layer = PlainClassifier(CONFIG).encoder.layers[0]
    assert layer.self_attn.dropout == layer.dropout.p == CONFIG.dropout > 0


def test_an_epoch_trains_every_parameter() -> None:
    torch.manual_seed(0)
    model = PlainClassifier(CONFIG)
    before = {name: p.clone() for name, p in model.named_parameters()}
    sequences = [torch.randint(1, 40, (length,), dtype=torch.int32) for length in (3, 9, 5, 12, 7)]
    examples = Examples(sequences, torch.tensor([0, 1, 0, 1, 0]), rows=list(range(5)))
    plain_encoder.train(model, examples, examples, size=2, rate=1e-3, recipe=Recipe())
    assert {name for name, p in model.named_parameters() if torch.equal(p, before[name])} == set()
