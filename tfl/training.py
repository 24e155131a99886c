"""The training loop, all of it.

A strategy is a list of phases.  A phase says which layers train, for how many epochs, at what rate:

    full           everything
    final-layer    classifier
    gradual        classifier → + last encoder layer → + first encoder layer → everything → classifier

Two kinds of phase look different to a processor.  Where only the classifier trains, the frozen features are computed
once and the epochs run over them (`tfl/frozen.py`).  Everywhere else each step is: batch, logits, loss, gradients,
clip, update.

The loop keeps the weights of the epoch with the highest validation accuracy (of equal ones, that with the lower loss),
stops early when it has not risen for `patience` epochs, and saves a checkpoint every few seconds from which it
continues to the same result.
"""

import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from tfl import frozen
from tfl.batches import Examples, collate, make_batches, padded
from tfl.checkpoint import FILE, Checkpoint, Progress, random_states, save_checkpoint
from tfl.device import Device
from tfl.errors import PatternError, TrainingError
from tfl.evaluation import evaluate
from tfl.events import Epoch, Event, Step
from tfl.model import TransformerClassifier, load_weights, save_weights
from tfl.parts import REFERENCE, Parts
from tfl.phase import Phase
from tfl.runs import RunFolder
from tfl.text.vocabulary import SPECIALS, UNK

CHECKPOINT_SECONDS = 20.0
REPORT_SECONDS = 0.25


@dataclass(frozen=True)
class Recipe:
    """What every phase of a training shares."""

    batch_tokens: int = 8192  # tokens in a batch, padding included …
    steps: int = 40  # … or fewer tokens, where an epoch would have fewer steps than this
    weight_decay: float = 0.01
    warmup: float = 0.1  # share of a phase's steps in which the rate climbs; then it falls to zero
    clip: float = 1.0  # longest gradient that is followed
    patience: int = 1  # epochs without a better validation accuracy before the last phase ends
    word_dropout: float = 0.1  # share of words that a training step replaces by <unk>
    seed: int = 0


@dataclass(frozen=True)
class Data:
    """What a training sees: the examples it learns from and those it is stopped by.  Never the test split."""

    train: Examples
    validation: Examples


