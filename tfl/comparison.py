"""A comparison: every way to train on the same reviews, and one table of what came of it.

    plan → runs (what is missing is trained, what is there is reused) → a row for each strategy

Nothing heavy is imported with this module: front ends read comparisons too.
"""

import resource
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from tfl import corpora
from tfl.config import CHOSEN_LAYERS, Config, config
from tfl.corpora import CorpusInfo
from tfl.errors import TrainingError, UnknownName
from tfl.events import Notice, Progress
from tfl.runs import RunFolder, RunRecord, wilson_interval

if TYPE_CHECKING:
    from tfl.session import Session

STRATEGIES = ("baseline", "scratch", "final-layer", "unfreeze", "gradual", "head-then-full", "full")
ADAPTED = ("final-layer", "unfreeze", "full")  # compared from both pre-trainings: the large corpus alone, and adapted
FEW_LABELS = ("baseline", "scratch", "final-layer", "full")  # enough for a line of accuracy against labels
LABELS = (200, 1000)  # beside all
QUICK = 0.2  # share of every split


class Spread(BaseModel):
    """A figure over several seeds."""

    model_config = ConfigDict(frozen=True)
    mean: float
    low: float
    high: float


class Row(BaseModel):
    """What came of one strategy, over its seeds."""

    model_config = ConfigDict(frozen=True)
    strategy: str
    adapted: bool = False  # pre-trained on the unlabelled reviews too
    pretrained_on: str = ""
    labels: int | None = None  # None: every one
    labelled: int = 0  # the same as a number
    seeds: list[int] = []
    runs: list[str] = []  # their ids
    parameters_trainable: int = 0
    epochs: float = 0  # mean, as all below
    seconds: float = 0  # of training
    validation: Spread | None = None
    test: Spread | None = None
    test_by_seed: list[float] = []
    interval: tuple[float, float] | None = None  # 95 %, from the number of test examples (Wilson)
    gap: float | None = None  # train − validation accuracy
    confusion: list[list[int]] | None = None  # summed over the seeds; rows are the true classes
    note: str = ""

    @property
    def name(self) -> str:
        """The strategy, and whether it was adapted: "full, adapted"."""
        return f"{self.strategy}, adapted" if self.adapted else self.strategy

    @property
    def origin(self) -> str:
        """What it starts from."""
        return "words and word pairs" if self.strategy == "baseline" else self.pretrained_on or "random weights"


class Pretraining(BaseModel):
    """What came of one pre-training, over its seeds."""

    model_config = ConfigDict(frozen=True)
    objective: str
    pretrained_on: str
    runs: list[str]
    seconds: float
    test: Spread | None = None  # accuracy on the topics of the large corpus, where it learns them


class Outcome(BaseModel):
    """One run of the table, for whoever has the file without the folders of the runs."""

    model_config = ConfigDict(frozen=True)
    id: str
    strategy: str
    adapted: bool
    pretrained_on: str  # empty: random weights
    seed: int
    labels: int | None  # None: every one
    labelled: int  # the same as a number
    seconds: float  # of training
    parameters_trainable: int
    parameters_total: int
    best_epoch: int
    train: float | None  # accuracies
    validation: float | None
    test: float | None
    interval: tuple[float, float] | None  # 95 %, of the test accuracy
    history: list[dict[str, Any]]  # its epochs, as in history.jsonl


class Comparison(BaseModel):
    """The whole table, as `comparison.json` holds it."""

    corpus: str  # "sample (synthetic)" for the sample
    pair: Literal["real", "sample"]
    synthetic: bool
    classes: list[str]
    seeds: list[int]
    command: str  # that makes it again
    notes: list[str]  # what holds for all rows: a part of a corpus, a quick run
    rows: list[Row]
    pretraining: list[Pretraining]
    runs: list[Outcome] = []  # one by one, what the rows are the means of
    figures: list[str] = []  # paths below the folder of the runs
    device: str
    seconds: float  # of all the training in the table, pre-training included, whenever it was done
    seconds_now: float  # that the command took, with reading and testing
    peak_memory: int  # bytes, of this process

    def most_labels(self) -> list[Row]:
        """The rows with the largest number of labels."""
        most = max(row.labelled for row in self.rows)
        return [row for row in self.rows if row.labelled == most]


# ---------------------------------------------------------------------------------------------------------- the plan


def plan(
    seeds: Sequence[int], labels: Sequence[int | None], strategies: Sequence[str] = (), **choices: Any
) -> list[Config]:
    """The runs of a comparison, in the order that shares the most work: one seed and one pre-trained body at a time.

    Without `strategies` there are all with every label, and a few with fewer.
    Raises UnknownName for a strategy that does not exist.
    """
    for name in strategies:
        if name not in STRATEGIES:
            raise UnknownName("strategy", name, STRATEGIES)
    return [
        config(**choices, strategy=strategy, seed=seed, labels=count, adapt=adapt)
        for seed in seeds
        for adapt in (False, True)
        for count in labels
        for strategy in strategies or (STRATEGIES if count is None else FEW_LABELS)
        if strategy in ADAPTED or not adapt
    ]


