"""Notebooks as submissions: what an exercise needs is taken out of them, and nothing is executed.

`notebooks/` holds notebooks in the style of the lab as it is found in the wild, as text: `# %%` begins a cell.
"""

import ast
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import v3, v4

from grader import notebook
from grader.client import Grader
from grader.marks import Verdict
from grader.submission import Submission, read
from tfl import course as courses
from tfl.course import Exercise
from tfl.errors import SubmissionError

FOUND = sorted(Path(__file__).with_name("notebooks").glob("*.txt"))


@pytest.fixture(scope="session")
def exercise1() -> Exercise:
    return courses.load().exercise("exercise1")


def cells(text: str) -> Iterator[tuple[str, str]]:
    """Kind and source of each cell."""
    for cell in text.split("# %%")[1:]:
        kind, _, source = cell.partition("\n")
        yield kind.strip() or "code", source.rstrip("\n")


def written(path: Path, *sources: str) -> Path:
    """A notebook of code cells."""
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources]), path)
    return path


def converted(path: Path, folder: Path, old: bool = False) -> Path:
    """The notebook that a text stands for, of nbformat 4 or 3."""
    found = list(cells(path.read_text(encoding="utf-8")))
    target = folder / f"{path.stem}.ipynb"
    if old:
        new = {
            "code": lambda s: v3.new_code_cell(input=s),
            "markdown": lambda s: v3.new_text_cell("markdown", source=s),
        }
        sheet = v3.new_worksheet(cells=[new[kind](source) for kind, source in found])
        target.write_text(v3.writes_json(v3.new_notebook(worksheets=[sheet])))
    else:
        make = {"code": v4.new_code_cell, "markdown": v4.new_markdown_cell}
        nbformat.write(v4.new_notebook(cells=[make[kind](source) for kind, source in found]), target)
    return target


@pytest.fixture
def taken(tmp_path: Path, exercise1: Exercise) -> Callable[..., Submission]:
    """What is taken for exercise 1 out of a notebook of these code cells."""
    return lambda *sources: read(written(tmp_path / "lab.ipynb", *sources), exercise1)


def names(source: str) -> set[str]:
    """What a source defines or imports at its top level."""
    found = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            found.add(node.name)
    return found


# ------------------------------------------------------------------------------------------ notebooks in the wild


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with Grader(courses.load(), ["exercise1"]) as found:
        yield found


@pytest.mark.slow
@pytest.mark.parametrize("path", FOUND, ids=[path.stem for path in FOUND])
def test_a_right_encoding_gets_full_marks_whatever_stands_around_it(
    path: Path, tmp_path: Path, grader: Grader, exercise1: Exercise
) -> None:
    mark = grader.mark(exercise1, read(converted(path, tmp_path), exercise1))
    assert [(check.id, check.message) for check in mark.checks if check.verdict != "passed"] == []
    assert mark.score == exercise1.points
    assert "Used cell" in mark.notes[0]


@pytest.mark.parametrize("path", FOUND, ids=[path.stem for path in FOUND])
def test_the_old_format_gives_the_same_source(path: Path, tmp_path: Path, exercise1: Exercise) -> None:
    new = read(converted(path, tmp_path), exercise1)
    assert read(converted(path, tmp_path, old=True), exercise1).source == new.source


@pytest.mark.parametrize("path", FOUND, ids=[path.stem for path in FOUND])
def test_installs_downloads_plots_and_training_stay_behind(path: Path, tmp_path: Path, exercise1: Exercise) -> None:
    source = read(converted(path, tmp_path), exercise1).source
    for word in (
        "pip",
        "wget",
        "drive.mount",
        "read_csv",
        "plt",
        "backward",
        "pickle",
        "display(",
        "train_one",
        "steps",
    ):
        assert word not in source


# --------------------------------------------------------------------------------------------------- what is taken


def test_the_note_says_which_cells_were_used(taken: Callable[..., Submission]) -> None:
    found = taken("import math", "x = 1", "class PositionalEncoding:\n    n = math.pi")
    assert found.notes == ("Used cells 1 and 3 of lab.ipynb, counted from the top; 1 other code cell was not needed.",)


