"""Experiments that lessons need beside the comparison: word order, other choices of layers."""

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

import torch

from tfl.config import Config, config
from tfl.errors import RunError
from tfl.lessons.figures import Figure, Group
from tfl.model import TransformerClassifier, model_config
from tfl.parts import REFERENCE
from tfl.results.comparisons import group, records_where, today
from tfl.results.steps import DEEP, step_seconds
from tfl.runs import RunFolder, RunRecord

LAYERS = {  # how a choice of layers is called → its patterns
    "last_block": ("encoder.layers.1.*",),
    "first_block": ("encoder.layers.0.*",),
    "linear2": ("*.linear2.*",),
    "norms": ("*norm*",),
    "embedding": ("embedding.*",),
}
SAMPLE_CEILING = "BAG_OF_WORDS_CEILING"


def word_order(runs_dirs: dict[str, Path]) -> Group:
    """Training from scratch with and without positional encoding, on each pair of corpora."""
    figures: dict[str, Figure] = {}
    records: list[RunRecord] = []
    for pair, runs_dir in runs_dirs.items():
        without = records_where(runs_dir, strategy="scratch", pair=pair, word_order=False)
        seeds = {record.seed for record in without}
        with_places = records_where(runs_dir, strategy="scratch", pair=pair, word_order=True)
        both = [record for record in with_places if record.seed in seeds]
        if not without or not both:
            raise RunError(f"There are no runs with and without word order in {runs_dir}.", "Run `make results`.")
        figures |= {f"{pair}.with_places": over_seeds(both), f"{pair}.without_places": over_seeds(without)}
        records += [*both, *without]
    from tfl.corpora.sample import BAG_OF_WORDS_CEILING

    figures["sample.ceiling"] = Figure(value=BAG_OF_WORDS_CEILING, kind="accuracy")
    return group("tfl train scratch --no-word-order", records, figures, corpus="IMDB and sample (synthetic)")


def over_seeds(records: Sequence[RunRecord]) -> Figure:
    """The test accuracy of runs that differ in their seed."""
    tests = [record.test.accuracy for record in records if record.test]
    return Figure(value=fmean(tests), low=min(tests), high=max(tests), kind="accuracy")


def layers(runs_dir: Path, plots: Path) -> Group:
    """What each choice of layers trains on IMDB, what it costs, and what it reaches; with its curves."""
    from tfl import plots as drawing

    figures: dict[str, Figure] = {}
    records: list[RunRecord] = []
    curves = {}
    for name, patterns in LAYERS.items():
        found = records_where(runs_dir, strategy="unfreeze", pair="real", adapt=False, layers=list(patterns))
        if not found:
            raise RunError(f"No run in {runs_dir} unfreezes {' '.join(patterns)}.", "Run `make results`.")
        first = found[0]
        figures[f"{name}.test"] = over_seeds(found[:1])
        figures[f"{name}.parameters"] = Figure(value=first.parameters_trainable, kind="count")
        curves[" ".join(patterns)] = RunFolder(runs_dir / first.id).history()
        records.append(first)
    deep = {"last_block": (f"encoder.layers.{DEEP - 1}.*",), "linear2": LAYERS["linear2"]}
    for prefix, choices, blocks in (("", LAYERS, 2), ("deep.", deep, DEEP)):
        for name, seconds in step_seconds({**choices, "everything": ("*",)}, blocks).items():
            figures[f"{prefix}{name}.step_seconds"] = Figure(value=seconds, kind="seconds")
    figures["deep.blocks"] = Figure(value=DEEP, kind="count")
    drawing.layer_choices(curves, records[-1].corpus, plots / "imdb_layers.png")
    (plots / "imdb_layers.svg").unlink()
    return group('tfl train unfreeze --layers "PATTERN"', records, figures)


def topics(runs_dir: Path) -> Group:
    """What a pre-training on topics is worth for reviews, alone as in the lab and after the word vectors."""
    figures: dict[str, Figure] = {}
    records: list[RunRecord] = []
    for objective, end in (("words+topic", ""), ("topic", "_topic")):
        for strategy in ("full", "final-layer"):
            found = records_where(runs_dir, strategy=strategy, pair="real", adapt=False, objective=objective)
            if not found:
                raise RunError(f"No run in {runs_dir} goes from {objective} to {strategy}.", "Run `make results`.")
            figures[f"{strategy.replace('-', '_')}{end}.test"] = over_seeds(found)
            records += found
    return group("tfl train full --objective words+topic", records, figures)


def model() -> Group:
    """The shapes of the model: how many numbers each part holds."""
    settings = config(pair="real", strategy="full")
    with torch.device("meta"):  # names and shapes, without numbers
        body = TransformerClassifier(model_config(settings, settings.vocabulary, classes=2))
    total = sum(p.numel() for p in body.parameters())
    figures = {
        "width": settings.width,
        "layers": settings.layers_count,
        "heads": settings.heads,
        "hidden": settings.hidden,
        "tokens": settings.small_tokens,
        "vocabulary": settings.vocabulary,
        "features": body.config.features,
        "parameters": total,
        "embedding": body.embedding.weight.numel(),
        "classifier": sum(p.numel() for p in body.classifier.parameters()),
        "block": sum(p.numel() for p in body.encoder.layers[0].parameters()),
        **{name: _matching(body, patterns) for name, patterns in LAYERS.items() if name != "embedding"},
    }
    shares = {
        "embedding_share": figures["embedding"] / total,
        "classifier_share": figures["classifier"] / total,
    }
    return Group(
        command="python -m tfl.results model",
        date=today(),
        versions={"torch": torch.__version__},
        figures={
            **{name: Figure(value=value, kind="count") for name, value in figures.items()},
            **{name: Figure(value=value, kind="share") for name, value in shares.items()},
            **_recipe(settings),
        },
    )


def _matching(body: TransformerClassifier, patterns: Sequence[str]) -> int:
    REFERENCE.freeze(body)
    REFERENCE.unfreeze(body, patterns)
    return sum(p.numel() for p in body.parameters() if p.requires_grad)


def _recipe(settings: Config) -> dict[str, Figure]:
    """Rates and epochs that lessons name."""
    from tfl.strategies import plan

    figures = {}
    for name in ("scratch", "full", "final-layer", "gradual", "unfreeze"):
        phases = plan(settings.model_copy(update={"strategy": name}))
        figures[f"{name.replace('-', '_')}.epochs"] = Figure(value=sum(phase.epochs for phase in phases), kind="count")
        figures[f"{name.replace('-', '_')}.rate"] = Figure(value=phases[-1].rate, kind="number")
    figures["gradual.decay"] = Figure(
        value=plan(settings.model_copy(update={"strategy": "gradual"}))[-1].decay, kind="number"
    )
    return figures
