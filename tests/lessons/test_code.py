"""The code in the lessons runs, and prints what the lessons say.

All blocks marked `python` of a stage are executed in order, as a reader would, in one namespace.  What a block prints
must be what its comments `# → …` announce, line by line.
"""

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import pytest
import torch

LESSONS = Path(__file__).parents[2] / "lessons"
STAGES = sorted(path for path in LESSONS.glob("[0-9][0-9]-*") if path.is_dir())
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
ANNOUNCED = re.compile(r"# → (.*)$", re.MULTILINE)


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_the_code_of_a_stage_prints_what_it_says(stage: Path) -> None:
    torch.set_num_threads(1)
    names: dict[str, Any] = {"__name__": "lesson"}
    blocks = [(path, block) for path in sorted(stage.glob("*.md")) for block in BLOCK.findall(path.read_text())]
    assert blocks, "a stage without code shows nothing"
    for path, block in blocks:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(block, str(path), "exec"), names)
        assert printed.getvalue().splitlines() == [line.rstrip() for line in ANNOUNCED.findall(block)], path.name


def test_a_block_that_prints_something_else_would_be_noticed() -> None:
    assert ANNOUNCED.findall("print(1)  # → 2\n# → 3\n") == ["2", "3"]
