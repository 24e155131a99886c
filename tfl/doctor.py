"""A look over this machine: what is there, what is weak, what is missing, and what to do about it.

Nothing heavy is imported: versions come from the packages' metadata.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Literal

import psutil
from packaging.requirements import Requirement
from pydantic import BaseModel, ConfigDict

from tfl import paths
from tfl.corpora.status import CorpusStatus, status

GIB = 1024**3
MEMORY_NEEDED = 4 * GIB  # the default comparison on the real corpora stays below
DISK_NEEDED = 3 * GIB  # the corpora, their token ids and a comparison's runs
TERMINAL_NEEDED = (80, 24)

EXTRAS = {"baseline": "comparisons lack the linear yardstick"}  # extra → what is worse without it

WITHOUT = {  # the grader's walls → what to do where one is missing
    "namespaces": "User namespaces are forbidden here: as root `sysctl user.max_user_namespaces=10000`, on Ubuntu "
    "`sysctl kernel.apparmor_restrict_unprivileged_userns=0`; in a container `--security-opt seccomp=unconfined`.",
    "landlock": "This kernel lacks Landlock, or it is switched off: Linux 5.13 or newer, with `landlock` in `lsm=`.",
    "seccomp": "Install libseccomp: `apt install libseccomp2` or `dnf install libseccomp`.",
}


class Finding(BaseModel):
    """One line of the doctor's report."""

    model_config = ConfigDict(frozen=True)
    name: str
    state: Literal["ok", "weak", "bad"]  # weak: works, but something is worse than it could be
    detail: str
    action: str = ""


def examine() -> Iterator[Finding]:
    """Every finding, as soon as it is made."""
    yield _python()
    yield Finding(name="platform", state="ok", detail=platform.platform())
    yield _cores()
    yield _memory()
    yield from _packages()
    yield _device()
    yield _isolation()
    yield _terminal()
    yield from map(_corpus, status())
    yield _folder("cache folder", paths.cache_dir(), "TFL_CACHE")
    yield _folder("runs folder", paths.runs_dir().absolute(), "TFL_RUNS")


def _python() -> Finding:
    return Finding(name="Python", state="ok", detail=f"{platform.python_version()} at {sys.executable}")


def _cores() -> Finding:
    cores = psutil.Process().cpu_affinity() if hasattr(psutil.Process, "cpu_affinity") else None
    count = len(cores) if cores else os.cpu_count() or 1
    if count == 1:
        return Finding(name="cores", state="weak", detail="1", action="Training takes about twice as long as with two.")
    return Finding(name="cores", state="ok", detail=str(count))


def _memory() -> Finding:
    memory = psutil.virtual_memory()
    available = min(memory.available, _container_memory())
    detail = f"{available / GIB:.1f} GiB free of {memory.total / GIB:.1f}"
    if available < MEMORY_NEEDED:
        return Finding(
            name="memory",
            state="weak",
            detail=detail,
            action="The comparison on the real corpora may need 4 GiB: close other programs, or use --quick.",
        )
    return Finding(name="memory", state="ok", detail=detail)


def _container_memory() -> int:
    """What a container may still use, in bytes; psutil sees only the whole machine."""
    group = Path("/sys/fs/cgroup")
    try:
        return int((group / "memory.max").read_text()) - int((group / "memory.current").read_text())
    except (OSError, ValueError):  # no such limit here, or "max"
        return sys.maxsize


def _packages() -> Iterator[Finding]:
    """The packages that `pyproject.toml` asks for, against the installed ones."""
    try:
        declared = [Requirement(line) for line in metadata.requires("tfl") or []]
    except metadata.PackageNotFoundError:
        yield Finding(
            name="packages",
            state="bad",
            detail="tfl itself is not installed",
            action="Run `pip install -e .` in its folder.",
        )
        return
    needed = [one for one in declared if _asked_by(one, extra="")]
    if wrong := [problem for one in needed if (problem := _problem(one))]:
        wanted = " ".join(f"'{one}'" for one in needed if _problem(one))
        yield Finding(name="packages", state="bad", detail="; ".join(wrong), action=f"Run `pip install {wanted}`.")
    else:
        shown = ", ".join(f"{name} {metadata.version(name)}" for name in ("torch", "torchtext"))
        yield Finding(name="packages", state="ok", detail=f"{shown} and {len(needed) - 2} others")
    for extra, without in EXTRAS.items():
        optional = [one for one in declared if _asked_by(one, extra) and one not in needed]
        if wrong := [problem for one in optional if (problem := _problem(one))]:
            yield Finding(
                name=f"extra {extra}",
                state="weak",
                detail=f"{'; '.join(wrong)}: {without}",
                action=f"Install it: pip install 'tfl[{extra}]'.",
            )
        else:
            yield Finding(
                name=f"extra {extra}",
                state="ok",
                detail=", ".join(f"{one.name} {metadata.version(one.name)}" for one in optional),
            )


