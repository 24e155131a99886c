"""The process that trains with a learner's code.  It locks itself in, and only then loads the submission.

Everything that it reads was put into one folder for it: token ids, labels, weights to start from.  The test split is
not among them.  Everything that it writes lands in another.  What it tells is not believed: the trusted side measures
its weights again (`grader.training.bench`).

    python -P -m grader.training.learner grader.training.learner:work     started by `grader.training.supervisor`
"""

import importlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from grader import training
from grader.sandbox import lab as submissions
from grader.sandbox import lock, namespaces
from grader.sandbox.lab import Lab
from grader.training import assignment as assignments
from grader.training.assignment import Assignment
from tfl import frozen, jobs
from tfl.device import Device, choose_device
from tfl.errors import TflError, TrainingError
from tfl.events import Event, Result
from tfl.jobs import Emit, Request
from tfl.parts import REFERENCE, Parts
from tfl.training import Data

NAMED = {"positional_encoding": "PositionalEncoding"}  # parts whose name in a submission is another
LISTS = {"stratified_split", "length_buckets", "layer_groups", "discriminative_rates", "unfreezing_schedule"}
LOOK = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu", "/dev/null", "/dev/urandom")

MIB = 1024 * 1024
MEMORY = 12 * 1024 * MIB  # address space, most of which torch reserves and never touches
FILE = 256 * MIB


def lock_in(request: Request) -> None:
    """Put the walls up around this process; `request` then says which stand."""
    ours = [Path(sys.modules[name].__path__[0]) for name in ("grader", "solutions", "tfl")]
    looks = [Path(path) for path in LOOK if os.path.exists(path)]
    limits = lock.Limits(memory=MEMORY, cpu=request["cpu_seconds"], file=FILE, files=256)
    reads = [*namespaces.readable(), *ours, *looks, Path(request["inputs"])]
    writes = [Path(request["folder"]), Path(request["scratch"]), Path("/dev/null")]
    request["walls"] = lock.lock_in(reads, writes, limits)
    os.chdir(request["scratch"])


@dataclass
class Workplace:
    """What a program finds in the learner's process."""

    lab: Lab
    parts: Parts  # the reference, with the learner's functions in their places
    inputs: Path
    folder: Path
    device: Device
    emit: Callable[[Event], None]
    more: dict[str, Any]  # what else its trusted side has sent
    _features: dict[str, frozen.Features] = field(default_factory=dict)

    def train(self, assignment: Assignment, data: Data | None = None) -> dict[str, Any]:
        """Train as assigned, in a folder of its own; returns what `assignments.train` returns."""
        shared = None
        if assignment.weights and data is None:
            if assignment.weights not in self._features:
                body = assignments.build(assignment, self.inputs, self.device, self.parts)
                self._features[assignment.weights] = frozen.Features(body, self.device, self.parts)
            shared = self._features[assignment.weights]
        return assignments.train(
            assignment,
            self.inputs,
            self.folder / assignment.name,
            self.device,
            self.emit,
            self.parts,
            data,
            shared,
        )


def as_lists(part: Callable[..., Any]) -> Callable[..., Any]:
    """A part whose tensors and arrays come as lists and numbers: the checks take them, the engine does not."""

    def plain(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        return value.tolist() if hasattr(value, "tolist") else value

    return lambda *given: plain(part(*given))


def work(request: Request, emit: Emit) -> None:
    """Do a program's work in this process.

    Request: `source` and `file` of the submission, `parts` (which of the engine's are the learner's), `program`,
    `assignments`, `more`, `inputs`, `folder`, `scratch`, `precision`, `threads`, `walls`.
    Result: `walls`, and as `found` what the program found, by the names of the assignments.
    """
    file = request["file"]
    try:
        lab = submissions.load(request["source"], file)
        theirs = {part: getattr(lab, NAMED.get(part, part)) for part in request["parts"]}
        theirs |= {part: as_lists(theirs[part]) for part in theirs.keys() & LISTS}
        workplace = Workplace(
            lab=lab,
            parts=replace(REFERENCE, **theirs),
            inputs=Path(request["inputs"]),
            folder=Path(request["folder"]),
            device=choose_device(request["precision"], request["threads"], force_cpu=True),
            emit=emit,
            more=request["more"],
        )
        program = importlib.import_module(training.PROGRAMS[request["program"]])
        found = program.inside(workplace, [Assignment(**plain) for plain in request["assignments"]])
    except (KeyboardInterrupt, TflError):
        raise
    except BaseException as error:  # SystemExit is the submission's too
        raise _told(error, file) from error
    emit(Result(value={"walls": request["walls"], "found": found}))


def _told(error: BaseException, file: str) -> TrainingError:
    """What went wrong, in the learner's own lines."""
    told = submissions.told(error, file)
    what = f"{told['type']}: {told['message']}" if told["message"] else told["type"]
    if told["trace"]:
        where = "\n".join(f"    {line}" for line in told["trace"])
        return TrainingError(f"Your code raised {what} while it trained.\n{where}\n", "Mend it and grade it again.")
    return TrainingError(
        f"The engine could not go on with what your code gave it: {what}.",
        "The checks have not tried this case; compare shapes and types with the docstring.",
    )


if __name__ == "__main__":
    torch.set_num_threads(1)  # no other thread before the walls stand: Landlock would leave it outside
    sys.exit(jobs.main(sys.argv[1:], lock_in))