def test_a_trace_names_cell_and_line(taken: Callable[..., Submission]) -> None:
    found = taken("import math", "%%time\nx = 1\n\n@math.ceil\nclass PositionalEncoding:\n    n = 1")
    line = found.source.split("\n").index("class PositionalEncoding:") + 1
    verdict = Verdict(
        id="a", title="A", points=0, max_points=1, verdict="error", trace=(f"line {line}, in <module>: x",)
    )
    assert found.placed(verdict).trace == ("cell 2, line 5, in <module>: x",)
    for odd in ("line 0, in f: x", "line 99999, in f: x", "line 9999999999, in f: x", "anything"):
        assert found.placed(verdict.model_copy(update={"trace": (odd,)})).trace == (odd,)


def test_markdown_cells_count_too(tmp_path: Path, exercise1: Exercise) -> None:
    made = v4.new_notebook(cells=[v4.new_markdown_cell("# Lab"), v4.new_code_cell("class PositionalEncoding: pass")])
    nbformat.write(made, tmp_path / "lab.ipynb")
    assert "Used cell 2 " in read(tmp_path / "lab.ipynb", exercise1).notes[0]


def test_the_last_definition_wins(taken: Callable[..., Submission]) -> None:
    assert "second" in taken("class PositionalEncoding: first = 1", "class PositionalEncoding: second = 2").source
    assert "first" not in taken("class PositionalEncoding: first = 1", "class PositionalEncoding: second = 2").source


def test_a_base_class_is_the_one_that_was_there_when_the_class_was_made(taken: Callable[..., Submission]) -> None:
    source = taken("class Base: n = 1", "class PositionalEncoding(Base): pass", "class Base: n = 2").source
    assert "n = 1" in source and "n = 2" not in source


def test_a_helper_is_the_one_that_is_there_when_it_is_called(taken: Callable[..., Submission]) -> None:
    user = "class PositionalEncoding:\n    def forward(self, x): return helper(x)"
    source = taken("def helper(x): return 1", user, "def helper(x): return 2").source
    assert "return 2" in source and "return 1" not in source


def test_a_constant_that_is_worked_out_has_its_functions_before_it(taken: Callable[..., Submission]) -> None:
    source = taken(
        "class PositionalEncoding:\n    table = TABLE",
        "TABLE = make(3)",
        "def make(n): return scale(n)",
        "def scale(n): return n",
    ).source
    space: dict[str, Any] = {}
    exec(source, space)
    assert space["PositionalEncoding"].table == 3


@pytest.mark.parametrize(
    "change",
    [
        "PositionalEncoding.n = 2",
        "setattr(PositionalEncoding, 'n', 2)",
        "PositionalEncoding = improved(PositionalEncoding)",
        "def to(cls):\n    return lambda f: setattr(cls, 'n', f())\n@to(PositionalEncoding)\ndef two():\n    return 2",
    ],
)
def test_what_is_done_to_the_class_later_is_taken_too(change: str, taken: Callable[..., Submission]) -> None:
    helper = "def improved(cls):\n    cls.n = 2\n    return cls"
    space: dict[str, Any] = {}
    exec(taken("class PositionalEncoding: n = 1", helper, change).source, space)
    assert space["PositionalEncoding"].n == 2


def test_a_table_that_is_filled_step_by_step_is_taken_whole(taken: Callable[..., Submission]) -> None:
    cells = ["rows = []", "for i in range(3):\n    rows.append(i)", "rows[0] = 7", "other = []; other.append(rows)"]
    source = taken(*cells, "class PositionalEncoding:\n    table = rows").source
    space: dict[str, Any] = {}
    exec(source, space)
    assert space["PositionalEncoding"].table == [7, 1, 2]
    assert "other" not in space


GLOBAL = """def set_up(base):
    global BASE
    BASE = base * SCALE
"""


@pytest.mark.parametrize(
    ("cells", "base"),
    [
        (("SCALE = 2", GLOBAL, "set_up(5)"), 10),
        (("SCALE = 2", GLOBAL, "set_up(5)", "set_up(7)"), 14),
        (("SCALE = 2\nBASE = 1", GLOBAL, "set_up(5)"), 10),
        (("SCALE = 2", GLOBAL, "set_up(5)", "BASE = 3"), 3),
        (("SCALE = 2", GLOBAL, "for base in range(4):\n    set_up(base)"), 6),
    ],
)
def test_what_a_called_function_makes_global_is_there(
    cells: tuple[str, ...], base: int, taken: Callable[..., Submission]
) -> None:
    source = taken(*cells, "def PositionalEncoding(): return BASE").source
    names: dict[str, Any] = {}
    exec(source, names)
    assert names["PositionalEncoding"]() == base