def default_labels(pair: Literal["real", "sample"], part: float, data_dir: Path | None = None) -> list[int | None]:
    """The label counts that are compared unless told otherwise: those that are a sixth of all or fewer, and all."""
    available = part * corpora.info(corpora.PAIRS[pair][1], data_dir).splits["train"].rows
    return [count for count in LABELS if 6 * count <= available] + [None]


def command(configs: Sequence[Config]) -> str:
    """The line that asks for these runs."""
    seeds = ",".join(map(str, sorted({one.seed for one in configs})))
    counts = sorted({one.labels or sys.maxsize for one in configs})
    labels = ",".join("all" if count == sys.maxsize else str(count) for count in counts)
    asked = {one.strategy for one in configs}
    strategies = "" if asked == set(STRATEGIES) else f" --strategies {','.join(s for s in STRATEGIES if s in asked)}"
    quick = " --quick" if configs[0].part < 1 else ""
    return f"tfl compare --corpus {configs[0].pair} --seeds {seeds} --labels {labels}{strategies}{quick}"


# ---------------------------------------------------------------------------------------------------------- the work


def compare(session: "Session", configs: Sequence[Config]) -> Comparison:
    """Train what is missing of `configs`, and gather what came of all of them.

    Raises UsageError where more labels are asked for than there are.  A strategy whose training fails keeps a row
    that says so.
    """
    started = time.perf_counter()
    materials = session.materials(configs[0])
    labelled = {count: sum(map(len, materials.labelled_rows(count))) for count in {one.labels for one in configs}}
    small, large, device = materials.small, materials.large, session.device.name
    del materials  # the session frees them when it turns to another seed

    outcomes: dict[str, RunRecord | str] = {}
    for done, one in enumerate(configs):
        session.emit(Progress(stage="comparison", done=done, total=len(configs), unit="runs"))
        outcomes[one.id] = _run(session, one)
    records = [record for record in outcomes.values() if isinstance(record, RunRecord)]
    source_ids = dict.fromkeys(record.source for record in records if record.source)
    sources = [*_topics(session, configs), *(RunFolder(session.runs_dir / run).record() for run in source_ids)]
    return Comparison(
        corpus="sample (synthetic)" if small.synthetic else small.title,
        pair=configs[0].pair,
        synthetic=small.synthetic,
        classes=small.classes,
        seeds=sorted({one.seed for one in configs}),
        command=command(configs),
        notes=_notes(configs[0], large, small),
        rows=with_notes(rows(configs, outcomes, labelled)),
        pretraining=pretraining(sources),
        runs=[
            outcome(one, record, labelled[one.labels], RunFolder(session.runs_dir / one.id).history())
            for one in configs
            if isinstance(record := outcomes[one.id], RunRecord)
        ],
        device=device,
        seconds=round(sum(record.seconds for record in [*sources, *records]), 1),
        seconds_now=round(time.perf_counter() - started, 1),
        peak_memory=peak_memory(),
    )


def _topics(session: "Session", configs: Sequence[Config]) -> list[RunRecord]:
    """The pre-training on topics of each seed, tested on the large corpus; left out where strategies were chosen."""
    from tfl.pretraining.pretrain import pretrain

    if not set(STRATEGIES) <= {one.strategy for one in configs}:
        return []
    first = {one.seed: one for one in reversed(configs)}
    choice = {"objective": "words+topic", "adapt": False}
    return [pretrain(session, first[seed].model_copy(update=choice)) for seed in sorted(first)]


def _run(session: "Session", config: Config) -> RunRecord | str:
    """The record of a run, or why there is none: one strategy that fails must not cost the others."""
    from tfl.baseline import INSTALL, is_available, train_baseline
    from tfl.transfer import train

    if config.strategy == "baseline":
        return train_baseline(session, config) if is_available() else f"needs scikit-learn.  {INSTALL}"
    try:
        return train(session, config)
    except TrainingError as error:
        session.emit(Notice(text=f"{config.id} failed. {error}"))
        return f"failed: {error.message}"


def _notes(config: Config, large: CorpusInfo, small: CorpusInfo) -> list[str]:
    notes = [f"{info.title} is a part of the whole ({info.partial})." for info in (large, small) if info.partial]
    if config.part < 1:
        notes.append(f"Quick: {config.part:.0%} of every split.")
    return notes


