"""Right answers in many styles, through all walls: they earn everything, and nobody is told that something is odd.

`styles/` holds them, a file each, as learners write: they are not tidied up.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.client import Grader
from grader.submission import read
from tests.grader.checks.bench import COURSE

STYLES = sorted(Path(__file__).with_name("styles").glob("*.py"))
SOLUTIONS = [COURSE.solution(exercise) for exercise in COURSE.exercises]

# Other ways to mend the program of exercise 6: its solution with some places changed.
MENDED = {
    "a stack of layers, and all that makes runs repeatable": {
        "self.layers = nn.ModuleList(\n            nn.TransformerEncoderLayer(width, nhead=2, dim_feedforward=128, "
        "dropout=dropout, batch_first=True)\n            for _ in range(2)\n        )": (
            "layer = nn.TransformerEncoderLayer(width, 2, 128, dropout, batch_first=True)\n"
            "        self.layers = nn.TransformerEncoder(layer, num_layers=2, enable_nested_tensor=False)"
        ),
        "for layer in self.layers:\n            states = layer(": "if True:\n            states = self.layers(",
        "torch.manual_seed(seed)": "torch.use_deterministic_algorithms(True)\n    torch.random.manual_seed(seed)",
        'self.register_buffer("places", place_codes(max_len, width), persistent=False)': (
            "self.places = nn.Parameter(place_codes(max_len, width), requires_grad=False)"
        ),
        "freeze=True": "freeze=True, padding_idx=PAD",
        "torch.load(file, weights_only=True)": 'torch.load(file, map_location="cpu", weights_only=True)',
    },
    "sequence first, and turned round at the door": {
        ", batch_first=True)\n            for": ")\n            for",
        "for layer in self.layers:\n            states = layer(": (
            "states = states.transpose(0, 1)\n        for layer in self.layers:\n            states = layer("
        ),
        "        return states\n": "        return states.transpose(0, 1)\n",
        "lr_scheduler.ExponentialLR(optimizer, DECAY)": "lr_scheduler.StepLR(optimizer, step_size=1, gamma=DECAY)",
        "scheduler.get_last_lr()[0]": 'optimizer.param_groups[0]["lr"]',
    },
    "a rate set by hand, and no decorator": {
        "    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, DECAY)\n": "",
        "    for _ in range(epochs):": (
            "    for epoch in range(epochs):\n        for group in optimizer.param_groups:\n"
            '            group["lr"] = rate * DECAY**epoch'
        ),
        "float(scheduler.get_last_lr()[0])": "rate * DECAY**epoch",
        "        scheduler.step()  # a scheduler that is made and never stepped changes nothing\n": "",
        "@torch.no_grad()\n": "",
        "return model(pad(texts)).softmax(dim=1)": "return torch.softmax(model(pad(texts)).detach(), -1)",
    },
}


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with Grader(COURSE) as grader:
        yield grader


@pytest.mark.parametrize("path", [*STYLES, *SOLUTIONS], ids=lambda path: path.stem)
def test_a_right_answer_earns_everything_and_no_flag(path: Path, grader: Grader) -> None:
    exercise = COURSE.exercise(path.stem.partition("_")[0])
    mark = grader.mark(exercise, read(path, exercise))
    assert [check.message for check in mark.checks if check.verdict != "passed"] == []
    assert mark.incidents == ()


@pytest.mark.parametrize("changes", MENDED.values(), ids=MENDED)
def test_a_mended_program_earns_everything_and_no_flag(changes: dict[str, str], grader: Grader, tmp_path: Path) -> None:
    exercise = COURSE.exercise("exercise6")
    source = COURSE.solution(exercise).read_text(encoding="utf-8")
    for ours, other in changes.items():
        assert source.count(ours) == 1, ours
        source = source.replace(ours, other)
    (tmp_path / exercise.file).write_text(source, encoding="utf-8")
    mark = grader.mark(exercise, read(tmp_path / exercise.file, exercise))
    assert [check.message for check in mark.checks if check.verdict != "passed"] == []
    assert mark.incidents == ()
