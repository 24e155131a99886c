"""Answers that earn full marks train too, however they are written."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from grader.training.learner import as_lists
from grader.training.report import Report
from tests.grader.checks.test_styles import MENDED
from tests.grader.training.conftest import solution
from tfl.events import Event

STYLES = Path(__file__).parents[1] / "checks" / "styles"
Train = Callable[..., tuple[Report, list[Event]]]


@pytest.mark.slow
def test_batches_that_are_tensors_train(train: Train) -> None:
    report, _ = train("exercise2", (STYLES / "exercise2_torch.py").read_text(encoding="utf-8"))
    assert report.rows[2].test


@pytest.mark.slow
def test_a_mended_lab_may_keep_its_layers_in_a_stack(train: Train) -> None:
    source = solution("exercise6")
    for ours, other in next(iter(MENDED.values())).items():
        source = source.replace(ours, other)
    report, _ = train("exercise6", source)
    assert report.rows[1].test and not [note for note in report.notes if "its weights give" in note]


def test_tensors_and_arrays_become_lists_and_numbers() -> None:
    given = (torch.arange(2), [torch.tensor(3), torch.tensor([0.5]).numpy()], "name", 4)
    assert as_lists(lambda *values: values)(*given) == [[0, 1], [3, [0.5]], "name", 4]
