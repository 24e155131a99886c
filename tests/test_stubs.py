"""A stub asks for exactly what its solution gives, says how, and does nothing yet."""

import importlib
import inspect
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(path.stem for path in (ROOT / "solutions").glob("exercise*_*.py"))
TO_REPAIR = "exercise6_repair_the_lab"  # its stub is a broken program: it runs, and is wrong


def public(module: ModuleType) -> dict[str, Any]:
    """What a module defines itself for others to use."""
    return {
        name: thing
        for name, thing in vars(module).items()
        if not name.startswith("_") and getattr(thing, "__module__", None) == module.__name__
    }


def callables(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """The functions of a module and the methods of its classes, by qualified name."""
    things = list(public(module).values())
    methods = [method for cls in things if inspect.isclass(cls) for method in vars(cls).values()]
    return {thing.__qualname__: thing for thing in things + methods if inspect.isfunction(thing)}


def signatures(module: ModuleType) -> dict[str, str]:
    """Each signature in words, in which a class of the module itself goes by its own name."""
    found = {name: str(inspect.signature(thing)) for name, thing in callables(module).items()}
    return {name: words.replace(f"{module.__name__}.", "") for name, words in found.items()}


@pytest.fixture(params=FILES)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def stub(name: str) -> ModuleType:
    return importlib.import_module(f"exercises.{name}")


@pytest.fixture
def solution(name: str) -> ModuleType:
    return importlib.import_module(f"solutions.{name}")


def test_every_solution_has_a_stub_and_every_stub_a_solution() -> None:
    assert sorted(path.stem for path in (ROOT / "exercises").glob("exercise*_*.py")) == FILES


def test_a_stub_has_the_names_of_its_solution(stub: ModuleType, solution: ModuleType) -> None:
    assert public(stub).keys() == public(solution).keys()


def test_a_stub_has_the_signatures_of_its_solution(stub: ModuleType, solution: ModuleType) -> None:
    assert signatures(stub) == signatures(solution)


def test_everything_in_a_stub_is_still_to_be_written(stub: ModuleType, name: str) -> None:
    exercise = name.split("_")[0]
    if name == TO_REPAIR:
        assert "NotImplementedError" not in inspect.getsource(stub)
        return
    for function in callables(stub).values():
        arguments = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
        values: list[Any] = [None] * len(arguments)
        if function.__name__ == "__init__":
            cls = getattr(stub, function.__qualname__.split(".")[0])
            values[0] = cls.__new__(cls)
        with pytest.raises(NotImplementedError, match=rf"^Write .* \({exercise}\)\.$"):
            function(*values)


def test_a_stub_explains_what_to_write(stub: ModuleType) -> None:
    assert "https://" in (stub.__doc__ or "")
    for thing in [*public(stub).values(), *callables(stub).values()]:
        assert thing.__name__ == "__init__" or thing.__doc__
