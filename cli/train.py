"""`tfl train`."""

from typing import Annotated

import typer

from cli import show
from cli.options import (
    Adapt,
    Again,
    Corpus,
    DataDir,
    Events,
    Objective,
    Precision,
    Resume,
    RunsDir,
    Seed,
    Threads,
    Vectors,
    WordOrder,
    chosen,
    pair,
    same_command,
    told_plainly,
    vectors,
)
from tfl.config import CHOSEN_LAYERS, config
from tfl.jobs import run_job

app = typer.Typer(add_completion=False)


@app.command()
def train(
    strategy: Annotated[str, typer.Argument(metavar="STRATEGY", help="One of those below.")],
    corpus: Corpus = None,
    seed: Seed = 0,
    labels: Annotated[
        int | None, typer.Option("--labels", help="Labelled reviews to use, those for validation included.")
    ] = None,
    layers: Annotated[
        list[str] | None,
        typer.Option(
            "--layers",
            metavar="PATTERN",
            help=f"For unfreeze: names of parameters, * for any; repeatable (default: {' '.join(CHOSEN_LAYERS)}).",
        ),
    ] = None,
    objective: Objective = None,
    adapt: Adapt = False,
    rate: Annotated[float | None, typer.Option("--rate", help="Learning rate of the last phase.")] = None,
    epochs: Annotated[int | None, typer.Option("--epochs", help="Epochs of the last phase, at most.")] = None,
    word_order: WordOrder = True,
    vectors_file: Vectors = None,
    precision: Precision = "auto",
    threads: Threads = None,
    resume: Resume = False,
    again: Again = False,
    json: Events = False,
    runs_dir: RunsDir = None,
    data_dir: DataDir = None,
) -> None:
    """Train on the small corpus with one strategy; pre-train first where that has not been done.

    \b
    Strategies:
      scratch          everything learns, from random weights
      final-layer      the pre-trained body stays as it is
      unfreeze         the layers you name learn, the others stay
      gradual          one more layer learns in each phase
      head-then-full   first the final layer, then everything
      full             everything learns, from pre-trained weights
      baseline         no transformer: a linear classifier on words and word pairs

    \b
    Layers are named by their parameters, from the bottom up:
      embedding.weight
      encoder.layers.0.self_attn.in_proj_weight … encoder.layers.1.norm2.bias
      classifier.weight, classifier.bias (they always learn)

    \b
    Examples:
      tfl train full
      tfl train scratch --labels 200 --seed 1
      tfl train unfreeze --layers 'encoder.layers.1.*' --layers '*.linear2.*'
      tfl train final-layer --corpus sample --adapt
      tfl train gradual --resume
    """
    with told_plainly():
        asked = config(
            strategy=strategy,
            pair=pair(corpus, data_dir),
            seed=seed,
            layers=tuple(layers or ()),
            adapt=adapt,
            word_order=word_order,
            precision=precision,
            **chosen(labels=labels, objective=objective, rate=rate, epochs=epochs),
            **vectors(vectors_file),
        )
    request = {
        "config": asked.model_dump(mode="json"),
        "resume": resume,
        "again": again,
        "threads": threads,
        "runs_dir": str(runs_dir or ""),
        "data_dir": str(data_dir or ""),
        "continue": same_command("--resume"),
    }
    raise typer.Exit(show.follow(run_job("train", request), json=json, show_result=show.run))
