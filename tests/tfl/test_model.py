"""The model: pre-norm layers as in PyTorch, where nothing leaks between examples, padding and places."""

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from solutions.exercise2_batches import pad_and_mask
from solutions.exercise3_layer_unfreezing import freeze, unfreeze
from tfl.errors import RunError
from tfl.model import (
    WEIGHTS,
    Encoder,
    EncoderLayer,
    ModelConfig,
    SharedDropout,
    TransformerClassifier,
    attend,
    load_weights,
    mean_and_spread,
    save_weights,
)

SHAPES = ModelConfig(vocabulary=50, classes=3, width=8, heads=2, hidden=12, dropout=0.0, max_len=40)
reviews = st.lists(st.integers(1, 49), min_size=1, max_size=20)
ROUNDING = {"rtol": 1e-3, "atol": 1e-3}  # the spread of nearly equal words is the root of a rounded difference


def model(**changes: object) -> TransformerClassifier:
    torch.manual_seed(0)
    return TransformerClassifier(ModelConfig(**{**SHAPES.as_dict(), **changes})).eval()


def logits(network: TransformerClassifier, *texts: list[int]) -> Tensor:
    with torch.no_grad():
        return network(*pad_and_mask(texts))


# --- batch-mates and padding


@given(reviews, st.lists(reviews, max_size=4))
def test_the_logits_of_a_review_do_not_depend_on_its_batch_mates(review: list[int], others: list[list[int]]) -> None:
    network = model()
    torch.testing.assert_close(logits(network, review, *others)[0], logits(network, review)[0], **ROUNDING)


@given(reviews, st.integers(1, 15))
def test_the_logits_of_a_review_do_not_depend_on_the_width_of_its_padding(review: list[int], padding: int) -> None:
    network = model()
    tokens = torch.tensor([review + [0] * padding])
    mask = torch.arange(len(review) + padding)[None] < len(review)
    with torch.no_grad():
        torch.testing.assert_close(network(tokens, mask), logits(network, review), **ROUNDING)


def test_what_stands_in_the_padding_is_never_read() -> None:
    network, mask = model(), torch.tensor([[True, True, True, False, False]])
    with torch.no_grad():
        zeros = network(torch.tensor([[5, 6, 7, 0, 0]]), mask)
        words = network(torch.tensor([[5, 6, 7, 8, 9]]), mask)
    assert torch.equal(zeros, words)


def test_padding_has_the_zero_vector_and_never_learns() -> None:
    network = model().train()
    network(*pad_and_mask([[5, 6, 7], [8]])).sum().backward()
    assert not network.embedding.weight[0].any()
    assert network.embedding.weight.grad is not None
    assert not network.embedding.weight.grad[0].any()


@pytest.mark.parametrize("batch", [[[]], [[], []], [[], [5, 6, 7]]])
def test_a_text_without_words_has_finite_logits(batch: list[list[int]]) -> None:
    assert logits(model(), *batch).isfinite().all()


def test_a_text_without_words_has_finite_gradients() -> None:
    network = model().train()
    network(*pad_and_mask([[], [5, 6, 7]])).square().sum().backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in network.parameters())


# --- word order


def test_word_order_changes_the_output() -> None:
    network = model()
    assert not torch.allclose(logits(network, [5, 6, 7, 8]), logits(network, [7, 6, 5, 8]), atol=1e-4)


@given(reviews, st.randoms())
def test_without_word_order_a_review_is_a_bag_of_words(review: list[int], dice: object) -> None:
    network, shuffled = model(word_order=False), list(review)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    torch.testing.assert_close(logits(network, review), logits(network, shuffled), **ROUNDING)


def test_the_positional_table_has_max_len_rows_and_is_not_in_the_weights() -> None:
    network = model(max_len=40)
    assert network.positions is not None
    assert network.positions.table.shape == (40, 8)
    assert not [name for name in network.state_dict() if name.startswith("positions")]


