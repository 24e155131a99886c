"""Asking the warm grader, from a process that loads no torch."""

import json
import os
import site
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from grader.marks import Mark, Verdict
from grader.patience import Patience
from tfl.course import Course, Exercise
from tfl.errors import GraderError

if TYPE_CHECKING:
    from grader.submission import Submission

FULL = "namespaces+landlock+seccomp"
KEPT = ("LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "LD_LIBRARY_PATH")  # of the environment
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


class Grader:
    """A warm grader in a process of its own.  For one thread at a time; a context manager.

    Args:
        course: whose checks it runs.
        exercises: the ids of those that it will be asked for; none: all of them.
        patience: how long a submission may take.
        without: walls to leave out, for tests of what the others keep in; `isolation` and every mark say so.
    """

    def __init__(
        self,
        course: Course,
        exercises: Sequence[str] = (),
        *,
        patience: Patience | None = None,
        without: Sequence[str] = (),
    ) -> None:
        self.course = course
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        # Submissions see this environment: it holds nothing that is anybody's business.
        environment = {name: os.environ[name] for name in KEPT if name in os.environ} | ONE_THREAD
        self._process = subprocess.Popen(
            [sys.executable, _isolated(), "-m", "grader.server", *without],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environment,
            start_new_session=True,  # the terminal's Ctrl-C is for the caller
        )
        self._isolation = ""
        first = {"course": str(course.folder), "exercises": list(exercises)}
        self._send(first | ({"patience": asdict(patience)} if patience else {}))

    @property
    def isolation(self) -> str:
        """The walls around submissions that are really in force: "namespaces+landlock+seccomp", or what is left."""
        if not self._isolation:
            kind, value = self._read()
            if kind != "ready":
                raise self._broken(f"“{kind}” came before it was ready")
            self._isolation = str(value)
        return self._isolation

    @property
    def is_weak(self) -> bool:
        """Whether a wall is missing that this grader would have on a current Linux."""
        return self.isolation != FULL

    def check(self, exercise: Exercise, submission: "Submission", seed: str | None = None) -> Iterator[Verdict | Mark]:
        """The verdict of each check as it comes, and at last the mark.

        `seed` repeats an earlier mark's inputs.  Raises GraderError when the grader itself fails; then there is no
        mark.  Read it to its end: what is left unread would be taken for the next submission's.
        """
        yield from self._asked(exercise, submission, seed, each=True)

    def _asked(
        self, exercise: Exercise, submission: "Submission", seed: str | None, each: bool
    ) -> Iterator[Verdict | Mark]:
        assert self.isolation
        request = {"exercise": exercise.id, "file": submission.file, "source": submission.source, "seed": seed}
        self._send(request | {"notes": list(submission.notes), "each": each})
        while True:
            kind, value = self._read()
            if kind == "verdict":
                yield submission.placed(Verdict.model_validate(value))
            elif kind == "mark":
                mark = Mark.model_validate(value)
                yield mark.model_copy(update={"checks": tuple(map(submission.placed, mark.checks))})
                return
            else:
                raise self._broken(f"“{kind}” came")

    def mark(self, exercise: Exercise, submission: "Submission", seed: str | None = None) -> Mark:
        """The mark alone."""
        *_, last = self._asked(exercise, submission, seed, each=False)
        assert isinstance(last, Mark)
        return last

    def close(self) -> None:
        """End the grader and everything that it has started."""
        assert self._process.stdin and self._process.stdout
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise self._broken("it has ended") from None

    def _read(self) -> tuple[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise self._broken("it ended without a word")
        ((kind, value),) = json.loads(line).items()
        if kind == "failed":
            raise GraderError(value["message"], value["action"])
        return kind, value

    def _broken(self, what: str) -> GraderError:
        self._log.seek(0)
        log = self._log.read().decode(errors="replace").strip().splitlines()
        said = f" Its last words: {log[-1]}" if log else ""
        return GraderError(f"The grader failed: {what}.{said}", "Run it again; `tfl doctor` shows what is missing.")


def _isolated() -> str:
    """The flag under which Python takes nothing from the environment or the folder that it is started in."""
    own = site.getusersitepackages() if site.ENABLE_USER_SITE else ""
    return "-EP" if own and Path(__file__).is_relative_to(own) else "-I"  # -I would not find a `pip install --user`