def test_a_function_that_makes_something_global_is_not_called_for_nothing(taken: Callable[..., Submission]) -> None:
    source = taken(
        "def train():\n    global losses\n    losses = [1]\ntrain()", "class PositionalEncoding: pass"
    ).source
    assert "train" not in source


def test_imports_that_nothing_uses_are_dropped(taken: Callable[..., Submission]) -> None:
    source = taken(
        "import math, torchtext\nfrom torch import nn, Tensor", "class PositionalEncoding(nn.Module): pi = math.pi"
    )
    assert names(source.source) == {"math", "nn", "PositionalEncoding"}


def test_a_submodule_is_imported_when_it_is_used(taken: Callable[..., Submission]) -> None:
    source = taken("import os, os.path, xml.dom", "class PositionalEncoding: join = os.path.join").source
    assert "import os.path" in source and "xml" not in source


def test_an_import_that_may_fail_comes_with_what_it_falls_back_on(taken: Callable[..., Submission]) -> None:
    source = taken(
        "try:\n    import fast\nexcept ImportError:\n    fast = None", "class PositionalEncoding: f = fast"
    ).source
    assert "except ImportError" in source


def test_a_star_import_comes_only_where_a_name_is_unexplained(taken: Callable[..., Submission]) -> None:
    assert "math" in taken("from math import *", "class PositionalEncoding: n = sqrt(4)").source
    assert "math" not in taken("from math import *", "class PositionalEncoding: n = len('ab')").source


def test_a_name_that_is_only_local_brings_nothing(taken: Callable[..., Submission]) -> None:
    user = "class PositionalEncoding:\n    def forward(self, x):\n        loss = x\n        return [loss for y in loss]"
    assert "train" not in taken("loss = train()", "y = train()", user).source


def test_a_near_name_is_taken_so_that_the_checks_can_name_it(taken: Callable[..., Submission]) -> None:
    assert names(taken("def positional_encoding(x): pass", "def plot(): pass").source) == {"positional_encoding"}


def test_a_cell_that_is_no_python_is_left_out_and_named(taken: Callable[..., Submission]) -> None:
    found = taken("class PositionalEncoding: pass", "x = (1,\ny = 2")
    assert "PositionalEncoding" in found.source
    assert found.notes[1].startswith("Cell 2 is no valid Python and was left out: ")


def test_strings_and_comments_of_what_is_taken_stay_as_they_are(taken: Callable[..., Submission]) -> None:
    code = 'class PositionalEncoding:  # für ♥\n    s = """\n  %not a magic\n"""\n    n = 1  # one'
    assert code in taken(f"y = 1; \n{code}").source
    assert "N = 'é'" in taken("x = 'ü'; N = 'é'; class_ = 1", "class PositionalEncoding: n = N").source


def test_tuple_targets_walrus_and_loops_bind_names(taken: Callable[..., Submission]) -> None:
    source = taken(
        "(a, *b), c = (1, 2, 3), 4", "if (n := 5) > 3: pass", "class PositionalEncoding: all = (a, b, c, n)"
    ).source
    space: dict[str, Any] = {}
    exec(source, space)
    assert space["PositionalEncoding"].all == (1, [2, 3], 4, 5)


# -------------------------------------------------------------------------------------------------------- magics


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("!pip install a \\\n   b\nx = 1", "\npass\nx = 1"),
        ("if x:\n    !ls\n    %cd ..", "if x:\n    pass\n    pass"),
        ("files = !ls *.py\nx = 1", "pass\nx = 1"),
        ("torch.nn?\n?torch\ntorch.nn??", "pass\npass\npass"),
        ("pip install torch", "pass"),
        ("%time x = slow()", "x = slow()"),
        ("%timeit -n 3 slow()", "pass"),
        ("%%time\nx = 1", "pass\nx = 1"),
        ("%%capture out\nx = 1", "pass\nx = 1"),
        ("%%bash\nrm -rf x", ""),
        ("%%writefile x.py\nx = 1", ""),
        ("x = '''\n%no\n!no\n'''", "x = '''\n%no\n!no\n'''"),
        ("x = (7\n  % 3)", "x = (7\n  % 3)"),
        ("await f()", "await f()"),
    ],
)
def test_what_ipython_alone_understands_is_taken_out(cell: str, python: str) -> None:
    assert notebook.python(cell) == python


