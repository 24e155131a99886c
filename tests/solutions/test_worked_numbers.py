"""Every number that a stub works out for its reader is true: the solutions give it."""

import importlib
import math
from pathlib import Path
from types import ModuleType

import pytest
import torch

from solutions import exercise1_positional_encoding as positions
from solutions import exercise2_batches as batches
from solutions import exercise3_layer_unfreezing as layers
from solutions import exercise4_gradual_unfreezing as gradual
from solutions import exercise5_evaluation as evaluation
from solutions import exercise6_repair_the_lab as lab
from solutions import exercise7_recommender as films


def stub(module: ModuleType) -> str:
    """The text of the stub of a solution."""
    assert module.__file__
    return (Path(__file__).parents[2] / "exercises" / Path(module.__file__).name).read_text(encoding="utf-8")


def says(module: ModuleType, *words: str) -> None:
    """The stub's text holds these words (its line breaks do not count)."""
    text = " ".join(stub(module).split())
    for word in words:
        assert word in text, word


def test_positions() -> None:
    says(positions, "[0.8415, 0.5403, 0.0100, 0.99995]", "[[[0, 1, 0, 1], [0.8415, 0.5403, 0.0100, 0.99995]]]")
    coded = positions.PositionalEncoding(4, 10, 0.0)(torch.zeros(1, 2, 4))[0]
    torch.testing.assert_close(coded[1], torch.tensor([0.8415, 0.5403, 0.0100, 0.99995]), atol=5e-5, rtol=0)
    assert coded[0].tolist() == [0, 1, 0, 1]


def test_batches() -> None:
    says(batches, "[3, 1] and [2, 0, 4]", "5 · 10 = 50 tokens for 29 real ones", "2 · 10 + 3 · 4 = 32")
    lengths = [3, 9, 4, 10, 3]
    assert (5 * max(lengths), sum(lengths)) == (50, 29)
    buckets = {frozenset(batch) for batch in batches.length_buckets(lengths, 20, 0)}
    assert buckets == {frozenset({3, 1}), frozenset({2, 0, 4})}
    assert sum(len(b) * max(lengths[i] for i in b) for b in buckets) == 32
    says(batches, "Of 10 negative and 20 positive reviews, fraction 0.2 holds out 2 and 4.")
    held_out = batches.stratified_split([0] * 10 + [1] * 20, 0.2, 0)[1]
    assert (sum(i < 10 for i in held_out), sum(i >= 10 for i in held_out)) == (2, 4)
    says(batches, "[[5, 6, 7], [8]] → [[5, 6, 7], [8, 0, 0]] and [[True, True, True], [True, False, False]]")
    tokens, mask = batches.pad_and_mask([[5, 6, 7], [8]])
    assert tokens.tolist() == [[5, 6, 7], [8, 0, 0]]
    assert mask.tolist() == [[True, True, True], [True, False, False]]


def test_layers() -> None:
    says(layers, "128 · 2 weights + 2 biases = 258 parameters", "unfreeze the last 3")
    model = torch.nn.Module()
    model.linear, model.classifier = torch.nn.Linear(128, 128), torch.nn.Linear(128, 4)
    layers.freeze(model)
    layers.replace_head(model, 2)
    assert sum(p.numel() for p in model.parameters() if p.requires_grad) == 258
    layers.freeze(model)
    names = [name for name, _ in model.named_parameters()]
    assert layers.unfreeze(model, ["*.bias", "classifier.*"]) == names[-3:]


def test_gradual() -> None:
    says(gradual, "classifier 0.001, encoder.layers.1 0.000385, encoder.layers.0 0.000148, embedding 0.0000569")
    assert gradual.discriminative_rates(4, 0.001) == pytest.approx([0.001, 0.000385, 0.000148, 0.0000569], rel=2e-3)
    says(gradual, "3 groups, rate 0.001 and decay 2 give [0.001, 0.0005, 0.00025]")
    assert gradual.discriminative_rates(3, 0.001, 2) == pytest.approx([0.001, 0.0005, 0.00025])
    says(gradual, "epochs 0, 1, 2, 3, 4, 5 train 1, 2, 3, 4, 4, 4 of them")
    assert [gradual.unfreezing_schedule(4, epoch) for epoch in range(6)] == [1, 2, 3, 4, 4, 4]
    names = ["embedding.weight", "encoder.layers.0.norm1.weight", "classifier.weight", "classifier.bias"]
    says(gradual, "[[classifier.weight, classifier.bias], [encoder.layers.0.norm1.weight], [embedding.weight]]")
    assert gradual.layer_groups(names) == [names[2:], [names[1]], [names[0]]]


