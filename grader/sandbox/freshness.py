"""What one observation has left behind must not disturb the next: the same start for each, in the sandbox or outside.

Loaded before a submission runs, so that nothing it replaces is used here.
"""

import random

import torch

_set_default_dtype, _set_default_device = torch.set_default_dtype, torch.set_default_device
_set_grad_enabled, _seed, _set_num_threads = torch.set_grad_enabled, random.seed, torch.set_num_threads
_set_deterministic = torch._C._set_deterministic_algorithms
_manual_seed = torch.default_generator.manual_seed  # torch.manual_seed takes a stack trace for GPUs that are not there


def reset() -> None:
    """Number format, device, gradients, generators, threads as PyTorch has them at the start."""
    _set_default_dtype(torch.float32)
    _set_default_device(None)
    _set_grad_enabled(True)
    _set_deterministic(False)
    _set_num_threads(1)
    _manual_seed(0)
    _seed(0)
