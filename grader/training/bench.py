"""The trusted side of a training: the reference, the learner's process, and a second look at what it left.

Every accuracy in a report was measured here, by the reference, on weights: also those of the learner's runs.
"""

import hashlib
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from grader.training import Options
from grader.training import assignment as assignments
from grader.training.assignment import Assignment
from grader.training.report import YOURS, Finding, Report, Row, Share
from grader.training.supervisor import Ended, employ
from tfl import paths, plots, transfer
from tfl.batches import Examples
from tfl.config import Config, config
from tfl.course import Course, Exercise
from tfl.device import Device, choose_device
from tfl.errors import RunError, TrainingError
from tfl.evaluation import Evaluation, evaluate
from tfl.events import Epoch, Event, Stage
from tfl.model import TransformerClassifier, load_weights, model_config
from tfl.phase import Phase
from tfl.pretraining.pretrain import pretrain
from tfl.runs import RunFolder, RunRecord, Score
from tfl.session import Session
from tfl.strategies import find, is_small, plan

PART = 0.2  # of the real corpora, unless all of them are asked for
LIMIT, FULL_LIMIT = 300.0, 6 * 3600.0  # seconds for the learner's process
ROUNDING = 0.01  # accuracies nearer than this are the same: batches of other sizes round differently
GRADED = "graded"  # the learner's runs lie here, below the folder of the runs, and are never taken for a run

Histories = dict[str, list[dict[str, Any]]]


