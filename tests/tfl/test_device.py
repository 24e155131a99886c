"""What a training runs on."""

import os
from collections.abc import Iterator

import pytest
import torch

from tfl.device import PRECISIONS, Device, choose_device
from tfl.errors import UsageError


@pytest.fixture(autouse=True)
def threads_stay() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def joined(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """This is the second of two processes; which kinds of group it has joined."""
    backends: list[str] = []
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setattr(torch.distributed, "init_process_group", lambda backend: backends.append(backend))
    return backends


def test_the_processor_can_be_forced() -> None:
    device = choose_device("float32", force_cpu=True)
    assert device.torch.type == "cpu"
    assert (device.rank, device.world) == (0, 1)


@pytest.mark.parametrize(("precision", "product"), [("float32", torch.float32), ("bfloat16", torch.bfloat16)])
def test_matrices_are_multiplied_in_the_chosen_precision(precision: str, product: torch.dtype) -> None:
    device = choose_device(precision, force_cpu=True)
    with device.precision():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == product


def test_by_itself_it_takes_what_the_hardware_multiplies(monkeypatch: pytest.MonkeyPatch) -> None:
    for native in (True, False):
        monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda native=native: native)
        monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
        assert choose_device("auto", force_cpu=True).bfloat16 is native


def test_an_unknown_precision_is_a_usage_error_that_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="float8") as error:
        choose_device("float8")
    assert all(precision in error.value.action for precision in PRECISIONS)


def test_threads_are_as_many_as_asked_for() -> None:
    choose_device("float32", threads=2, force_cpu=True)
    assert torch.get_num_threads() == 2


def test_threads_stay_as_they_are_unless_asked_for() -> None:
    torch.set_num_threads(1)
    choose_device("float32", force_cpu=True)
    assert torch.get_num_threads() == 1


def test_under_torchrun_a_process_knows_its_rank_and_joins_the_others(joined: list[str]) -> None:
    device = choose_device("float32", force_cpu=True)
    assert (device.rank, device.world) == (1, 2)
    assert joined == ["gloo"]


def test_under_torchrun_the_processes_share_the_threads(joined: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    choose_device("float32", force_cpu=True)
    assert torch.get_num_threads() == 3


def test_its_name_tells_people_what_it_is() -> None:
    torch.set_num_threads(1)
    assert Device(torch.device("cpu"), bfloat16=True).name == "CPU, 1 thread, bfloat16"
    assert "2 processes, float32" in Device(torch.device("cpu"), bfloat16=False, world=2).name
