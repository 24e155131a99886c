"""What a pre-training leaves behind, and what it reads."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from tfl import materials
from tfl.config import Config
from tfl.corpora import PAIRS
from tfl.errors import UsageError
from tfl.files import digest
from tfl.model import load_weights
from tfl.phase import Phase
from tfl.pretraining import pretrain as module
from tfl.pretraining.pretrain import pretrain
from tfl.runs import RunFolder, RunRecord
from tfl.session import Session
from tfl.text.vocabulary import Vocabulary

LARGE, SMALL = PAIRS["sample"]


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """One epoch of topics is enough to see what happens."""
    monkeypatch.setattr(module, "topic_phase", lambda config: Phase(("*",), 1, 3e-3))


def folder_of(session: Session, record: RunRecord) -> RunFolder:
    return RunFolder(session.runs_dir / record.id)


def embedding_of(session: Session, record: RunRecord) -> torch.Tensor:
    return load_weights(folder_of(session, record).path)["embedding.weight"]


# --- the objectives


def test_topics_are_learned_and_tested(session: Session, tiny: Callable[..., Config]) -> None:
    record = pretrain(session, tiny(objective="topic"))
    assert record.strategy == "pretrain"
    assert record.epochs_run == 1
    assert record.train
    assert record.validation
    assert record.test
    assert record.confusion
    assert len(record.confusion) == 4
    assert len(folder_of(session, record).history()) == 1
    assert folder_of(session, record).curves.exists()


def test_words_alone_leave_the_encoder_random_and_test_nothing(session: Session, tiny: Callable[..., Config]) -> None:
    record = pretrain(session, tiny(objective="words"))
    assert (record.state, record.epochs_run, record.test) == ("finished", 0, None)
    found = load_weights(folder_of(session, record).path)
    torch.manual_seed(0)
    untouched = module.TransformerClassifier(module.model_config(tiny(), len(found["embedding.weight"]), 4))
    for name, tensor in untouched.state_dict().items():
        assert torch.equal(found[name], tensor) is (name != "embedding.weight"), name


def test_word_vectors_stand_at_the_rows_of_their_words(session: Session, tiny: Callable[..., Config]) -> None:
    record = pretrain(session, tiny(objective="words"))
    vocabulary = Vocabulary.read(folder_of(session, record).vocabulary)
    shared = session.materials(tiny())
    assert vocabulary.words == shared.vocabulary.words
    vectors, found = module.word_vectors(shared.running_texts(False), len(vocabulary), 16, seed=0)
    assert found[3:].any()
    assert torch.equal(embedding_of(session, record)[found], vectors[found])


def test_words_then_topics_goes_on_from_the_word_vectors(
    session: Session, tiny: Callable[..., Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "topic_phase", lambda config: Phase(("*",), 1, 1e-9))  # topics that move nothing
    words = pretrain(session, tiny(objective="words"))
    both = pretrain(session, tiny(objective="words+topic"))
    torch.testing.assert_close(embedding_of(session, both), embedding_of(session, words), rtol=0, atol=1e-5)


def test_every_parameter_counts_as_trained(session: Session, tiny: Callable[..., Config]) -> None:
    record = pretrain(session, tiny(objective="words"))
    weights = load_weights(folder_of(session, record).path)
    assert record.parameters_total == record.parameters_trainable == sum(w.numel() for w in weights.values())


# --- what it reads


@pytest.mark.parametrize("objective", ["words", "words+topic"])
def test_reviews_are_read_only_when_adapting_and_never_those_of_test(
    session: Session, tiny: Callable[..., Config], monkeypatch: pytest.MonkeyPatch, objective: str
) -> None:
    read = []
    tokenized = materials.tokenized
    monkeypatch.setattr(materials, "tokenized", lambda *given: read.append(given[:2]) or tokenized(*given))
    running = materials.Materials._running
    counted = []
    monkeypatch.setattr(
        materials.Materials,
        "_running",
        lambda self, corpus, split, rows: counted.append((corpus, split)) or running(self, corpus, split, rows),
    )
    pretrain(session, tiny(objective=objective))
    assert counted == [(LARGE, "train")]
    assert (SMALL, "test") not in read
    counted.clear()
    pretrain(session, tiny(objective=objective, adapt=True))
    assert counted == [(LARGE, "train"), (SMALL, "train"), (SMALL, "unsup")]
    assert (SMALL, "test") not in read


def test_adapting_gives_other_vectors_and_a_record_that_says_so(session: Session, tiny: Callable[..., Config]) -> None:
    plain, adapted = pretrain(session, tiny()), pretrain(session, tiny(adapt=True))
    assert plain.source_kind == "sample (synthetic) news"
    assert adapted.source_kind == "sample (synthetic) news + unlabelled reviews"
    assert plain.id != adapted.id
    assert not torch.equal(embedding_of(session, plain), embedding_of(session, adapted))


def test_a_seed_repeats_its_pre_training_bit_by_bit(session: Session, tiny: Callable[..., Config]) -> None:
    asked = tiny(objective="words+topic")
    first = load_weights(folder_of(session, pretrain(session, asked)).path)
    second = load_weights(folder_of(session, pretrain(session, asked, again=True)).path)
    assert all(torch.equal(first[name], second[name]) for name in first)


# --- vectors from a file


@pytest.fixture
def vectors(session: Session, tiny: Callable[..., Config], tmp_path: Path) -> Path:
    """A file of vectors of width 16 for two words that the sample has."""
    words = session.materials(tiny()).vocabulary.words
    path = tmp_path / "vectors.txt"
    path.write_text("".join(f"{words[i]} {' '.join([str(i)] * 16)}\n" for i in (9, 4)), "utf-8")
    return path


def test_vectors_from_a_file_take_the_place_of_our_own(
    session: Session, tiny: Callable[..., Config], vectors: Path
) -> None:
    asked = tiny(objective="words", vectors=str(vectors), vectors_sha256=digest(vectors))
    embedding = embedding_of(session, pretrain(session, asked))
    torch.testing.assert_close(embedding[[4, 9]], torch.full((2, 16), 0.25))  # of unit length
    own = embedding_of(session, pretrain(session, tiny(objective="words")))
    assert not torch.equal(embedding[5], own[5])


def test_a_vectors_file_that_has_changed_or_gone_is_a_usage_error(
    session: Session, tiny: Callable[..., Config], vectors: Path
) -> None:
    asked = tiny(objective="words", vectors=str(vectors), vectors_sha256=digest(vectors))
    vectors.write_text("changed")
    with pytest.raises(UsageError, match=r"vectors\.txt"):
        pretrain(session, asked)
    vectors.unlink()
    with pytest.raises(UsageError, match=r"vectors\.txt"):
        pretrain(session, asked)
