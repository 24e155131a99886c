"""A finished run back as a model that judges reviews."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from tfl import paths, runs
from tfl.config import Config
from tfl.errors import CacheError, RunError
from tfl.model import TransformerClassifier, load_weights, model_config
from tfl.runs import RunFolder, RunRecord
from tfl.text.vocabulary import Vocabulary

SENTIMENTS = 2  # 0 negative, 1 positive
JUDGES_NO_REVIEWS = {
    "pretrain": "is a pre-training: it knows topics of news, not the sentiment of reviews",
    "baseline": "is the baseline, a yardstick that is not kept as a model",
}


@dataclass(frozen=True)
class LoadedRun:
    """A run with its model (on the CPU, in eval mode) and the words that the model knows."""

    folder: RunFolder
    record: RunRecord
    config: Config
    model: TransformerClassifier
    vocabulary: Vocabulary

    @property
    def corpus(self) -> str:
        """What the run was trained on, as results must name it: "IMDB" or "sample (synthetic)"."""
        return "sample (synthetic)" if self.record.pair == "sample" else self.record.corpus


def load_run(folder: RunFolder) -> LoadedRun:
    """The run that lies in `folder`.

    Raises RunError when it is not finished, judges no reviews, or lacks a file or has a damaged one.
    """
    record = folder.record()
    if record.strategy in JUDGES_NO_REVIEWS:
        raise RunError(
            f"The run {record.id} {JUDGES_NO_REVIEWS[record.strategy]}.",
            "Choose another: `tfl runs list` shows them.",
        )
    if record.state != "finished":
        raise RunError(
            f"The run {record.id} is {record.state}, not finished.",
            "Train it to its end, or choose another: `tfl runs list` shows them.",
        )
    classes = len(record.confusion or []) or SENTIMENTS
    if classes != SENTIMENTS:
        raise RunError(
            f"The run {record.id} tells {classes} classes apart, not negative from positive.",
            "Choose a run that was trained on reviews.",
        )
    again = f"Remove it with `tfl runs remove {record.id}` and train it again."
    try:
        config = Config.model_validate(record.config)
    except ValidationError as error:
        raise RunError(f"The run {record.id} was made by another version of tfl.", again) from error
    try:
        vocabulary = Vocabulary.read(folder.vocabulary)
    except (OSError, UnicodeDecodeError, CacheError) as error:
        raise RunError(f"The vocabulary of the run {record.id} is missing or damaged.", again) from error
    weights = load_weights(folder.path)
    model = TransformerClassifier(model_config(config, len(vocabulary), classes))
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:  # what torch raises for a missing tensor and for one of another shape
        raise RunError(f"The weights of the run {record.id} do not fit its other files.", again) from error
    return LoadedRun(folder, record, config, model.eval(), vocabulary)


def best_run(runs_dir: Path | None = None) -> RunFolder:
    """The finished run to judge reviews with when none is named: never chosen by its test accuracy.

    Real reviews come before the sample; all labels before a few, and whole splits before a part of them, as a
    small validation split flatters by chance; then the highest validation accuracy.

    Raises RunError where there is none.
    """
    root = runs_dir or paths.runs_dir()
    found = [
        record
        for record in runs.list_runs(root)[0]
        if record.state == "finished" and record.validation and record.strategy not in JUDGES_NO_REVIEWS
    ]
    if not found:
        raise RunError(
            f"There is no finished run in {root} that can judge reviews.",
            "Train one, for example with `tfl train full --corpus sample`.",
        )
    return RunFolder(root / max(found, key=_merit).id)


def _merit(record: RunRecord) -> tuple[bool, bool, float, float]:
    assert record.validation
    part = record.config.get("part", 1.0)
    return record.pair == "real", record.labels is None, part, record.validation.accuracy
