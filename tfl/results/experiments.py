"""Experiments that lessons need beside the comparison: word order, other choices of layers."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import torch

from tfl.config import Config, config
from tfl.lessons.figures import Figure, Group
from tfl.model import TransformerClassifier, model_config
from tfl.parts import REFERENCE
from tfl.results.comparisons import group, over_seeds, records_where, same_seeds, today
from tfl.results.steps import DEEP, step_seconds
from tfl.runs import RunFolder, RunRecord

LAYERS = {  # how a choice of layers is called → its patterns
    "last_block": ("encoder.layers.1.*",),
    "first_block": ("encoder.layers.0.*",),
    "linear2": ("*.linear2.*",),
    "norms": ("*norm*",),
    "embedding": ("embedding.*",),
}
ON_SAMPLE: dict[str, dict[str, Any]] = {  # what exercise 3 trains on the sample, whose twins only order tells apart
    "final_layer": {"strategy": "final-layer"},
    "linear2": {"strategy": "unfreeze", "layers": LAYERS["linear2"]},
    "last_block": {"strategy": "unfreeze", "layers": LAYERS["last_block"]},
}


def word_order(runs_dirs: dict[str, Path]) -> Group:
    """Training from scratch with and without positional encoding, on each pair of corpora."""
    figures: dict[str, Figure] = {}
    records: list[RunRecord] = []
    for pair, runs_dir in runs_dirs.items():
        found = same_seeds(
            {
                f"{pair}.{name}": records_where(runs_dir, strategy="scratch", pair=pair, word_order=order)
                for name, order in (("with_places", True), ("without_places", False))
            }
        )
        figures |= {name: tested(own) for name, own in found.items()}
        records += chain.from_iterable(found.values())
    from tfl.corpora.sample import BAG_OF_WORDS_CEILING

    figures["sample.ceiling"] = Figure(value=BAG_OF_WORDS_CEILING, kind="accuracy")
    return group("tfl train scratch --no-word-order", records, figures, corpus="IMDB and sample (synthetic)")


def tested(records: Sequence[RunRecord]) -> Figure:
    """The test accuracy of runs that differ in their seed."""
    return over_seeds([record.test.accuracy for record in records if record.test])


def layers(runs_dir: Path, sample_dir: Path, plots: Path) -> Group:
    """What each choice of layers trains on IMDB, what it costs, and what it reaches; with the first seed's curves.

    And what the two choices of exercise 3 reach on the sample.
    """
    from tfl import plots as drawing

    found = same_seeds(
        {
            name: records_where(runs_dir, strategy="unfreeze", pair="real", layers=patterns)
            for name, patterns in LAYERS.items()
        }
    )
    small = same_seeds(
        {name: records_where(sample_dir, pair="sample", adapt=True, **asked) for name, asked in ON_SAMPLE.items()}
    )
    figures = {f"sample.{name}.test": tested(own) for name, own in small.items()}
    curves = {}
    for name, own in found.items():
        figures[f"{name}.test"] = tested(own)
        figures[f"{name}.parameters"] = Figure(value=own[0].parameters_trainable, kind="count")
        curves[" ".join(LAYERS[name])] = RunFolder(runs_dir / own[0].id).history()
    deep = {"last_block": (f"encoder.layers.{DEEP - 1}.*",), "linear2": LAYERS["linear2"]}
    for prefix, choices, blocks in (("", LAYERS, 2), ("deep.", deep, DEEP)):
        for name, seconds in step_seconds({**choices, "everything": ("*",)}, blocks).items():
            figures[f"{prefix}{name}.step_seconds"] = Figure(value=seconds, kind="seconds")
    figures["deep.blocks"] = Figure(value=DEEP, kind="count")
    records = list(chain.from_iterable(found.values()))
    drawing.layer_choices(curves, records[0].corpus, plots / "layers.png")
    (plots / "layers.svg").unlink()
    return group('tfl train unfreeze --layers "PATTERN"', records, figures, corpus="IMDB and sample (synthetic)")


def topics(runs_dir: Path) -> Group:
    """What a pre-training on topics is worth for reviews, alone as in the lab and after the word vectors."""
    found = same_seeds(
        {
            f"{strategy.replace('-', '_')}{end}": records_where(
                runs_dir, strategy=strategy, pair="real", objective=objective
            )
            for objective, end in (("words+topic", ""), ("topic", "_topic"))
            for strategy in ("full", "final-layer")
        }
    )
    figures = {f"{name}.test": tested(own) for name, own in found.items()}
    return group("tfl train full --objective words+topic", list(chain.from_iterable(found.values())), figures)


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
    from tfl.strategies import main_phase, plan

    figures = {}
    for name in ("scratch", "full", "final-layer", "gradual", "unfreeze"):
        phases = plan(settings.model_copy(update={"strategy": name}))
        figures[f"{name.replace('-', '_')}.epochs"] = Figure(value=sum(phase.epochs for phase in phases), kind="count")
        main = phases[main_phase(phases)]
        figures[f"{name.replace('-', '_')}.rate"] = Figure(value=main.rate, kind="number")
        if name == "gradual":
            figures["gradual.decay"] = Figure(value=main.decay, kind="number")
    return figures
