"""Training on the small corpus, by any strategy, from nothing or from a pre-trained run."""

import torch

from tfl import frozen, plots
from tfl.config import Config
from tfl.evaluation import evaluate, judge_logits
from tfl.events import Stage
from tfl.materials import Materials
from tfl.model import TransformerClassifier, load_weights, model_config
from tfl.phase import Phase
from tfl.pretraining.pretrain import pretrain, source_kind
from tfl.runs import RunFolder, RunRecord
from tfl.session import Session, finish
from tfl.strategies import find, is_small, plan
from tfl.training import Recipe, Training, choose_layers, learning


def train(session: Session, config: Config, resume: bool = True, again: bool = False) -> RunRecord:
    """Train as `config` asks, pre-training first where no such run exists; or return the finished run's record."""
    strategy = find(config.strategy)
    phases = plan(config)
    check_layers(config, phases)  # a wrong request fails before anything is trained
    source = pretrain(session, config) if strategy.pretrained else None

    def work(folder: RunFolder, record: RunRecord, resume: bool) -> RunRecord:
        materials = session.materials(config)
        model = build(session, config, materials, source)
        materials.vocabulary.write(folder.vocabulary)
        shared = shared_features(session, config, materials, source) if source else None
        training = Training(
            run=config.id,
            model=model,
            data=materials.small_data(config.labels),
            recipe=Recipe(seed=config.seed, patience=99 if is_small(config) else 1),
            device=session.device,
            folder=folder.path,
            emit=session.emit,
            parts=session.parts,
            features=shared,
        )
        progress = training.fit(phases, resume)
        session.emit(Stage(name="testing", detail=materials.small.title))
        examples = materials.small_test
        if shared and all(phase.head_only for phase in phases):
            logits = model.classifier(shared.of("test", examples)).detach().cpu()
            test = judge_logits(logits, examples.labels, session.parts)
        else:
            test = evaluate(model, examples, session.device, session.parts)
        record = record.model_copy(
            update={
                "source": source.id if source else None,
                "source_kind": source.source_kind if source else "",
                "parameters_total": sum(p.numel() for p in model.parameters()),
                "parameters_trainable": learning(model, phases),
            }
        )
        record = finish(record, progress.seconds, **progress.results(), **test.results())
        plots.run_curves(record, progress.history, folder.curves)
        return record

    return session.perform(config, title(session, config), work, resume, again)


def check_layers(config: Config, phases: list[Phase]) -> None:
    """Raise PatternError where a phase names layers that the model will not have."""
    with torch.device("meta"):  # names without numbers
        model = TransformerClassifier(model_config(config, config.vocabulary, classes=2))
    for phase in phases:
        choose_layers(model, phase)


def title(session: Session, config: Config) -> str:
    """What a run does, for people: "full fine-tuning, pre-trained on AG News, 200 labels, seed 0"."""
    strategy = find(config.strategy)
    parts = [strategy.title]
    if strategy.pretrained:
        parts.append(f"pre-trained on {source_kind(session, config)}")
    if config.labels:
        parts.append(f"{config.labels} labels")
    return ", ".join([*parts, f"seed {config.seed}"])


def build(session: Session, config: Config, materials: Materials, source: RunRecord | None) -> TransformerClassifier:
    """A model for the small corpus: random, or with the body of a pre-trained run and a new head."""
    torch.manual_seed(config.seed)
    classes = len(materials.small.classes)
    if source is None:
        shapes = model_config(config, len(materials.vocabulary), classes)
        return TransformerClassifier(shapes, session.parts.positional_encoding).to(session.device.torch)
    shapes = model_config(config, len(materials.vocabulary), len(materials.large.classes))
    model = TransformerClassifier(shapes, session.parts.positional_encoding)
    model.load_state_dict(load_weights(session.runs_dir / source.id))
    model.to(session.device.torch)
    session.parts.replace_head(model, classes)
    return model


def shared_features(session: Session, config: Config, materials: Materials, source: RunRecord) -> frozen.Features:
    """The frozen features of a pre-trained body, computed once for all runs of this session that start from it."""
    if source.id not in session.features:
        body = build(session, config, materials, source)
        session.features = {source.id: frozen.Features(body, session.device, session.parts)}
    return session.features[source.id]
