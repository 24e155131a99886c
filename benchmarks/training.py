"""How fast the engine trains and evaluates, as ratios against named peers, on the same reviews in one run.

    python -m benchmarks.training [--corpus real|sample] [--reviews N] [--json]

The peers are the lab (`benchmarks/lab_baseline.py`) and our own model written plainly
(`benchmarks/plain_encoder.py`).  benchmarks/README.md says what each figure means.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import torch

from benchmarks import lab_baseline, plain_encoder
from benchmarks.measure import Seconds, in_turns, machine, medians, timed
from benchmarks.reviews import FEWEST, Material, read
from cli.show import table
from tfl import corpora
from tfl.batches import make_batches
from tfl.config import Config, config
from tfl.device import Device, choose_device
from tfl.errors import TflError
from tfl.evaluation import evaluate
from tfl.model import TransformerClassifier, model_config
from tfl.strategies import plan
from tfl.training import Data, Recipe, Training

ROUNDS = 3
REVIEWS = {"real": 2000, "sample": 400}
RECIPE = Recipe(steps=1)  # batches as large as those of the whole corpus, although only a part is trained on

FULL = "full fine-tuning, an epoch"
FINAL = "final layer, an epoch"
FINAL_ALL = "final layer, an epoch + share of features"
EVALUATION = "evaluation, 1,000 reviews"
LAB, PLAIN = "lab", "plain encoder"
FORMATS = {"float32": "tfl float32", "bfloat16": "tfl bfloat16"}

COMPARED: dict[tuple[str, str], float | None] = {  # what, against whom → the ratio to reach on IMDB
    (FULL, LAB): 10,
    (FINAL, LAB): 100,
    (FINAL_ALL, LAB): None,
    (EVALUATION, LAB): 8,
    (FULL, PLAIN): 1.5,
}
WHOLE = {FULL: 22_500, EVALUATION: 25_000}  # reviews of IMDB that these take in the default comparison

Run = Callable[[Material], dict[str, float]]  # returns the seconds of each thing that it did


# - the contenders ------------------------------------------------------------------------------------------


class Lab:
    """The lab's model in the lab's loop."""

    def __init__(self, classes: int) -> None:
        self.model = lab_baseline.LabModel(lab_baseline.random_vectors(lab_baseline.GLOVE_WORDS), classes)
        self.frozen = lab_baseline.LabModel(self.model.words.weight, classes)
        lab_baseline.final_layer_only(self.frozen, classes)

    def full(self, material: Material) -> dict[str, float]:
        return {FULL: self._epoch(self.model, material)}

    def final_layer(self, material: Material) -> dict[str, float]:
        seconds = self._epoch(self.frozen, material)
        return {FINAL: seconds, FINAL_ALL: seconds}  # each epoch runs the frozen body again

    def evaluation(self, material: Material) -> dict[str, float]:
        batches = lab_baseline.loader(material.test.lab)
        return _per_thousand(material, partial(lab_baseline.evaluate, self.model, batches))

    def _epoch(self, model: lab_baseline.LabModel, material: Material) -> float:
        return timed(partial(lab_baseline.train, model, material.train.lab, material.validation.lab, epochs=1))


class Ours:
    """The engine itself, in one number format."""

    def __init__(self, settings: Config, classes: int, device: Device, folder: Path) -> None:
        self.settings, self.device, self.folder = settings, device, folder
        self.model = TransformerClassifier(model_config(settings, settings.vocabulary, classes))

    def full(self, material: Material) -> dict[str, float]:
        return {FULL: self._epochs("full", material, epochs=1)[0]}

    def final_layer(self, material: Material) -> dict[str, float]:
        epochs = self._epochs("final-layer", material)  # the features are computed within the first
        return {FINAL: statistics.median(epochs[1:]), FINAL_ALL: statistics.mean(epochs)}

    def evaluation(self, material: Material) -> dict[str, float]:
        return _per_thousand(material, partial(evaluate, self.model, material.test.ours, self.device))

    def _epochs(self, strategy: str, material: Material, epochs: int | None = None) -> list[float]:
        """The seconds of each epoch of a strategy's only phase, as the engine itself reports them."""
        (phase,) = plan(self.settings.model_copy(update={"strategy": strategy}))
        training = Training(
            run="benchmark",
            model=self.model,
            data=Data(material.train.ours, material.validation.ours),
            recipe=RECIPE,
            device=self.device,
            folder=self.folder,
            emit=lambda event: None,
        )
        progress = training.fit([replace(phase, epochs=epochs or phase.epochs)])
        return [epoch["seconds"] for epoch in progress.history]


class Plain:
    """The engine's model, written and trained as in a tutorial."""

    def __init__(self, settings: Config, classes: int) -> None:
        self.model = plain_encoder.PlainClassifier(model_config(settings, settings.vocabulary, classes))
        self.rate = plan(settings)[-1].rate

    def full(self, material: Material) -> dict[str, float]:
        train, validation = material.train.ours, material.validation.ours
        size = round(len(train) / len(make_batches(train, RECIPE.batch_tokens, 0)))  # on average as ours
        epoch = partial(plain_encoder.train, self.model, train, validation, size, self.rate, RECIPE)
        return {FULL: timed(epoch)}


