"""How long a submission may take and how much it may hold."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """What is waited for, and no longer."""

    load: float = 6.0  # seconds of running the submission's top level: an optimizer made there takes two or three
    observation: float = 5.0  # seconds of one observation, of which a check may make several; more on a busy machine
    whole: float = 120.0  # seconds of one submission
    memory: int = 1_200 * 1024 * 1024  # bytes, the warm process's own included
    disk: int = 64 * 1024 * 1024  # bytes of files, where there is no file system of limited size
    threads: int = 64