@dataclass
class Bench:
    """What a program works with."""

    course: Course
    exercise: Exercise
    file: str
    source: str
    options: Options
    pair: str
    room: Path  # an empty folder that goes when all is done
    emit: Callable[[Event], None]
    started: float = field(default_factory=time.perf_counter)
    notes: list[str] = field(default_factory=list)
    walls: str = ""
    histories: Histories = field(default_factory=dict)  # of every row with epochs, by the row's label

    def __post_init__(self) -> None:
        self.inputs, self.scratch = self.room / "inputs", self.room / "scratch"
        self.inputs.mkdir()  # what the learner's process may read
        self.scratch.mkdir()  # and its temporary files
        self.runs_dir = (self.options.runs_dir or paths.runs_dir()).resolve()
        digest = hashlib.sha256(self.source.encode()).hexdigest()[:8]
        self.folder = self.runs_dir / GRADED / f"{self.exercise.id}-{self.pair}-{digest}"
        shutil.rmtree(self.folder, ignore_errors=True)  # this submission's earlier training, which is done anew
        try:
            self.folder.mkdir(parents=True)
        except OSError as error:
            raise RunError(
                f"The folder {self.folder} cannot be made: {error.strerror}.",
                "Choose another place for runs with --runs-dir or TFL_RUNS.",
            ) from error
        precision = self.options.choices.get("precision", "auto")
        # A learner's process has no GPU behind its walls, and times are compared: so nobody has one here.
        self.device: Device = choose_device(precision, self.options.threads, force_cpu=True)
        self.session = Session(self.runs_dir, self.device, self.emit, self.options.data_dir)

    # ------------------------------------------------------------------------------------------------- the corpora

    def config(self, strategy: str, pair: str | None = None, **choices: Any) -> Config:
        """The configuration of a run on the chosen amount of the chosen pair of corpora."""
        pair = pair or self.pair
        part = 1.0 if self.options.full or pair == "sample" else PART
        return config(**{"strategy": strategy, "pair": pair, "part": part, **choices, **self.options.choices})

    def corpus(self, chosen: Config) -> str:
        """The title of its small corpus, as results must name it."""
        return "sample (synthetic)" if chosen.pair == "sample" else self.session.materials(chosen).small.title

    def size(self, chosen: Config) -> str:
        """How much of the corpus is used, for people."""
        materials = self.session.materials(chosen)
        data, test = materials.small_data(chosen.labels), len(materials.small_test)
        share = "" if chosen.part == 1 else f", a stratified {chosen.part:.0%}"
        return (
            f"{len(data.train):,} reviews to train on, {len(data.validation):,} for validation, "
            f"{test:,} for test{share}"
        )

    # ----------------------------------------------------------------------------------------------- the reference

    def reference(self, name: str, chosen: Config) -> Row:
        """A run of the reference: the one in the folder of the runs where it is finished, else trained now."""
        folder = RunFolder(self.runs_dir / chosen.id)
        before = folder.record() if folder.record_file.exists() else None
        record = transfer.train(self.session, chosen)
        self.histories[name] = folder.history()
        data = self.session.materials(chosen).small_data(chosen.labels)
        return Row(
            name=name,
            whose="reference",
            corpus=self.corpus(chosen),
            run=record.id,
            reused=record == before,
            epochs=record.epochs_run,
            best_epoch=record.best_epoch,
            seconds=record.seconds,
            parameters_trainable=record.parameters_trainable,
            parameters_total=record.parameters_total,
            train=record.train.accuracy if record.train else None,
            validation=_share(record.validation, len(data.validation)),
            test=_share(record.test, len(self.session.materials(chosen).small_test)),
        )

    def keeping(self, name: str) -> Callable[[Event], None]:
        """Passes events on like `emit`, and keeps their epochs as the history of the row of this name."""
        history = self.histories.setdefault(name, [])

        def emit(event: Event) -> None:
            if isinstance(event, Epoch):
                history.append(event.model_dump(exclude={"event", "run"}))
            self.emit(event)

        return emit

    def model(self, chosen: Config, folder: Path) -> TransformerClassifier:
        """The reference model with the weights that lie in a folder.

        What a positional encoding of one's own has kept is left out, as the reference computes it.
        Raises TrainingError when they are not the weights of such a model.
        """
        path = folder / "model.safetensors"
        if path.is_symlink() or not path.is_file():
            raise TrainingError(f"Training with your code has left no weights in {folder}.", "Grade it again.")
        materials = self.session.materials(chosen)
        model = TransformerClassifier(model_config(chosen, len(materials.vocabulary), len(materials.small.classes)))
        weights = {name: value for name, value in load_weights(folder).items() if not name.startswith("positions.")}
        try:
            model.load_state_dict(weights)
        except RuntimeError as error:  # what torch raises for a missing tensor and for one of another shape
            raise TrainingError(
                f"The weights in {folder} are not those of the model that was to be trained.", "Grade it again."
            ) from error
        return model.to(self.device.torch)

    # ------------------------------------------------------------------------------------------------- the learner

    def assignment(self, name: str, chosen: Config, phases: list[Phase] | None = None) -> Assignment:
        """A training as plain data, with its examples and weights among the inputs."""
        materials = self.session.materials(chosen)
        what = repr((chosen.pair, chosen.part, chosen.labels, chosen.vocabulary, chosen.small_tokens))
        data_file = f"{hashlib.sha256(what.encode()).hexdigest()[:8]}.data"
        if not (self.inputs / data_file).exists():
            assignments.write_data(materials.small_data(chosen.labels), self.inputs / data_file)
        weights, classes = "", 0
        if find(chosen.strategy).pretrained:
            source = pretrain(self.session, chosen)
            weights, classes = f"{source.id}.weights", len(materials.large.classes)
            if not (self.inputs / weights).exists():
                shutil.copyfile(self.runs_dir / source.id / "model.safetensors", self.inputs / weights)
        shapes = model_config(chosen, len(materials.vocabulary), len(materials.small.classes))
        return Assignment(
            name=name,
            data=data_file,
            model=shapes.as_dict(),
            phases=assignments.as_plain(phases or plan(chosen)),
            recipe={"seed": chosen.seed, "patience": 99 if is_small(chosen) else 1},
            weights=weights,
            source_classes=classes,
            seed=chosen.seed,
        )

    def theirs(
        self, parts: Sequence[str], given: Sequence[Assignment] = (), names: Sequence[str] = (), **more: Any
    ) -> Ended:
        """Have the assignments done with the learner's functions in place of the named parts of the engine.

        `more` goes to the program's other side as it is.  Epochs that arrive are kept although it fails or is stopped.
        """
        self.emit(Stage(name="training with your code", detail=self.file))
        limit = self.options.limit or (FULL_LIMIT if self.options.full else LIMIT)
        threads = torch.get_num_threads()
        request = {
            "source": self.source,
            "file": self.file,
            "parts": list(parts),
            "program": self.exercise.training,
            "assignments": [one.model_dump(mode="json") for one in given],
            "more": more,
            "inputs": str(self.inputs),
            "folder": str(self.folder),
            "scratch": str(self.scratch),
            "precision": "bfloat16" if self.device.bfloat16 else "float32",
            "threads": threads,
            "cpu_seconds": int(limit * threads) + 60,
        }
        names = [*(one.name for one in given), *names]
        histories: Histories = {}
        ended = employ(request, names, self.emit, limit, histories)
        self.walls = ended.walls
        self.histories |= {f"{YOURS}{name}": history for name, history in histories.items()}
        return ended

    def measured(self, given: Assignment, chosen: Config, ended: Ended, validation: Examples | None = None) -> Row:
        """The row of a training that the learner's process has done: what its weights give, measured here.

        `validation`: the examples that it was stopped by, where it has held them out itself.
        """
        told, folder = ended.found.get(given.name) or {}, self.folder / given.name
        model = self.model(chosen, folder)
        materials = self.session.materials(chosen)
        if validation is None:
            validation = assignments.read_data(self.inputs / given.data).validation
        self.emit(Stage(name="measuring your weights with the reference", detail=given.name))
        held_out, test = (evaluate(model, examples, self.device) for examples in (validation, materials.small_test))
        history = ended.histories.get(given.name, [])
        best = max(history, key=lambda epoch: epoch["validation_accuracy"] or 0, default={})
        row = Row(
            name=given.name,
            whose="yours",
            corpus=self.corpus(chosen),
            run=str(folder.relative_to(self.runs_dir)),
            epochs=len(history),
            best_epoch=best.get("epoch"),
            seconds=_number(told.get("seconds")),
            parameters_trainable=_whole(told.get("trainable")),
            parameters_total=sum(p.numel() for p in model.parameters()),
            train=best.get("train_accuracy"),
            validation=share(held_out, validation),
            test=share(test, materials.small_test),
            told_validation=best.get("validation_accuracy"),
        )
        self.doubt(row)
        self._keep(row, chosen, held_out, test, history)
        return row

    def doubt(self, row: Row) -> None:
        """Say so when the process with the learner's code has told another accuracy than its weights give."""
        told, found = row.told_validation, row.validation
        if told is None or found is None or abs(told - found.value) <= max(ROUNDING, 2 / found.count):
            return
        self.notes.append(
            f"“{row.name}”: the process with your code said {told:.3f} on validation, but its weights give "
            f"{found.value:.3f} with the reference.  The table shows what the weights give."
        )

    def _keep(
        self, row: Row, chosen: Config, validation: Evaluation, test: Evaluation, history: list[dict[str, Any]]
    ) -> None:
        """Write the learner's run down as runs are, with what was measured here."""
        folder = self.runs_dir / row.run
        record = RunRecord(
            id=row.run,
            strategy=chosen.strategy,
            pair=chosen.pair,
            corpus=row.corpus,
            seed=chosen.seed,
            labels=chosen.labels,
            state="finished",
            config=chosen.model_dump(mode="json"),
            device=self.device.name,
            threads=torch.get_num_threads(),
            parameters_total=row.parameters_total or 0,
            parameters_trainable=row.parameters_trainable or 0,
            seconds=row.seconds or 0.0,
            best_epoch=row.best_epoch or 0,
            epochs_run=len(history),
            notes=[f"trained with {self.file}; measured with the reference"],
            validation=Score(loss=validation.loss, accuracy=validation.accuracy),
            **test.results(),
        )
        kept = RunFolder(folder)
        kept.save(record)
        kept.write_history(history)
        (folder / "checkpoint.safetensors").unlink(missing_ok=True)
        if history:
            plots.run_curves(record.model_copy(update={"strategy": f"{row.name} (yours)"}), history, kept.curves)

    # -------------------------------------------------------------------------------------------------- the report

    def report(
        self,
        chosen: Config,
        title: str,
        claim: str,
        finding: Finding,
        rows: list[Row],
        chart: list[str],
        figures: Sequence[Path] = (),
        corpus: str = "",
    ) -> Report:
        """What the programs have in common when they are done."""
        if reused := [row.name for row in rows if row.reused]:
            self.notes.append(f"Trained earlier, and reused: {', '.join(reused)}.")
        return Report(
            exercise=self.exercise.id,
            title=title,
            corpus=corpus or self.corpus(chosen),
            size=self.size(chosen),
            claim=claim,
            shown=finding.shown,
            finding=finding.text,
            rows=rows,
            plots=[str(path.with_suffix(suffix)) for path in figures for suffix in (".png", ".svg")],
            chart=chart,
            seconds=round(time.perf_counter() - self.started, 1),
            device=self.device.name,
            isolation=self.walls,
            folder=str(self.folder),
            notes=self.notes,
        )


def share(found: Evaluation, examples: Examples) -> Share:
    """An evaluation's accuracy, with its interval."""
    return Share.of(round(found.accuracy * len(examples)), len(examples))


def right(logits: Tensor, labels: Tensor, rows: Sequence[int] | None = None) -> Share:
    """How many of the examples, or of those in some rows, the logits (n, c) are right on."""
    correct = logits.argmax(dim=1) == labels
    chosen = correct if rows is None else correct[list(rows)]
    return Share.of(int(chosen.sum()), len(chosen))


def _share(score: Score | None, count: int) -> Share | None:
    return Share.of(round(score.accuracy * count), count) if score else None


def _number(value: Any) -> float | None:
    """A number that the learner's process has told, if it is one."""
    return float(value) if isinstance(value, int | float) and 0 <= value < 1e9 else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and 0 <= value < 1 << 40 else None
