"""What the training runs on: processor, threads, number format, and how many processes share the work."""

import ctypes
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch

from tfl.errors import UsageError

PRECISIONS = ("auto", "float32", "bfloat16")


@dataclass(frozen=True)
class Device:
    """Where tensors live and in which number format matrices are multiplied."""

    torch: torch.device
    bfloat16: bool
    rank: int = 0  # which of the processes this is
    world: int = 1  # how many there are

    @property
    def name(self) -> str:
        """For people: "CPU, 2 threads, bfloat16"."""
        where = torch.cuda.get_device_name(self.torch) if self.torch.type == "cuda" else "CPU"
        processes = f", {self.world} processes" if self.world > 1 else ""
        count = torch.get_num_threads()
        threads = f", {count} thread{'s' * (count > 1)}" if self.torch.type == "cpu" else ""
        return f"{where}{threads}{processes}, {'bfloat16' if self.bfloat16 else 'float32'}"

    def precision(self) -> AbstractContextManager[object]:
        """A context in which matrix products use the chosen number format; sums and weights stay float32."""
        return torch.autocast(self.torch.type, torch.bfloat16) if self.bfloat16 else nullcontext()


def choose_device(precision: str = "auto", threads: int | None = None, force_cpu: bool = False) -> Device:
    """The GPU when there is one, else the CPU.

    `auto` takes bfloat16 where the hardware multiplies it natively (one and a half times as fast on such a CPU, and
    slower than float32 on any other).  Under torchrun each process gets its rank, joins the others, and takes an
    equal share of the threads.
    """
    if precision not in PRECISIONS:
        raise UsageError(f"There is no precision “{precision}”.", f"Use one of {', '.join(PRECISIONS)}.")
    keep_memory()
    rank, world = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    if threads or world > 1:
        torch.set_num_threads(threads or max(1, (os.cpu_count() or 1) // world))
    if torch.cuda.is_available() and not force_cpu:
        where = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(where)
        native = torch.cuda.is_bf16_supported()
    else:
        where = torch.device("cpu")
        native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    if world > 1 and not torch.distributed.is_initialized():
        torch.distributed.init_process_group("nccl" if where.type == "cuda" else "gloo")
    return Device(where, native if precision == "auto" else precision == "bfloat16", rank, world)


M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # what glibc's malloc.h calls them
KEPT = 1 << 30  # bytes


def keep_memory() -> None:
    """Keep freed memory for the next training step.

    Otherwise glibc hands large blocks back at once, and each step has the system clear them again: a tenth of its time.
    """
    if _has_glibc():
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, KEPT)
        ctypes.CDLL(None).mallopt(M_TRIM_THRESHOLD, KEPT)


def release_memory() -> None:
    """Give memory that is no longer used back to the system, as between two runs."""
    if _has_glibc():
        ctypes.CDLL(None).malloc_trim(0)


def _has_glibc() -> bool:
    return sys.platform == "linux" and hasattr(ctypes.CDLL(None), "malloc_trim")  # not so on Alpine