def test_evaluation() -> None:
    says(evaluation, "the gap grows from −0.02 to 0.52, and the best epoch is 1", "labels [1, 0, 0] give 2/3 = 0.667")
    train, validation = [0.50, 0.30, 0.10], [0.48, 0.41, 0.62]
    gaps = [evaluation.generalisation_gap(*pair) for pair in zip(train, validation, strict=True)]
    assert (gaps[0], gaps[-1]) == (pytest.approx(-0.02), pytest.approx(0.52))
    assert evaluation.best_epoch(validation) == 1
    logits = torch.tensor([[0.2, 1.5], [3.0, -1.0], [0.1, 0.4]])
    assert evaluation.accuracy(logits, torch.tensor([1, 0, 0])) == pytest.approx(2 / 3)
    says(evaluation, "True classes 0, 0, 0, 1 predicted as 0, 0, 1, 1 give [[2, 1], [0, 1]]")
    pair = torch.tensor([0, 0, 1, 1]), torch.tensor([0, 0, 0, 1])
    assert evaluation.confusion_matrix(*pair, 2).tolist() == [[2, 1], [0, 1]]
    says(evaluation, "[NaN, 0.48, 0.41, 0.41] gives 2")
    assert evaluation.best_epoch([math.nan, 0.48, 0.41, 0.41]) == 2


def test_lab() -> None:
    says(lab, '{"<unk>": 0, "<pad>": 1, "good": 2, "bad": 3}', "[[0, 0], [0, 0], [1, 2], [3, 4]]")
    assert lab.vocabulary(["good", "bad"]) == {"<unk>": 0, "<pad>": 1, "good": 2, "bad": 3}
    assert lab.word_table(torch.tensor([[1, 2], [3, 4]])).tolist() == [[0, 0], [0, 0], [1, 2], [3, 4]]
    says(lab, "[[5, 6, 7], [8]] → [[5, 6, 7], [8, 1, 1]]", "[[2], [4], [9]] of which the first two are real give [3]")
    assert lab.pad([[5, 6, 7], [8]]).tolist() == [[5, 6, 7], [8, 1, 1]]
    states = torch.tensor([[[2.0], [4.0], [9.0]]])
    assert lab.pool(states, torch.tensor([[True, True, False]])).tolist() == [[3.0]]


def test_films() -> None:
    says(films, "(1.0 + 2.5) / 6 = 0.583", "(45 + 2.5) / 55 = 0.864", "its correlation with [1, 2, 3] is 0.866")
    assert (round((1.0 + 2.5) / 6, 3), round((45 + 2.5) / 55, 3)) == (0.583, 0.864)
    says(films, '{"a": (1.5 + 1) / 4 = 0.625, "b": (0 + 1) / 3 = 0.333}')
    scores = films.film_scores(["a", "b", "a"], [1.0, 0.0, 0.5], 2)
    assert scores == {"a": 0.625, "b": pytest.approx(0.333, abs=5e-4)}
    says(films, '{"b": 0.5, "c": 0.9, "a": 0.5} with top 2 gives [("c", 0.9), ("a", 0.5)]')
    assert films.rank_films({"b": 0.5, "c": 0.9, "a": 0.5}, 2) == [("c", 0.9), ("a", 0.5)]
    assert films.rank_correlation([0.2, 0.9, 0.9], [1, 2, 3]) == pytest.approx(0.866, abs=5e-4)


def test_every_solution_is_here() -> None:
    folder = Path(__file__).parents[2] / "solutions"
    for path in folder.glob("exercise*.py"):
        assert importlib.import_module(f"solutions.{path.stem}") in globals().values()