@dataclass
class Training:
    """A training in progress: the model and everything around it that does not change from phase to phase."""

    run: str
    model: TransformerClassifier
    data: Data
    recipe: Recipe
    device: Device
    folder: Path  # where the checkpoint and the best weights go
    emit: Callable[[Event], None]
    parts: Parts = REFERENCE
    features: frozen.Features | None = None  # frozen features that other trainings have already computed

    def fit(self, phases: list[Phase], resume: bool = False) -> Progress:
        """Train through the phases and leave the best weights in the model and in `folder`.

        Raises KeyboardInterrupt after saving a checkpoint when asked to stop, TrainingError when the loss stops
        being a number, PatternError when a phase names layers that the model does not have.
        """
        checkpoint = Checkpoint(self.folder) if resume and (self.folder / FILE).exists() else None
        progress = checkpoint.progress if checkpoint else Progress()
        if checkpoint:
            checkpoint.restore_model(self.model, self.device.rank)
        if self.device.rank and not (checkpoint and checkpoint.knows(self.device.rank)):
            torch.manual_seed(self.recipe.seed + self.device.rank)  # same weights, but other features dropped out
        if self.device.rank == 0:
            self.run_folder.write_history(progress.history)  # a killed process may have added an epoch more
        for phase in phases:  # layers that do not exist are told before the first epoch
            self._enter(phase)
        with stop_requests() as stop:
            for index in range(progress.phase, len(phases)):
                self._enter(phases[index])
                if frozen.only_classifier_trains(self.model):
                    self._fit_classifier(phases, index, progress, stop)
                else:
                    self._fit_layers(phases, index, progress, checkpoint, stop)
                checkpoint = None
                progress.phase, progress.epoch, progress.step, progress.stale = index + 1, 0, 0, 0
                self._save(None, progress)
                self._obey(stop)
        self._enter(phases[-1])  # also where a checkpoint said that nothing was left to do
        self._take_best()
        return progress

    def _take_best(self) -> None:
        """Go on with the best weights yet."""
        if self.device.world > 1:
            torch.distributed.barrier()  # the first process has written them
        self.model.load_state_dict(load_weights(self.folder))

    @property
    def run_folder(self) -> RunFolder:
        """The folder as that of a run, which keeps the history."""
        return RunFolder(self.folder)

    def _enter(self, phase: Phase) -> None:
        choose_layers(self.model, phase, self.parts)
        self.model.train_unfrozen()

    # ------------------------------------------------------------------------------ any layers: the usual loop

    def _fit_layers(
        self, phases: list[Phase], index: int, progress: Progress, checkpoint: Checkpoint | None, stop: "Stop"
    ) -> None:
        phase, recipe, data = phases[index], self.recipe, self.data
        optimizer = self._optimizer(phase)
        if checkpoint and checkpoint.has_optimizer:
            checkpoint.restore_optimizer(optimizer)
        forward: nn.Module = self.model
        if self.device.world > 1:
            forward = DistributedDataParallel(self.model)
        widths = [padded(length) for length in data.train.lengths]
        budget = min(recipe.batch_tokens, max(sum(widths) // recipe.steps, max(widths)))
        clock = time.perf_counter() - progress.seconds
        saved = reported = time.perf_counter()

        last = all(later.head_only for later in phases[index + 1 :])
        while progress.epoch < phase.epochs and not (last and progress.stale >= recipe.patience):
            seed = 1000 * recipe.seed + 100 * index + progress.epoch
            batches = make_batches(data.train, budget, seed, self.parts)
            self.model.train_unfrozen()
            for indices in batches[progress.step :]:
                share = scheduled(
                    progress.epoch * len(batches) + progress.step, phase.epochs * len(batches), recipe.warmup
                )
                for group in optimizer.param_groups:
                    group["lr"] = share * group["peak"]

                own = indices[self.device.rank :: self.device.world]
                tokens, mask, labels = collate(data.train, own or indices[:1], self.device.torch, self.parts)
                if recipe.word_dropout and phase.drop_words:
                    tokens = drop_words(tokens, recipe.word_dropout)
                with self.device.precision():
                    logits = forward(tokens, mask).float()
                # A process that got no example of a small last batch takes part with a loss of zero.
                total = F.cross_entropy(logits, labels, reduction="sum") * bool(own)
                # DDP takes the mean of the processes' gradients: this makes it the gradient of the whole batch.
                (total * self.device.world / len(indices)).backward()
                nn.utils.clip_grad_norm_(self.model.parameters(), recipe.clip)
                optimizer.step()
                optimizer.zero_grad()

                progress.loss_sum += total.item()
                progress.correct += int((logits.argmax(dim=1) == labels).sum()) if own else 0
                progress.seen += len(own)
                progress.examples += len(indices)
                progress.step += 1
                now = time.perf_counter()
                progress.seconds = now - clock
                if now - reported > REPORT_SECONDS:
                    reported = now
                    self._report(phases, progress, len(batches))
                if self._any(stop.requested or now - saved > CHECKPOINT_SECONDS):
                    saved = now
                    self._save(optimizer, progress)
                    self._obey(stop)
            validation = evaluate(self.model, data.validation, self.device, self.parts)
            progress.seconds = time.perf_counter() - clock
            self._close_epoch(progress, validation.loss, validation.accuracy)
            self._save(optimizer, progress)

    def _optimizer(self, phase: Phase) -> torch.optim.Optimizer:
        """AdamW with one group for each group of layers that train, each with its own peak rate.

        The embedding gets no weight decay: most of its rows have no gradient in most steps, and decay alone would
        wear them away.
        """
        parameters = {name: p for name, p in self.model.named_parameters() if p.requires_grad}
        groups = self.parts.layer_groups(list(parameters))
        rates = self.parts.discriminative_rates(len(groups), phase.rate, phase.decay)
        return torch.optim.AdamW(
            [
                {
                    "params": [parameters[name] for name in names],
                    "peak": rate,
                    "weight_decay": 0.0 if "embedding.weight" in names else self.recipe.weight_decay,
                }
                for names, rate in zip(groups, rates, strict=True)
            ],
            lr=phase.rate,
            betas=(0.9, 0.98),
            fused=True,
        )

    # -------------------------------------------------------------- the classifier alone: features computed once

    def _fit_classifier(self, phases: list[Phase], index: int, progress: Progress, stop: "Stop") -> None:
        phase = phases[index]
        clock = time.perf_counter() - progress.seconds
        features = self.features
        if not all(earlier.head_only for earlier in phases[:index]):  # the body has learnt
            self._take_best()
            features = None
        features = features or frozen.Features(self.model, self.device, self.parts)
        spared = features.spared
        train = features.of("train", self.data.train, stop.obey)
        validation = features.of("validation", self.data.validation, stop.obey)
        clock -= features.spared - spared  # what another run has paid counts for this one too
        fit = frozen.fit_classifier(
            self.model, train, self.data.train.labels, phase.epochs, phase.rate, self.recipe.seed
        )
        for loss, correct in fit:
            stop.obey()
            progress.loss_sum, progress.correct, progress.seen = loss * len(train), correct, len(train)
            progress.examples += len(train)
            logits = self.model.classifier(validation).detach()
            labels = self.data.validation.labels.to(logits.device)
            progress.seconds = time.perf_counter() - clock
            self._close_epoch(
                progress,
                F.cross_entropy(logits, labels).item(),
                float(self.parts.accuracy(logits, labels)),
            )

    # ----------------------------------------------------------------------------------- what both kinds share

    def _close_epoch(self, progress: Progress, loss: float, accuracy: float) -> None:
        """Note an epoch's losses and accuracies, and keep the weights when they are the best yet."""
        sums: list[float] = [progress.loss_sum, progress.correct, progress.seen]
        if not frozen.only_classifier_trains(self.model):  # in that phase each process has seen all
            sums = self._over_processes(*sums)
        loss_sum, correct, seen = sums
        train_loss = loss_sum / max(seen, 1)
        if not (math.isfinite(loss) and math.isfinite(train_loss)):
            raise TrainingError(
                "The loss is no longer a number.",
                "Train with a lower learning rate, or with --precision float32.",
            )
        epoch = Epoch(
            run=self.run,
            epoch=len(progress.history) + 1,
            phase=progress.phase + 1,
            train_loss=train_loss,
            train_accuracy=correct / max(seen, 1),
            validation_loss=loss,
            validation_accuracy=accuracy,
            seconds=progress.seconds - progress.epoch_started,
        )
        self.emit(epoch)
        progress.history.append(epoch.model_dump(exclude={"event", "run"}))
        if self.device.rank == 0:
            self.run_folder.append_history(progress.history[-1])
        progress.epoch, progress.step, progress.epoch_started = progress.epoch + 1, 0, progress.seconds
        progress.loss_sum, progress.correct, progress.seen = 0.0, 0, 0
        if (accuracy, -loss) > (progress.best_accuracy, -progress.best_loss):
            progress.best_accuracy, progress.best_loss = accuracy, loss
            progress.best_epoch, progress.stale = len(progress.history), 0
            if self.device.rank == 0:
                save_weights(self.model, self.folder)
        else:
            progress.stale += 1

    def _over_processes(self, *values: float) -> list[float]:
        """The sums of the values over all processes."""
        if self.device.world == 1:
            return list(values)
        sums = torch.tensor(values, dtype=torch.float64, device=self.device.torch)
        torch.distributed.all_reduce(sums)
        return sums.tolist()

    def _any(self, answer: bool) -> bool:
        """Whether it is so in any of the processes: they must save and stop after the same step."""
        return sum(self._over_processes(answer)) > 0

    def _obey(self, stop: "Stop") -> None:
        """Stop here if any of the processes was asked to."""
        stop.requested = self._any(stop.requested)
        stop.obey()

    def _save(self, optimizer: torch.optim.Optimizer | None, progress: Progress) -> None:
        """Write the checkpoint: what each process has seen and drawn, the rest from the first."""
        loss_sum, correct, seen = self._over_processes(progress.loss_sum, progress.correct, progress.seen)
        whole = replace(progress, loss_sum=loss_sum, correct=int(correct), seen=int(seen))
        random = random_states(self.device)
        if self.device.rank == 0:
            save_checkpoint(self.folder, self.model, optimizer, whole, random)

    def _report(self, phases: list[Phase], progress: Progress, steps: int) -> None:
        rate = progress.examples / max(progress.seconds, 1e-9)
        slow = sum(phase.epochs for phase in phases[progress.phase :] if not phase.head_only)
        epochs = slow - progress.epoch - progress.step / steps
        self.emit(
            Step(
                run=self.run,
                epoch=len(progress.history) + 1,
                step=progress.step,
                steps=steps,
                loss=progress.loss_sum / max(progress.seen, 1),
                examples_per_second=rate,
                seconds_left=epochs * len(self.data.train) / max(rate, 1e-9),
            )
        )


def choose_layers(model: nn.Module, phase: Phase, parts: Parts = REFERENCE) -> None:
    """Freeze the model except for the layers of a phase.  Raises PatternError for a pattern that matches nothing."""
    parts.freeze(model)
    try:
        parts.unfreeze(model, phase.layers)
    except LookupError as error:
        raise PatternError(str(error.args[0]), "`tfl train --help` shows how layers are named.") from error


def learning(model: nn.Module, phases: list[Phase], parts: Parts = REFERENCE) -> int:
    """How many of the model's parameters learn in any of the phases."""
    names = set()
    for phase in phases:
        choose_layers(model, phase, parts)
        names |= {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    return sum(parameter.numel() for name, parameter in model.named_parameters() if name in names)


def scheduled(step: int, steps: int, warmup: float) -> float:
    """The share of the peak rate in a step: up in a straight line, then down to zero (slanted triangle, ULMFiT)."""
    up, down = (step + 1) / max(1.0, steps * warmup), (1 - step / steps) / (1 - warmup)
    return min(up, down, 1.0)


def drop_words(tokens: Tensor, share: float) -> Tensor:
    """Replace a share of the words (b, s) by <unk>, so that no review is recognised by a single word."""
    dropped = (torch.rand(tokens.shape, device=tokens.device) < share) & (tokens >= len(SPECIALS))
    return tokens.masked_fill(dropped, UNK)


class Stop:
    """Whether someone has asked the training to stop."""

    requested = False

    def obey(self) -> None:
        """Raise KeyboardInterrupt here, where everything is saved, if a stop was requested."""
        if self.requested:
            raise KeyboardInterrupt


@contextmanager
def stop_requests() -> Iterator[Stop]:
    """Note Ctrl-C and SIGTERM instead of being torn out of a half-done update by them."""
    stop = Stop()

    def note(number: int, frame: Any) -> None:
        stop.requested = True

    previous = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
