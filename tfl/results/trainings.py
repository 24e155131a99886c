"""What has to be trained for each group of figures: folders of runs, and what `tfl` is asked to do there.

Each of these commands uses a finished run that is there already, and goes on with one that was interrupted.
"""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tfl.results import experiments

SEEDS = ("0", "1", "2")
TFL = (sys.executable, "-c", "from cli.main import main; main()")


class Training(NamedTuple):
    """One call of `tfl`."""

    runs: Path
    arguments: tuple[str, ...]

    def __str__(self) -> str:
        return f"TFL_RUNS={self.runs} tfl {shlex.join(self.arguments)}"

    def run(self) -> None:
        """Do it.  Raises CalledProcessError where it fails."""
        self.runs.mkdir(parents=True, exist_ok=True)
        command = [*TFL, *self.arguments]
        with subprocess.Popen(command, env={**os.environ, "TFL_RUNS": str(self.runs)}) as process:
            try:
                code = process.wait()
            except KeyboardInterrupt:
                process.wait()  # it was told, too, and saves its work
                raise
        if code:
            raise subprocess.CalledProcessError(code, command)


def sample(runs: Path) -> Path:
    """Where runs on the sample lie, beside those on the real corpora."""
    return runs / "sample"


def compare(runs: Path) -> Iterator[Training]:
    """The comparison of the strategies."""
    yield Training(runs, ("compare", "--corpus", "real", "--seeds", ",".join(SEEDS), "--labels", "200,1000,all"))


def word_order(runs: Path) -> Iterator[Training]:
    """From scratch with and without places, on the sample too."""
    for folder, pair in ((runs, "real"), (sample(runs), "sample")):
        for order in ((), ("--no-word-order",)):
            yield from _seeds(folder, "scratch", "--corpus", pair, *order)


def layers(runs: Path) -> Iterator[Training]:
    """Choices of layers, on the sample too."""
    for patterns in experiments.LAYERS.values():
        yield from _seeds(runs, "unfreeze", "--corpus", "real", *_layers(patterns))
    for asked in experiments.ON_SAMPLE.values():
        strategy, patterns = asked["strategy"], asked.get("layers", ())
        yield from _seeds(sample(runs), strategy, "--corpus", "sample", "--adapt", *_layers(patterns))


def topics(runs: Path) -> Iterator[Training]:
    """Pre-trained on topics, alone and after the words."""
    for objective in ("words+topic", "topic"):
        for strategy in ("full", "final-layer"):
            yield from _seeds(runs, strategy, "--corpus", "real", "--objective", objective)


TRAININGS: Mapping[str, Callable[[Path], Iterator[Training]]] = {  # of the groups that have runs of their own
    "imdb": compare,
    "word_order": word_order,
    "layers": layers,
    "topics": topics,
}


def _seeds(runs: Path, strategy: str, *arguments: str) -> Iterator[Training]:
    for seed in SEEDS:
        yield Training(runs, ("train", strategy, *arguments, "--seed", seed, "--resume"))


def _layers(patterns: tuple[str, ...]) -> list[str]:
    return [word for pattern in patterns for word in ("--layers", pattern)]