def _asked_by(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _problem(requirement: Requirement) -> str:
    """What is wrong with the installed version of a package; "" when nothing is."""
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return f"{requirement.name} is not installed"
    if requirement.specifier.contains(version, prereleases=True):
        return ""
    return f"{requirement.name} {version} does not fit {requirement.specifier}"


def _device() -> Finding:
    """What training will run on, judged without importing torch."""
    gpu = Path("/dev/nvidia0").exists()
    try:
        cpu_only = metadata.version("torch").endswith("+cpu")
    except metadata.PackageNotFoundError:
        cpu_only = True
    if gpu and cpu_only:
        return Finding(
            name="device",
            state="weak",
            detail="CPU; there is an NVIDIA GPU that this torch cannot use",
            action="Install a torch built for CUDA: https://pytorch.org/get-started/locally",
        )
    return Finding(name="device", state="ok", detail="NVIDIA GPU, most likely" if gpu else "CPU")


def _isolation() -> Finding:
    """Which walls the grader can put up around submissions here, as it tries them out itself."""
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "grader.sandbox.probe"], capture_output=True, text=True, timeout=30, check=True
        )
        walls: dict[str, bool] = json.loads(ran.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        action = "Install tfl again; `python -m grader.sandbox.probe` shows what is wrong."
        return Finding(name="isolation", state="bad", detail="could not be tried out", action=action)
    detail = "+".join(name for name, stands in walls.items() if stands) or "process only"
    missing = [name for name, stands in walls.items() if not stands]
    if not missing:
        return Finding(name="isolation", state="ok", detail=detail)
    if sys.platform.startswith("linux"):
        action = "  ".join(WITHOUT[name] for name in missing)
    else:
        action = "The walls are Linux's: check your own work here, and grade other people's on Linux."
    return Finding(name="isolation", state="weak", detail=detail, action=action)


def _terminal() -> Finding:
    if not sys.stdout.isatty():
        return Finding(name="terminal", state="ok", detail="none: output is plain lines")
    columns, lines = shutil.get_terminal_size()
    colours = "no colours (NO_COLOR)" if os.environ.get("NO_COLOR") else "colours"
    detail = f"{columns} × {lines}, {sys.stdout.encoding.lower()}, {colours}"
    if "utf" not in sys.stdout.encoding.lower():
        return Finding(name="terminal", state="weak", detail=detail, action="For ✓ and –: export LANG=C.UTF-8.")
    if columns < TERMINAL_NEEDED[0] or lines < TERMINAL_NEEDED[1]:
        wanted = " × ".join(map(str, TERMINAL_NEEDED))
        return Finding(name="terminal", state="weak", detail=detail, action=f"Make it at least {wanted} for tfl-tui.")
    return Finding(name="terminal", state="ok", detail=detail)


def _corpus(found: CorpusStatus) -> Finding:
    name = f"corpus {found.name}"
    if found.state in ("missing", "damaged"):
        return Finding(name=name, state="weak", detail=found.state, action=found.problem)
    rows = f", {sum(split.rows for split in found.info.splits.values()):,} rows" if found.info else ""
    partial = f" ({found.info.partial})" if found.info and found.info.partial else ""
    return Finding(name=name, state="ok", detail=f"{found.state}{rows}{partial}")


def _folder(name: str, path: Path, variable: str) -> Finding:
    """Whether a folder can be written, how much it holds, and how much is free."""
    existing = next(parent for parent in (path, *path.parents) if parent.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        return Finding(
            name=name,
            state="bad",
            detail=f"{path} cannot be written",
            action=f"Name another folder with {variable}.",
        )
    held = sum(file.stat().st_size for file in path.rglob("*") if file.is_file() and not file.is_symlink())
    free = shutil.disk_usage(existing).free
    detail = f"{path}, {held / GIB:.2f} GiB held, {free / GIB:.1f} GiB free"
    if free < DISK_NEEDED:
        return Finding(
            name=name,
            state="weak",
            detail=detail,
            action=f"A comparison needs up to 3 GiB: free some, or name another folder with {variable}.",
        )
    return Finding(name=name, state="ok", detail=detail)
