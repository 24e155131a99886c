"""Options that several commands share, and how wrong ones are told."""

import gzip
import shlex
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from pydantic import ValidationError

from tfl import config, corpora, files
from tfl.errors import UsageError

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Events = Annotated[
    bool, typer.Option("--json", help="Print every event as a line of JSON; the last but one is the result.")
]
RunsDir = Annotated[
    Path | None, typer.Option("--runs-dir", help="The folder of the runs (default: TFL_RUNS, or ./runs).")
]
DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="The folder of the corpora (default: TFL_DATA, or your data folder)."),
]
Corpus = Annotated[
    corpora.PairName | None,
    typer.Option("--corpus", help="real: AG News and IMDB; sample: built in (default: real, where both are here)."),
]
Seed = Annotated[int, typer.Option("--seed", help="Runs with equal seeds are equal, on the same machine.")]
Precision = Annotated[
    Literal["auto", "float32", "bfloat16"],
    typer.Option("--precision", help="Of matrix products; auto: bfloat16 where the hardware has it."),
]
Threads = Annotated[int | None, typer.Option("--threads", min=1, help="Processor threads (default: one a core).")]
Objective = Annotated[
    config.Objective | None,
    typer.Option("--objective", help="What pre-training learns: word vectors, the topics of the news, or both."),
]
Adapt = Annotated[bool, typer.Option("--adapt", help="Pre-train on the unlabelled reviews too.")]
WordOrder = Annotated[
    bool, typer.Option("--word-order/--no-word-order", help="Whether the model knows the places of words.")
]
Vectors = Annotated[
    Path | None, typer.Option("--vectors", metavar="FILE", help="Start from word vectors in a text file, as GloVe's.")
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on where an interrupted run stopped.")]
Again = Annotated[bool, typer.Option("--again", help="Train it anew although it is finished.")]


def pair(corpus: corpora.PairName | None, data_dir: Path | None) -> corpora.PairName:
    """The chosen pair of corpora, or the real one where both of its corpora are here."""
    here = all(corpora.is_present(name, data_dir) for name in corpora.PAIRS["real"])
    return corpus or ("real" if here else "sample")


def vectors(path: Path | None) -> dict[str, str | int]:
    """The choices that a file of word vectors stands for: the model is as wide as they are.

    Raises UsageError when the file cannot be read.
    """
    if path is None:
        return {}
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as file:
            lines = list(islice(file, 2))  # the first may be a header
        if not lines:
            raise ValueError("it is empty")
        if not (width := len(lines[-1].split(" ")) - 1):
            raise ValueError("a line has one word and no numbers")
        return {"vectors": str(path.resolve()), "vectors_sha256": files.digest(path), "width": width}
    except (OSError, ValueError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        if isinstance(error, UnicodeDecodeError):
            reason = "it is not text in UTF-8"
        raise UsageError(
            f"{path} cannot be read as word vectors: {reason}.",
            "Give a text file with one word and its numbers a line, as GloVe's.",
        ) from error


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what pydantic says of a wrong choice into a UsageError."""
    try:
        yield
    except ValidationError as error:
        found = error.errors()[0]
        option = f"--{str(found['loc'][0]).replace('_', '-')}" if found["loc"] else "The request"
        reason = found["msg"].removeprefix("Input ")
        raise UsageError(f"{option} {reason}, not {found['input']}.", "See the command's --help.") from error


def chosen(**choices: Any) -> dict[str, Any]:
    """The choices that were made: those that are not None."""
    return {name: choice for name, choice in choices.items() if choice is not None}


def same_command(*more: str) -> str:
    """The command line that is running, with `more` added where it lacks it."""
    return shlex.join(["tfl", *sys.argv[1:], *(word for word in more if word not in sys.argv)])