@given(st.text(alphabet="ab=%!?\\ \n()'\"#:", max_size=60))
def test_any_cell_becomes_python_or_a_syntax_error(cell: str) -> None:
    with suppress(SyntaxError):
        notebook.parse(notebook.python(cell))


# -------------------------------------------------------------------------------------------- broken and hostile


BROKEN = {
    "{": "is no notebook",
    "[]": "has no cells",
    "{}": "has no cells",
    '{"cells": 3}': "has no cells",
    '{"cells": []}': "no code cells",
    '{"cells": [{"cell_type": "markdown", "source": "x"}]}': "no code cells",
    '{"cells": [null, 3, {"cell_type": "code", "source": {"a": 1}}]}': "no code cells",
    '{"worksheets": [{"cells": 1}, 2]}': "no code cells",
    "[" * 200_000: "nested too deeply",
    '{"cells": [{"cell_type": "code", "source": "x = 1"}]}': "Nothing in lab.ipynb defines PositionalEncoding",
}


@pytest.mark.parametrize("content", BROKEN, ids=range(len(BROKEN)))
def test_what_is_no_usable_notebook_is_one_sentence(content: str, tmp_path: Path, exercise1: Exercise) -> None:
    (tmp_path / "lab.ipynb").write_text(content)
    with pytest.raises(SubmissionError, match=BROKEN[content]) as caught:
        read(tmp_path / "lab.ipynb", exercise1)
    assert "\n" not in str(caught.value)


def test_outputs_of_many_megabytes_are_no_hindrance(tmp_path: Path, exercise1: Exercise) -> None:
    picture = v4.new_output("display_data", {"image/png": "A" * 12_000_000})
    cell = v4.new_code_cell("class PositionalEncoding: pass", outputs=[picture])
    nbformat.write(v4.new_notebook(cells=[cell]), tmp_path / "lab.ipynb")
    assert len(read(tmp_path / "lab.ipynb", exercise1).source) < 100


def test_a_notebook_that_is_too_large_is_told_to_clear_its_outputs(
    tmp_path: Path, exercise1: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notebook, "LARGEST", 1000)
    (tmp_path / "lab.ipynb").write_text(json.dumps({"cells": [], "x": "y" * 1000}))
    with pytest.raises(SubmissionError, match="Clear the notebook's outputs"):
        read(tmp_path / "lab.ipynb", exercise1)


def test_a_notebook_of_too_much_code_is_refused(tmp_path: Path, taken: Callable[..., Submission]) -> None:
    with pytest.raises(SubmissionError, match="more than 1 MB of code"):
        taken("class PositionalEncoding: pass", f"x = '{'a' * 1_000_001}'")
    with pytest.raises(SubmissionError, match=r"20,000 statements"):
        taken("class PositionalEncoding: pass", "x=1;" * 20_001)


def test_a_chain_of_a_thousand_changes_is_followed(taken: Callable[..., Submission]) -> None:
    source = taken("x = 0\n" + "x += 1\n" * 3000, "class PositionalEncoding: n = x").source
    space: dict[str, Any] = {}
    exec(source, space)
    assert space["PositionalEncoding"].n == 3000


def test_definitions_that_need_each_other_end(taken: Callable[..., Submission]) -> None:
    user = "class PositionalEncoding(a): pass"
    assert names(taken("def a(): return b()", "def b(): return a()", user).source) == {"a", "b", "PositionalEncoding"}
    assert taken("x = y", "y = x", "class PositionalEncoding: n = x").source


@pytest.mark.parametrize("cell", ["-" * 100_000 + "1", "(" * 500, "a" + ".b" * 100_000, "x = 1\0", "x = '\ud800'"])
def test_cells_that_would_break_a_parser_are_survived(cell: str, tmp_path: Path, exercise1: Exercise) -> None:
    content = {"cells": [{"cell_type": "code", "source": s} for s in ("class PositionalEncoding: pass", cell)]}
    (tmp_path / "lab.ipynb").write_text(json.dumps(content))
    assert "PositionalEncoding" in read(tmp_path / "lab.ipynb", exercise1).source


def test_nothing_in_a_notebook_is_executed(tmp_path: Path, taken: Callable[..., Submission]) -> None:
    trap = f"open({str(tmp_path / 'trace')!r}, 'w')"
    taken(trap, f"N = {trap}", f"class PositionalEncoding:\n    n = N\n    {trap}", f"%time {trap}")
    assert not (tmp_path / "trace").exists()