def test_a_review_as_long_as_the_table_is_read() -> None:
    assert logits(model(max_len=6), [1, 2, 3, 4, 5, 6]).shape == (1, 3)


# --- the layers


@given(reviews, reviews)
def test_a_layer_is_the_pre_norm_layer_of_pytorch(first: list[int], second: list[int]) -> None:
    torch.manual_seed(1)
    ours = EncoderLayer(SHAPES).eval()
    for parameter in ours.parameters():
        nn.init.normal_(parameter, std=0.5)
    theirs = nn.TransformerEncoderLayer(8, 2, 12, dropout=0.0, activation="gelu", batch_first=True, norm_first=True)
    theirs.load_state_dict(ours.state_dict())
    _, mask = pad_and_mask([first, second])
    x = torch.randn(*mask.shape, 8)
    with torch.no_grad():
        found = ours(x, mask[:, None, None, :])
        expected = theirs.eval()(x, src_key_padding_mask=~mask)
    torch.testing.assert_close(found[mask], expected[mask], rtol=1e-4, atol=1e-5)


@given(st.lists(st.integers(1, 12), min_size=1, max_size=5), st.sampled_from([1, 2]))
def test_attention_written_out_is_that_of_pytorch(lengths: list[int], heads: int) -> None:
    torch.manual_seed(2)
    mask = (torch.arange(max(lengths)) < torch.tensor(lengths)[:, None])[:, None, None]
    inputs = [torch.randn(len(lengths), heads, max(lengths), 8).bfloat16().requires_grad_() for _ in range(3)]
    goal = torch.randn(inputs[0].shape).bfloat16()
    found = attend(*inputs, mask)
    expected = F.scaled_dot_product_attention(*inputs, attn_mask=mask)
    torch.testing.assert_close(found, expected, rtol=0, atol=0.05)
    for ours, theirs in zip(
        torch.autograd.grad(found, inputs, goal), torch.autograd.grad(expected, inputs, goal), strict=True
    ):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=0.1)


def test_in_bfloat16_too_padding_is_given_no_attention() -> None:
    torch.manual_seed(2)
    q, k, v = (torch.randn(1, 1, 5, 8).bfloat16().requires_grad_() for _ in range(3))
    mask = torch.tensor([True, True, True, False, False])[None, None, None]
    found = attend(q, k, v, mask)
    (changed,) = torch.autograd.grad(found.sum(), v)
    assert not changed[..., 3:, :].any()
    assert changed[..., :3, :].any()


def test_layers_start_with_different_weights() -> None:
    first, second = Encoder(SHAPES).layers
    for (name, p), (_, q) in zip(first.named_parameters(), second.named_parameters(), strict=True):
        if name.startswith("self_attn.in_proj_weight") or name.endswith(("linear1.weight", "linear2.weight")):
            assert not torch.equal(p, q), name


def test_a_learner_can_address_every_part_by_name() -> None:
    names = [name for name, _ in model().named_parameters()]
    assert {name.split(".")[0] for name in names} == {"embedding", "encoder", "classifier"}
    assert {"embedding.weight", "classifier.weight", "classifier.bias"} <= set(names)
    assert {"encoder.layers.0.self_attn.in_proj_weight", "encoder.layers.1.linear2.weight"} <= set(names)


def test_the_learners_positional_encoding_takes_the_place_of_ours() -> None:
    class Nothing(nn.Module):
        def __init__(self, d_model: int, max_len: int, dropout: float) -> None:
            super().__init__()

        def forward(self, x: Tensor) -> Tensor:
            return x

    torch.manual_seed(0)
    network = TransformerClassifier(SHAPES, Nothing).eval()
    assert torch.equal(logits(network, [5, 6, 7]), logits(model(word_order=False), [5, 6, 7]))


# --- what the final layer reads


