"""`tfl pretrain`."""

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
from tfl.config import config
from tfl.jobs import run_job

app = typer.Typer(add_completion=False)


@app.command()
def pretrain(
    corpus: Corpus = None,
    seed: Seed = 0,
    objective: Objective = None,
    adapt: Adapt = False,
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
    """Pre-train a model on the large corpus; `tfl train` and `tfl compare` do it too where they need one.

    \b
    Objectives:
      words         vectors from the company that words keep; the encoder stays random
      topic         the whole model learns to tell the topics of the news apart
      words+topic   both, in this order

    \b
    Examples:
      tfl pretrain
      tfl pretrain --objective words+topic --adapt
      tfl pretrain --vectors glove.6B.100d.txt --objective topic
      tfl pretrain --corpus sample --json
    """
    with told_plainly():
        asked = config(
            strategy="pretrain",
            pair=pair(corpus, data_dir),
            seed=seed,
            adapt=adapt,
            word_order=word_order,
            precision=precision,
            **chosen(objective=objective),
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
    raise typer.Exit(show.follow(run_job("pretrain", request), json=json, show_result=show.run))