def peak_memory() -> int:
    """The most memory that this process has held so far, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


# ---------------------------------------------------------------------------------------------------------- the rows


def rows(
    configs: Sequence[Config], outcomes: Mapping[str, RunRecord | str], labelled: Mapping[int | None, int]
) -> list[Row]:
    """A row for each strategy, pre-training and label count: most labels first, then in the order of `STRATEGIES`."""
    groups: dict[tuple[int, int, bool], list[Config]] = {}
    for one in configs:
        key = (-labelled[one.labels], STRATEGIES.index(one.strategy), one.adapt)
        groups.setdefault(key, []).append(one)
    return [_row(groups[key], outcomes, labelled) for key in sorted(groups)]


def _row(configs: Sequence[Config], outcomes: Mapping[str, RunRecord | str], labelled: Mapping[int | None, int]) -> Row:
    first = configs[0]
    row = Row(strategy=first.strategy, adapted=first.adapt, labels=first.labels, labelled=labelled[first.labels])
    found = [outcomes[one.id] for one in configs]
    records = [record for record in found if isinstance(record, RunRecord)]
    missing = "; ".join(dict.fromkeys(reason for reason in found if isinstance(reason, str)))
    if not records:
        return row.model_copy(update={"note": missing})
    test = [record.test.accuracy for record in records if record.test]
    validation = [record.validation.accuracy for record in records if record.validation]
    train = [record.train.accuracy for record in records if record.train]
    matrices = [record.confusion for record in records if record.confusion]
    examples = sum(map(sum, matrices[0]))
    layers = f"layers {' '.join(first.layers or CHOSEN_LAYERS)}" if first.strategy == "unfreeze" else ""
    return row.model_copy(
        update={
            "pretrained_on": _short(records[0].source_kind),
            "seeds": [record.seed for record in records],
            "runs": [record.id for record in records],
            "parameters_trainable": records[0].parameters_trainable,
            "epochs": fmean(record.epochs_run for record in records),
            "seconds": fmean(record.seconds for record in records),
            "validation": spread(validation),
            "test": spread(test),
            "test_by_seed": test,
            "interval": wilson_interval(round(fmean(test) * examples), examples),
            "gap": fmean(train) - fmean(validation),
            "confusion": [[sum(cells) for cells in zip(*line, strict=True)] for line in zip(*matrices, strict=True)],
            "note": missing or layers,
        }
    )


def outcome(config: Config, record: RunRecord, labelled: int, history: list[dict[str, Any]]) -> Outcome:
    """What came of one run."""
    scores = {"train": record.train, "validation": record.validation, "test": record.test}
    return Outcome(
        id=record.id,
        strategy=record.strategy,
        adapted=config.adapt,
        pretrained_on=_short(record.source_kind),
        seed=record.seed,
        labels=record.labels,
        labelled=labelled,
        seconds=record.seconds,
        parameters_trainable=record.parameters_trainable,
        parameters_total=record.parameters_total,
        best_epoch=record.best_epoch,
        interval=record.test_interval,
        history=history,
        **{name: score.accuracy if score else None for name, score in scores.items()},
    )


def with_notes(rows: Sequence[Row]) -> list[Row]:
    """The rows, each saying where it does not earn its keep: below the baseline, or no better than from scratch."""
    tests = {(row.strategy, row.labels): row.test.mean for row in rows if row.test and not row.adapted}

    def noted(row: Row) -> Row:
        notes = [row.note] if row.note else []
        if row.test and row.strategy != "baseline":
            if row.test.mean < tests.get(("baseline", row.labels), 0):
                notes.append("below the linear baseline")
            if row.pretrained_on and row.test.mean <= tests.get(("scratch", row.labels), 0):
                notes.append("no better than from scratch")
        return row.model_copy(update={"note": "; ".join(notes)})

    return [noted(row) for row in rows]


def pretraining(records: Iterable[RunRecord]) -> list[Pretraining]:
    """A row for each pre-training, over its seeds."""
    groups: dict[tuple[str, str], list[RunRecord]] = {}
    for record in records:
        groups.setdefault((record.config["objective"], record.source_kind), []).append(record)
    return [
        Pretraining(
            objective=objective,
            pretrained_on=_short(kind),
            runs=[record.id for record in group],
            seconds=fmean(record.seconds for record in group),
            test=spread([record.test.accuracy for record in group if record.test]),
        )
        for (objective, kind), group in groups.items()
    ]


def spread(values: Sequence[float]) -> Spread | None:
    """Mean, lowest and highest; None of nothing."""
    return Spread(mean=fmean(values), low=min(values), high=max(values)) if values else None


def _short(source_kind: str) -> str:
    """What a pre-training read, short enough for a column."""
    return source_kind.replace("unlabelled ", "").replace(" (synthetic)", "")


def signed(gap: float) -> str:
    """A difference of accuracies, +0.012; one too small to show is +0.000."""
    return f"{round(gap, 3) + 0.0:+.3f}"
