"""`python -m tfl.results [GROUP…] [--runs DIR] [--list | --gather-only]`: measure, and write lessons/results.json.

Without names every group is measured, one after the other; runs that are finished are reused, so a second call is
quick, and one that was interrupted goes on.  --list says what would be trained, and trains nothing.  With --gather-only
nothing is trained either: groups are gathered from the runs that are there.  A group that cannot be gathered keeps the
figures that it has, and its date.  `python -m tfl.results readme` puts the table into README.md.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tfl import course, files, paths
from tfl.errors import TflError
from tfl.lessons.figures import FILE, Group, Results, results
from tfl.results import comparisons, experiments, lab, readme, recommender, texts
from tfl.results.trainings import TRAININGS, sample

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Places:
    """Where runs lie and where plots go."""

    runs: Path
    plots: Path
    lab_report: Path | None = None  # what the benchmark has printed already

    @property
    def sample(self) -> Path:
        return sample(self.runs)


def _comparison(places: Places) -> Group:
    found = comparisons.gather(places.runs)
    comparisons.copy_plots(places.runs, "imdb", places.plots)
    return found


def _lab(places: Places) -> Group:
    if places.lab_report:
        return lab.gather(places.lab_report.read_text(encoding="utf-8"))
    command = (sys.executable, "-m", "benchmarks.training", "--json")
    measured = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    return lab.gather(measured.stdout)  # its exit status says whether targets were reached: not asked here


GROUPS: Mapping[str, Callable[[Places], Group]] = {  # how each group is gathered, once its runs are there
    "model": lambda places: experiments.model(),
    "texts": lambda places: texts.gather(),
    "imdb": _comparison,
    "word_order": lambda places: experiments.word_order({"real": places.runs, "sample": places.sample}),
    "layers": lambda places: experiments.layers(places.runs, places.sample, places.plots),
    "topics": lambda places: experiments.topics(places.runs),
    "recommender": lambda places: recommender.gather(places.runs),
    "lab": _lab,
}


def main(arguments: list[str] | None = None) -> int:
    """Returns 1 when a group could not be gathered, 130 when it was stopped."""
    parser = argparse.ArgumentParser("python -m tfl.results", description=__doc__.partition("\n\n")[2])
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"{', '.join(GROUPS)}, or readme; default: all")
    parser.add_argument("--runs", type=Path, default=paths.runs_dir(), help="folder of the runs (TFL_RUNS)")
    parser.add_argument("--list", action="store_true", help="say what would be trained, and do nothing")
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
        trainings = list(TRAININGS[name](places.runs)) if name in TRAININGS else []
        if options.list:
            print(f"# {name}", *trainings, sep="\n")
            continue
        try:
            if name == "readme":
                readme.write_readme(ROOT / "README.md", results(own))
                continue
            for training in () if options.gather_only else trainings:
                training.run()
            _keep(own, name, GROUPS[name](places))
            print(f"✓ {name}")
        except KeyboardInterrupt:
            print(f"Stopped at {name}.  The same command goes on from there.", file=sys.stderr)
            return 130
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
