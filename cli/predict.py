"""`tfl predict`."""

import re
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import show
from cli.options import Json, RunsDir
from tfl.errors import UsageError
from tfl.jobs import run_job
from tfl.printable import printable

SHOWN_WORDS = 6  # of each kind
SHOWN_TEXT = 100  # characters

app = typer.Typer(add_completion=False)

RunOption = Annotated[
    str | None,
    typer.Option("--run", metavar="ID", help="A run, or the beginning of its id (default: the best finished one)."),
]


@app.command()
def predict(
    text: Annotated[str | None, typer.Argument(metavar="[TEXT]", help="A review; - for standard input.")] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="A file with one text a line; - for standard input."),
    ] = None,
    run: RunOption = None,
    json: Json = False,
    runs_dir: RunsDir = None,
) -> None:
    """Say what a trained model makes of a text, and which words spoke for and against.

    The number after a word is how much of the log-odds of "positive" goes when the model cannot see the word:
    above 0 it spoke for, below 0 against.  An unknown word is one that the model has never learned.

    \b
    Examples:
      tfl predict "Not really dull but really good."
      tfl predict --file reviews.txt --run full-real-s0
      tfl predict "A gripping film." --json | jq '.texts[0].probability'
      pbpaste | tfl predict
    """
    texts = _texts(text, file)
    request = {"texts": texts, "run": run, "runs_dir": str(runs_dir or "")}
    code = show.follow(
        run_job("predict", request),
        quiet=json or len(texts) == 1,
        show_result=show.print_json if json else _show,
    )
    raise typer.Exit(code)


def _texts(text: str | None, file: Path | None) -> list[str]:
    """The texts to judge, from wherever they come.  Raises UsageError where there is none."""
    if text is not None and file is not None:
        raise UsageError("There is a text and a file.", "Give one of them.")
    if text is not None and text != "-":
        return _decoded([text.encode(errors="surrogateescape")], "The text")
    if file is not None and str(file) != "-":
        try:
            return _decoded(_lines(file.read_bytes()), str(file))
        except OSError as error:
            raise UsageError(f"{file} cannot be read: {error.strerror}.", "Give a text file.") from error
    if text is None and file is None and sys.stdin.isatty():
        raise UsageError("There is no text.", 'Give one: tfl predict "A lovely film.", or --file FILE.')
    return _decoded(_lines(sys.stdin.buffer.read()), "Standard input")


def _lines(data: bytes) -> list[bytes]:
    return re.split(rb"\r\n|\r|\n", data.removeprefix(b"\xef\xbb\xbf"))


def _decoded(lines: list[bytes], source: str) -> list[str]:
    """The lines that are not blank.  Raises UsageError when there is none, or one is not UTF-8 text."""
    texts = []
    for number, line in enumerate(lines, start=1):
        if b"\0" in line:
            raise UsageError(f"{source} is not text.", "Give UTF-8 text, one review a line.")
        try:
            texts.append(line.decode())
        except UnicodeDecodeError as error:
            raise UsageError(
                f"{source} is not UTF-8 in line {number}.", "Convert it, for example with iconv."
            ) from error
    texts = [text for text in texts if text.strip()]
    if not texts:
        raise UsageError(f"{source} is empty.", "Give a sentence or more.")
    return texts


def _show(result: dict[str, Any]) -> None:
    show.line(f"{result['run']}, trained on {result['corpus']}", bold=True)
    for found in result["texts"]:
        show.line("")
        show.line(f"{found['label']}, probability of positive {found['probability']:.3f}:")
        show.line(f"  {printable(found['text'], SHOWN_TEXT)}")
        ranked = sorted(found["words"], key=lambda word: word["effect"], reverse=True)
        show.line(f"  for      {_effects(word for word in ranked if word['effect'] >= 0.005)}")
        show.line(f"  against  {_effects(word for word in reversed(ranked) if word['effect'] <= -0.005)}")
        if unknown := [word["word"] for word in found["words"] if not word["known"]]:
            show.line(f"  unknown  {printable('  '.join(unknown))}")
        if found["read"] < found["tokens"]:
            show.line(f"  read     the first and last words, {found['read']:,} of {found['tokens']:,} in all")


def _effects(words: Any) -> str:
    shown = [f"{printable(word['word'])} {word['effect']:+.2f}" for word in words][:SHOWN_WORDS]
    return "  ".join(shown) or "–"
