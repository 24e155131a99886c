"""How long one waits before anything happens, as ratios against named peers.

    python -m benchmarks.start [--corpus real|sample] [--json]

benchmarks/README.md says what each figure means.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.measure import Seconds, in_turns, machine, medians, timed
from tfl import corpora
from tfl.errors import TflError
from tfl.text import tokenized

HELP = "from cli.main import main; main()"  # what the installed script `tfl` does
HELP_ROUNDS, CACHE_ROUNDS = 9, 3


def help_text() -> Seconds:
    """`tfl --help` against a Python that imports Typer and ends: any program made with Typer takes as long."""
    contenders = {
        "import typer": partial(_run, "-c", "import typer"),
        "tfl --help": partial(_run, "-c", HELP, "--help"),
    }
    for run in contenders.values():
        run()  # a warm-up: byte code is written, files come into memory
    return in_turns({name: _seconds("start", run) for name, run in contenders.items()}, HELP_ROUNDS)


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)


def token_cache(corpus: str) -> Seconds:
    """The token ids of a corpus's training split from the cache, against tokenizing its texts anew."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "tokens"

        def anew() -> None:
            tokenized.write(folder, corpora.load(corpus, "train"))

        def again() -> None:  # what `tokenized.tokenized` does when it finds a cache
            assert tokenized.is_whole(folder)
            tokenized.read(folder)

        contenders = {"tokenizing anew": anew, "second start": again}
        return in_turns({name: _seconds("tokens", run) for name, run in contenders.items()}, CACHE_ROUNDS)


def _seconds(task: str, work: Callable[[], None]) -> Callable[[], dict[str, float]]:
    return lambda: {task: timed(work)}


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser("python -m benchmarks.start")
    parser.add_argument("--corpus", choices=corpora.PAIRS, help="default: real where it is on this machine")
    parser.add_argument("--json", action="store_true", help="print everything, each round too, as JSON")
    options = parser.parse_args(arguments)
    name = corpora.PAIRS[options.corpus or corpora.default_pair()][1]
    about = machine()
    try:
        about["corpus"] = corpora.info(name).title
        seconds = help_text() | token_cache(name)
    except TflError as error:
        print(f"✗ {error.message} {error.action}", file=sys.stderr)
        return error.exit_code
    start, tokens = medians(seconds)["start"], medians(seconds)["tokens"]
    ratios = {
        "tfl --help / import typer": start["tfl --help"] / start["import typer"],
        "tokenizing anew / second start": tokens["tokenizing anew"] / tokens["second start"],
    }
    if options.json:
        print(json.dumps({"about": about, "ratios": ratios, "seconds": seconds}, indent=2, ensure_ascii=False))
        return 0
    for key, value in about.items():
        print(f"{key:12} {value}")
    print()
    for task in (start, tokens):
        for contender, figure in task.items():
            print(f"{contender:32} {figure:7.3f} s")
    for key, ratio in ratios.items():
        print(f"{key:32} {ratio:7.1f} ×")
    return 0


if __name__ == "__main__":
    sys.exit(main())
