"""The lab's defects are really there: what our own model is tested for fails here."""

import pytest
import torch
from torch import Tensor

from benchmarks import lab_baseline
from benchmarks.lab_baseline import PAD, UNK, WIDTH, LabModel

WORDS = 50


@pytest.fixture
def model() -> LabModel:
    torch.manual_seed(0)
    return LabModel(lab_baseline.random_vectors(WORDS), classes=2).eval()


def reviews(count: int, length: int, seed: int = 0) -> Tensor:
    """Token ids (count, length), specials and the last two words left out."""
    return torch.randint(2, WORDS, (count, length), generator=torch.Generator().manual_seed(seed))


def alike(a: Tensor, b: Tensor) -> bool:
    return torch.allclose(a, b, atol=1e-5)


@torch.no_grad()
def test_defect_1_a_reviews_logits_change_with_its_batch_mates(model: LabModel) -> None:
    review, mates, others = reviews(1, 9), reviews(3, 9, seed=1), reviews(3, 9, seed=2)
    with_mates, with_others = model(torch.cat([review, mates]))[0], model(torch.cat([review, others]))[0]
    assert not alike(with_mates, with_others)


@torch.no_grad()
def test_defect_1_the_words_of_a_review_do_not_attend_to_each_other(model: LabModel) -> None:
    review = reviews(1, 9)
    changed = review.clone()
    changed[0, 0] = review[0, 0] % (WORDS - 2) + 2  # another word at the first position
    before, after = (model.encoder(model.positions(model.words(tokens))) for tokens in (review, changed))
    assert not alike(before[0, 0], after[0, 0])
    assert alike(before[0, 1:], after[0, 1:])


@torch.no_grad()
def test_defect_2_padding_changes_the_result(model: LabModel) -> None:
    review = reviews(1, 9)
    padded = torch.nn.functional.pad(review, (0, 6))
    assert not alike(model(review), model(padded))


def test_defect_2_padding_is_the_unknown_word() -> None:
    batches = lab_baseline.loader([(0, torch.tensor([7, 8, 9])), (1, torch.tensor([5]))])
    (_, tokens) = next(iter(batches))
    padding = tokens[(tokens == 5).any(dim=1)][0, 1:]
    assert set(padding.tolist()) == {UNK} != {PAD}


def test_defect_3_every_word_reads_a_vector_two_rows_off() -> None:
    vectors = lab_baseline.random_vectors(WORDS)
    words = LabModel(vectors, classes=2).words
    word = 10
    token = word + len(lab_baseline.SPECIALS)
    assert torch.equal(words(torch.tensor(token)), vectors[word + 2])
    assert not torch.equal(words(torch.tensor(token)), vectors[word])


def test_defect_4_the_learning_rate_stays_what_it_was(model: LabModel) -> None:
    examples = list(zip([0, 1] * 4, reviews(8, 5), strict=True))
    _, _, optimizer = lab_baseline.train(model, examples, examples, epochs=2)
    assert optimizer.param_groups[0]["lr"] == lab_baseline.RATE


def test_defect_5_a_prediction_is_another_one_each_time(model: LabModel) -> None:
    model.train()  # as training leaves it
    review = reviews(1, 9)[0]
    assert not alike(lab_baseline.predict(model, review), lab_baseline.predict(model, review))


def test_defect_5_the_checkpoint_holds_a_position_for_each_word_of_the_vocabulary(model: LabModel) -> None:
    assert model.state_dict()["positions.table"].shape == (WORDS + len(lab_baseline.SPECIALS), WIDTH)


def test_defect_7_the_chosen_layers_have_random_weights() -> None:
    torch.manual_seed(0)
    random = LabModel(lab_baseline.random_vectors(WORDS), classes=2)
    torch.manual_seed(0)
    chosen = lab_baseline.chosen_layers(lab_baseline.random_vectors(WORDS), classes=2)
    assert all(torch.equal(a, b) for a, b in zip(random.parameters(), chosen.parameters(), strict=True))
    learning = {name.rpartition(".")[0] for name, p in chosen.named_parameters() if p.requires_grad}
    assert "classifier" in learning
    assert not any(name.startswith(("words", "encoder.layers.0")) for name in learning)


def test_its_loop_trains_all_but_the_word_vectors(model: LabModel) -> None:
    assert trained_by_the_loop(model) == {"encoder", "classifier"}


def test_its_final_layer_variant_trains_the_final_layer_alone(model: LabModel) -> None:
    lab_baseline.final_layer_only(model, classes=2)
    assert trained_by_the_loop(model) == {"classifier"}


def trained_by_the_loop(model: LabModel) -> set[str]:
    """The parts of the model that an epoch changes."""
    before = {name: p.clone() for name, p in model.named_parameters()}
    examples = list(zip([0, 1] * 4, reviews(8, 5), strict=True))
    lab_baseline.train(model, examples, examples, epochs=1)
    return {name.split(".")[0] for name, p in model.named_parameters() if not torch.equal(p, before[name])}