def _per_thousand(material: Material, work: Callable[[], object]) -> dict[str, float]:
    return {EVALUATION: timed(work) * 1000 / len(material.test)}


# - measuring and reporting ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ratio:
    """How many times as long a peer takes for something."""

    task: str
    peer: str
    peer_seconds: float
    tfl_seconds: float
    ratio: float  # in the number format that tfl chooses on this machine
    by_format: dict[str, float]
    target: float | None
    reached: bool


def measure(settings: Config, material: Material) -> Seconds:
    """Seconds of every task and contender, the contenders in turns within each task."""
    classes = int(material.train.ours.labels.max()) + 1
    lab, plain = Lab(classes), Plain(settings, classes)
    with tempfile.TemporaryDirectory() as folder:
        ours = {
            name: Ours(settings, classes, choose_device(number_format, force_cpu=True), Path(folder))
            for number_format, name in FORMATS.items()
        }
        full: dict[str, Run] = {LAB: lab.full, PLAIN: plain.full}
        final_layer: dict[str, Run] = {LAB: lab.final_layer}
        evaluation: dict[str, Run] = {LAB: lab.evaluation}
        for name, one in ours.items():
            full[name], final_layer[name], evaluation[name] = one.full, one.final_layer, one.evaluation
        seconds: Seconds = {}
        for contenders in (full, final_layer, evaluation):
            for run in contenders.values():
                run(material.first(FEWEST))  # a warm-up
            seconds |= in_turns({name: partial(run, material) for name, run in contenders.items()}, ROUNDS)
    return seconds


def ratios(seconds: Seconds, number_format: str, targets: bool) -> list[Ratio]:
    """Every comparison.  The ratio of `number_format` is the one that has to reach the target."""
    found = []
    for (task, peer), aim in COMPARED.items():
        figures, target = medians(seconds)[task], aim if targets else None
        by_format = {key: figures[peer] / figures[name] for key, name in FORMATS.items()}
        own, ratio = figures[FORMATS[number_format]], by_format[number_format]
        reached = target is None or ratio >= target
        found.append(Ratio(task, peer, figures[peer], own, ratio, by_format, target, reached))
    return found


def show(found: list[Ratio], count: int, extrapolate: bool) -> None:
    """Print the comparisons for people."""
    rows = []
    for one in found:
        target = "" if one.target is None else f"{'✓' if one.reached else '✗'} ≥ {one.target:g}"
        formats = [f"{ratio:.1f}×" for ratio in one.by_format.values()]
        figures = [f"{one.peer_seconds:.2f}", f"{one.tfl_seconds:.3f}", f"{one.ratio:.1f}×", target]
        rows.append([one.task, one.peer, *figures, *formats])
    columns = ["", "peer", "seconds", "tfl", "ratio", "target", *(f"in {name}" for name in FORMATS)]
    table(columns, rows, right=["seconds", "tfl", "ratio", *columns[-2:]])
    if not extrapolate:
        print("There are targets for IMDB only: the synthetic reviews are too short to tell.")
        return
    for one in found:
        if one.peer == LAB and one.task in WHOLE:
            times = WHOLE[one.task] / (count if one.task == FULL else 1000)
            lab, own = one.peer_seconds * times, one.tfl_seconds * times
            what = one.task.partition(",")[0]
            print(f"Extrapolated, {what} of {WHOLE[one.task]:,} reviews: lab {lab:.0f} s, tfl {own:.0f} s.")


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; returns 1 when a target is missed on IMDB."""
    parser = argparse.ArgumentParser("python -m benchmarks.training")
    parser.add_argument("--corpus", choices=corpora.PAIRS, help="default: real where it is on this machine")
    parser.add_argument("--reviews", type=int, help="how many to train on; default 2000 real, 400 of the sample")
    parser.add_argument("--json", action="store_true", help="print everything, each round too, as JSON")
    options = parser.parse_args(arguments)
    pair = options.corpus or corpora.default_pair()
    settings = config(pair=pair, strategy="full")
    number_format = "bfloat16" if choose_device(force_cpu=True).bfloat16 else "float32"
    try:
        material = read(settings, options.reviews or REVIEWS[pair])
    except TflError as error:
        print(f"✗ {error.message} {error.action}", file=sys.stderr)
        return error.exit_code
    about = {
        **machine(),
        "torch": f"{torch.__version__}, {torch.get_num_threads()} threads",
        "precision": f"{number_format}, which tfl chooses here; the peers run in float32",
        "corpus": corpora.info(corpora.PAIRS[pair][1]).title,
        "reviews": str(material),
        "figures": f"medians of {ROUNDS} rounds",
    }
    seconds = measure(settings, material)
    found = ratios(seconds, number_format, targets=pair == "real")
    if options.json:
        report = {"about": about, "ratios": [asdict(one) for one in found], "seconds": seconds}
        print(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        for name, value in about.items():
            print(f"{name:12} {value}")
        print()
        show(found, len(material.train), extrapolate=pair == "real")
    return 0 if all(one.reached for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
