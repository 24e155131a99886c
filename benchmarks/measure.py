"""Timing contenders side by side."""

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

Seconds = dict[str, dict[str, list[float]]]  # task → contender → one figure a round


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_turns(contenders: Mapping[str, Callable[[], Mapping[str, float]]], rounds: int) -> Seconds:
    """Let the contenders run A B C A B C …, so that what else the machine does hits each of them alike.

    A contender returns the seconds of each task that it did.
    """
    seconds: Seconds = {}
    for number in range(1, rounds + 1):
        for name, run in contenders.items():
            for task, figure in run().items():
                seconds.setdefault(task, {}).setdefault(name, []).append(figure)
                print(f"round {number} of {rounds}: {task}: {name}: {figure:.3f} s", file=sys.stderr, flush=True)
    return seconds


def medians(seconds: Seconds) -> dict[str, dict[str, float]]:
    """Task → contender → its median over the rounds."""
    return {task: {name: statistics.median(figures) for name, figures in of.items()} for task, of in seconds.items()}


def machine() -> dict[str, str]:
    """What the figures depend on, for whoever reads them later."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "load before": f"{os.getloadavg()[0]:.1f}",  # well above 0: something else was running
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    lines = known.read_text().splitlines() if known.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