def test_the_final_layer_reads_mean_and_spread_of_the_embedding_and_of_every_layer() -> None:
    network = model(layers=3)
    with torch.no_grad():
        features = network.features(*pad_and_mask([[5, 6, 7]]))
    assert features.shape == (1, 2 * (1 + 3) * 8) == (1, network.classifier.in_features)
    embedded = network.embedding.weight[[5, 6, 7]] * 8**0.5
    torch.testing.assert_close(features[0, :8], embedded.mean(0))
    torch.testing.assert_close(features[0, 8:16], embedded.std(0, correction=0), rtol=1e-3, atol=1e-3)


@given(st.integers(1, 6), st.integers(0, 4))
def test_mean_and_spread_are_those_of_the_real_positions(real: int, padding: int) -> None:
    x = torch.randn(1, real + padding, 5, generator=torch.Generator().manual_seed(real))
    mask = torch.arange(real + padding)[None] < real
    mean, spread = mean_and_spread(x, mask)
    torch.testing.assert_close(mean, x[:, :real].mean(1))
    torch.testing.assert_close(spread, x[:, :real].std(1, correction=0), rtol=1e-3, atol=2e-3)


# --- dropout and frozen blocks


def test_dropout_leaves_the_same_features_out_at_every_position() -> None:
    torch.manual_seed(0)
    dropped = SharedDropout(0.5)(torch.ones(4, 7, 64))
    assert torch.equal(dropped, dropped[:, :1].expand(4, 7, 64))
    assert set(dropped.unique().tolist()) == {0.0, 2.0}
    assert len({tuple(row) for row in dropped[:, 0].tolist()}) == 4  # each example draws its own


def test_dropout_does_nothing_in_eval_mode() -> None:
    x = torch.randn(2, 3, 4)
    assert torch.equal(SharedDropout(0.5).eval()(x), x)


def test_frozen_blocks_are_in_eval_mode_and_the_others_train() -> None:
    network = model()
    freeze(network)
    unfreeze(network, ["classifier.*", "encoder.layers.1.*"])
    network.train_unfrozen()
    assert not network.embedding.training
    assert not network.dropout.training
    assert not any(module.training for module in network.encoder.layers[0].modules())
    assert all(module.training for module in network.encoder.layers[1].modules())


def test_a_frozen_body_gives_the_same_numbers_each_time() -> None:
    network = model(dropout=0.5)
    batch = pad_and_mask([[5, 6, 7], [8, 9]])
    freeze(network)
    unfreeze(network, ["classifier.*"])
    network.train_unfrozen()
    assert torch.equal(network.features(*batch), network.features(*batch))
    assert torch.equal(network.features(*batch), network.eval().features(*batch))


def test_a_body_that_trains_drops_features_out() -> None:
    network = model(dropout=0.5)
    network.train_unfrozen()
    batch = pad_and_mask([[5, 6, 7], [8, 9]])
    assert not torch.equal(network.features(*batch), network.features(*batch))


# --- weights in files


def test_weights_come_back_as_they_were_saved(tmp_path: Path) -> None:
    saved = model()
    save_weights(saved, tmp_path)
    found = load_weights(tmp_path)
    assert found.keys() == saved.state_dict().keys()
    assert all(torch.equal(found[name], tensor) for name, tensor in saved.state_dict().items())


def test_weights_are_no_pickle(tmp_path: Path) -> None:
    save_weights(model(), tmp_path)
    size = int.from_bytes((tmp_path / WEIGHTS).read_bytes()[:8], "little")
    assert (tmp_path / WEIGHTS).read_bytes()[8 : 8 + size].startswith(b"{")  # safetensors: a JSON header


@pytest.mark.parametrize("keep", [0, 5, -1])
def test_weights_that_were_cut_off_are_a_run_error(tmp_path: Path, keep: int) -> None:
    save_weights(model(), tmp_path)
    (tmp_path / WEIGHTS).write_bytes((tmp_path / WEIGHTS).read_bytes()[:keep])
    with pytest.raises(RunError, match="tfl runs remove"):
        load_weights(tmp_path)


def test_missing_weights_are_a_run_error(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="missing or damaged"):
        load_weights(tmp_path)
