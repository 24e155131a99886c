"""Every error a user can meet, and nothing else.

    TflError                 something asked for did not succeed        exit code 1
    ├── CorpusError          a corpus is missing, damaged or does not fit
    │   └── CorpusMissing    the named corpus is not on this machine
    ├── DownloadError        an address did not answer, or sent the wrong bytes
    ├── CacheError           a cache could not be written (a damaged one is rebuilt, with a notice)
    ├── RunError             a run folder is missing, damaged or cannot be continued
    ├── TrainingError        training could not go on (the loss is not finite, memory ran out)
    ├── CourseError          a course's declaration, checks or lessons do not fit together
    ├── WorkspaceError       a learner's workspace is missing, damaged or cannot be written
    ├── ServiceError         a process that answers questions gave no answer
    ├── GradebookError       a class's gradebook is missing, damaged, busy or too new
    ├── ClusterError         a cluster does not answer, has no workers, or was lost
    ├── GraderError          the grader itself failed: never a mark     exit code 3
    └── UsageError           the request itself is wrong                exit code 2
        ├── SubmissionError  a submission that cannot be read at all
        ├── UnknownName      a name that does not exist; lists the near ones
        └── PatternError     a layer pattern that matches no parameter

A message says what is wrong; `action` says what to do about it.  Front ends print both
as one sentence each and show a traceback only under `--debug`.
"""

import difflib
from collections.abc import Iterable

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_GRADER = 3
EXIT_INTERRUPTED = 130


class TflError(Exception):
    """Something asked for did not succeed: `message` says what, `action` says what to do next."""

    exit_code = EXIT_FAILED

    def __init__(self, message: str, action: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.action = action

    def __str__(self) -> str:
        return f"{self.message} {self.action}".strip()


class CorpusError(TflError):
    """A corpus is damaged or does not fit what was asked of it."""


class CorpusMissing(CorpusError):
    """The named corpus is not on this machine."""


class DownloadError(TflError):
    """An address did not answer, or what it sent is not what was expected."""


class CacheError(TflError):
    """A cache could not be written."""


class RunError(TflError):
    """A run folder is missing, damaged, or cannot be continued."""


class TrainingError(TflError):
    """Training could not go on."""


class CourseError(TflError):
    """A course's declaration, checks or lessons do not fit together."""


class WorkspaceError(TflError):
    """A learner's workspace is missing, damaged, or cannot be written."""


class ServiceError(TflError):
    """A process that answers questions gave no answer."""


class GradebookError(TflError):
    """A class's gradebook is missing, damaged, in use, or written by a newer version."""


class ClusterError(TflError):
    """A cluster does not answer, has no workers, or was lost."""


class GraderError(TflError):
    """The grader itself failed, so there is no mark."""

    exit_code = EXIT_GRADER


class UsageError(TflError):
    """The request itself is wrong."""

    exit_code = EXIT_USAGE


class SubmissionError(UsageError):
    """A submission that cannot be read at all."""


class UnknownName(UsageError):
    """A name that does not exist; the message lists the ones nearest to it."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        known = list(known)
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or known[:8]
        hint = f"Did you mean {', '.join(near)}?" if near else f"There is no {kind} yet."
        super().__init__(f"There is no {kind} called “{name}”.", hint)


class PatternError(UsageError):
    """A layer pattern that matches no parameter of the model."""
