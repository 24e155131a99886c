"""`python -m tfl.results [GROUP…] [--runs DIR] [--gather-only]`: measure, and write lessons/results.json.

Without names every group is measured, one after the other; runs that are finished are reused, so a second call is
quick.  With --gather-only nothing is trained: groups are gathered from the runs that are there.  A group that cannot be
gathered keeps the figures that it has, and its date.  `python -m tfl.results readme` puts the table into README.md.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tfl import course, files, paths
from tfl.errors import TflError
from tfl.lessons.figures import FILE, Group, Results, results
from tfl.results import comparisons, experiments, lab, readme, recommender, texts

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ("0", "1", "2")
PYTHON = (sys.executable, "-m")
TFL = (sys.executable, "-c", "from cli.main import main; main()")


@dataclass(frozen=True)
class Places:
    """Where runs lie and where plots go."""

    runs: Path
    plots: Path
    lab_report: Path | None = None  # what the benchmark has printed already

    @property
    def sample(self) -> Path:
        return self.runs / "sample"


def _compare(places: Places) -> None:
    _tfl(places.runs, "compare", "--corpus", "real", "--seeds", ",".join(SEEDS), "--labels", "200,1000,all")


def _word_order(places: Places) -> None:
    for runs, pair in ((places.runs, "real"), (places.sample, "sample")):
        for seed in SEEDS:
            _tfl(runs, "train", "scratch", "--corpus", pair, "--seed", seed)
            _tfl(runs, "train", "scratch", "--corpus", pair, "--seed", seed, "--no-word-order")


def _layers(places: Places) -> None:
    for patterns in experiments.LAYERS.values():
        chosen = [word for pattern in patterns for word in ("--layers", pattern)]
        for seed in SEEDS:
            _tfl(places.runs, "train", "unfreeze", "--corpus", "real", "--seed", seed, *chosen)


def _topics(places: Places) -> None:
    for objective in ("words+topic", "topic"):
        for strategy in ("full", "final-layer"):
            for seed in SEEDS:
                _tfl(places.runs, "train", strategy, "--corpus", "real", "--seed", seed, "--objective", objective)


def _tfl(runs: Path, *arguments: str) -> None:
    runs.mkdir(parents=True, exist_ok=True)
    subprocess.run([*TFL, *arguments], check=True, env={**os.environ, "TFL_RUNS": str(runs)})


def _comparison(places: Places) -> Group:
    found = comparisons.gather(places.runs)
    comparisons.copy_plots(places.runs, "imdb", places.plots)
    return found


def _lab(places: Places) -> Group:
    if places.lab_report:
        return lab.gather(places.lab_report.read_text(encoding="utf-8"))
    measured = subprocess.run([*PYTHON, "benchmarks.training", "--json"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    return lab.gather(measured.stdout)  # its exit status says whether targets were reached: not asked here


def _nothing(places: Places) -> None:
    """This group needs no runs of its own."""


GROUPS: Mapping[str, tuple[Callable[[Places], None], Callable[[Places], Group]]] = {  # name → train, gather
    "model": (_nothing, lambda places: experiments.model()),
    "texts": (_nothing, lambda places: texts.gather()),
    "imdb": (_compare, _comparison),
    "word_order": (
        _word_order,
        lambda places: experiments.word_order({"real": places.runs, "sample": places.sample}),
    ),
    "layers": (_layers, lambda places: experiments.layers(places.runs, places.plots)),
    "topics": (_topics, lambda places: experiments.topics(places.runs)),
    "recommender": (_nothing, lambda places: recommender.gather(places.runs)),
    "lab": (_nothing, _lab),
}


def main(arguments: list[str] | None = None) -> int:
    """Returns 1 when a group could not be gathered."""
    parser = argparse.ArgumentParser("python -m tfl.results", description=__doc__.partition("\n\n")[2])
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"{', '.join(GROUPS)}, or readme; default: all")
    parser.add_argument("--runs", type=Path, default=paths.runs_dir(), help="folder of the runs (TFL_RUNS)")
    parser.add_argument("--gather-only", action="store_true", help="train nothing")
    parser.add_argument(
        "--lab-report", type=Path, help="what `benchmarks.training --json` printed, to be taken for lab"
    )
    options = parser.parse_args(arguments)
    if unknown := set(options.groups) - {*GROUPS, "readme"}:
        parser.error(f"there is no group called {', '.join(sorted(unknown))}")
    own = course.load()
    places = Places(options.runs.resolve(), own.lessons / "plots", options.lab_report)
    failed = False
    for name in options.groups or GROUPS:
        try:
            if name == "readme":
                readme.write_readme(ROOT / "README.md", results(own))
                continue
            train, gather = GROUPS[name]
            if not options.gather_only:
                train(places)
            _keep(own, name, gather(places))
            print(f"✓ {name}")
        except (TflError, OSError, ValueError, subprocess.CalledProcessError) as error:
            failed = True
            print(f"✗ {name} stays as it was: {error}", file=sys.stderr)
    return int(failed)


def _keep(own: course.Course, name: str, group: Group) -> None:
    kept = results(own)
    everything = Results(groups={**kept.groups, name: group})
    files.write_json(own.lessons / FILE, everything.model_dump(mode="json", exclude_defaults=True))


if __name__ == "__main__":
    sys.exit(main())
