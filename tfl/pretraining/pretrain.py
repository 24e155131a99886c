"""Pre-training on the large corpus, by one of three objectives.

    words         vectors from the company that words keep (tfl/pretraining/words.py); the encoder stays random
    topic         the whole model learns to tell the four topics apart, from random weights, as in the lab
    words+topic   both, in this order

`words` is the default: it takes seconds and serves the reviews best.  Topics make the better model of the news, and
the worse start for reviews (docs/decisions.md).

With `adapt`, the words are also counted in the unlabelled reviews: the second step of ULMFiT, at the price of a few
seconds.  The topics always come from the large corpus alone.
"""

import time
from pathlib import Path

import torch

from tfl import plots
from tfl.config import Config
from tfl.errors import UsageError
from tfl.evaluation import evaluate
from tfl.events import Stage
from tfl.files import digest
from tfl.model import TransformerClassifier, model_config, save_weights
from tfl.phase import Phase
from tfl.pretraining.words import word_vectors
from tfl.runs import RunFolder, RunRecord
from tfl.session import Session, finish
from tfl.text.vectors import read_vectors
from tfl.training import Recipe, Training


def topic_phase(config: Config) -> Phase:
    """How the topics are learned; the sample is small and takes more epochs."""
    sample = config.pair == "sample"
    return Phase(("*",), epochs=6 if sample else 2, rate=2e-3)


def source_kind(session: Session, config: Config) -> str:
    """What the pre-training of a configuration reads, for people: "AG News + unlabelled reviews"."""
    materials = session.materials(config)
    return materials.large.title + (" + unlabelled reviews" if config.adapt else "")


def pretrain(session: Session, config: Config, resume: bool = True, again: bool = False) -> RunRecord:
    """Pre-train as `config` asks, or return the record of the run that has done so already."""
    config = config.pretraining()

    def work(folder: RunFolder, record: RunRecord, resume: bool) -> RunRecord:
        return _pretrain(session, config, folder, record, resume)

    title = f"pre-training ({config.objective}) on {source_kind(session, config)}"
    return session.perform(config, title, work, resume, again)


def _pretrain(session: Session, config: Config, folder: RunFolder, record: RunRecord, resume: bool) -> RunRecord:
    started = time.perf_counter()
    materials = session.materials(config)
    model = TransformerClassifier(
        model_config(config, len(materials.vocabulary), len(materials.large.classes)),
        session.parts.positional_encoding,
    ).to(session.device.torch)
    materials.vocabulary.write(folder.vocabulary)
    record = record.model_copy(
        update={
            "source_kind": source_kind(session, config),
            "parameters_total": sum(p.numel() for p in model.parameters()),
            "parameters_trainable": sum(p.numel() for p in model.parameters()),
        }
    )
    if config.vectors or "words" in config.objective:
        fill_embedding(model, session, config)
    words_seconds = time.perf_counter() - started
    if "topic" not in config.objective:
        save_weights(model, folder.path)
        return finish(record, words_seconds)

    data = materials.large_data()
    training = Training(
        run=config.id,
        model=model,
        data=data,
        recipe=Recipe(seed=config.seed),
        device=session.device,
        folder=folder.path,
        emit=session.emit,
        parts=session.parts,
    )
    phases = [topic_phase(config)]
    progress = training.fit(phases, resume)
    session.emit(Stage(name="testing", detail=materials.large.title))
    test = evaluate(model, materials.large_test, session.device, session.parts)
    record = finish(record, words_seconds + progress.seconds, **progress.results(), **test.results())
    plots.run_curves(record, progress.history, folder.curves)
    return record


def fill_embedding(model: TransformerClassifier, session: Session, config: Config) -> None:
    """Put word vectors into the embedding; a word without one keeps its random vector, of the same length."""
    materials = session.materials(config)
    if config.vectors:
        path = Path(config.vectors)
        if not path.is_file() or digest(path) != config.vectors_sha256:
            raise UsageError(f"{path} is not the file that this run was asked for with.", "Ask for the run anew.")
        vectors, found = read_vectors(path, materials.vocabulary, config.width)
        vectors = vectors / vectors.norm(dim=1, keepdim=True).clamp(min=1e-6)
    else:
        session.emit(Stage(name="word vectors", detail=source_kind(session, config)))
        texts = materials.running_texts(config.adapt)
        vectors, found = word_vectors(texts, len(materials.vocabulary), config.width, config.seed)
    with torch.no_grad():
        weight = model.embedding.weight
        weight[found.to(weight.device)] = vectors[found].to(weight.device)
