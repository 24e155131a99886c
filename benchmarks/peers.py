"""Other graders on five checks of exercise 1, each as its own documentation sets it up.

    python -m benchmarks.peers FOLDER      installs them from PyPI, each into a virtual environment of its own

nbgrader      an assignment with a solution cell and five autograder cells; `nbgrader autograde` on several students
              at once, so that its start is shared between them
otter-grader  a zip of five tests; `otter run` on one notebook at a time, its only way without Docker

Both run the submission in a fresh kernel or process without any wall around it.
"""

import json
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PACKAGES = {"nbgrader": ["nbgrader"], "otter": ["otter-grader", "ipykernel"]}
TORCH = "torch==2.13.0"
STUDENTS = 3  # in one command of nbgrader

REFERENCE = """
import torch

def codes(places, width):
    place = torch.arange(places, dtype=torch.float64)[:, None]
    speed = 10000.0 ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    table = torch.empty(places, width, dtype=torch.float64)
    table[:, 0::2] = torch.sin(place * speed)
    table[:, 1::2] = torch.cos(place * speed)[:, : width // 2]
    return table
"""
CHECKS = {
    "shape": """
x = torch.randn(3, 7, 16)
assert PositionalEncoding(16, 50, 0.0).eval()(x).shape == x.shape
""",
    "formula": """
x = torch.zeros(2, 29, 20)
assert torch.allclose(PositionalEncoding(20).eval()(x).double(), codes(29, 20).expand(2, 29, 20), atol=1e-4)
""",
    "added": """
x = torch.randn(2, 11, 12)
assert torch.allclose(PositionalEncoding(12).eval()(x).double(), x.double() + codes(11, 12), atol=1e-4)
""",
    "too-long": """
refused = False
try:
    PositionalEncoding(8, 5, 0.0).eval()(torch.zeros(1, 6, 8))
except Exception:
    refused = True
assert refused
""",
    "dropout": """
torch.manual_seed(1)
share = (PositionalEncoding(64, 100, 0.3).train()(torch.ones(8, 100, 64)) == 0).float().mean()
assert abs(share - 0.3) < 0.03
""",
}


def install(folder: Path) -> None:
    """Install the peers below `folder`."""
    for name, packages in PACKAGES.items():
        venv.create(folder / name, with_pip=True)
        subprocess.run([folder / name / "bin" / "pip", "install", "--quiet", TORCH, *packages], check=True)


class Nbgrader:
    """An nbgrader course with one assignment."""

    def __init__(self, environment: Path, folder: Path, submission: str) -> None:
        self._program, self._folder = environment / "bin" / "nbgrader", folder
        folder.mkdir()
        (folder / "nbgrader_config.py").write_text(
            f"c = get_config()\nc.CourseDirectory.root = {str(folder)!r}\nc.CourseDirectory.course_id = 'course'\n"
        )
        cells = [
            _cell("### BEGIN SOLUTION\n" + submission + "\n### END SOLUTION", "answer", solution=True),
            *(_cell(REFERENCE + code, name, points=1) for name, code in CHECKS.items()),
        ]
        _write(folder / "source" / "ps1" / "exercise1.ipynb", cells)
        self._run("generate_assignment", "ps1", "--create")
        self._hand_in([submission] * STUDENTS)

    def grade(self, submissions: Sequence[str]) -> None:
        """Grade these, whatever their points, in one command."""
        self._hand_in(submissions)
        self._run("autograde", "ps1", "--force")

    def seconds(self) -> float:
        """Seconds a submission.  Raises AssertionError where not every point was given."""
        started = time.perf_counter()
        self._run("autograde", "ps1", "--force")
        seconds = (time.perf_counter() - started) / STUDENTS
        self._run("export", "--to", str(self._folder / "grades.csv"))
        rows = (self._folder / "grades.csv").read_text().splitlines()
        score = rows[0].split(",").index("raw_score")
        assert [float(row.split(",")[score]) for row in rows[1:]] == [len(CHECKS)] * STUDENTS, rows
        return seconds

    def _hand_in(self, submissions: Sequence[str]) -> None:
        released = json.loads((self._folder / "release" / "ps1" / "exercise1.ipynb").read_text())
        for number, submission in enumerate(submissions):
            released["cells"][0]["source"] = submission
            path = self._folder / "submitted" / f"student{number}" / "ps1" / "exercise1.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(released))

    def _run(self, *arguments: str) -> None:
        _run([str(self._program), *arguments], self._folder, self._program.parent)


class Otter:
    """An Otter autograder of five tests."""

    def __init__(self, environment: Path, folder: Path, submission: str) -> None:
        self._program, self._folder = environment / "bin" / "otter", folder
        (folder / "tests").mkdir(parents=True)
        for name, code in CHECKS.items():
            lines = (REFERENCE + code).strip("\n")
            body = f"def check():\n{_indented(lines)}\n\ncheck()"
            first, *rest = [line for line in body.splitlines()]
            doctest = "\n".join([f">>> {first}", *(f"... {line}" for line in rest[:-1]), f">>> {rest[-1]}"])
            doctest = doctest.replace("... \n>>>", "...\n>>>")
            case = {"code": doctest, "hidden": False, "locked": False}
            suite = {"cases": [case], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
            test = {"name": name.replace("-", "_"), "points": 1, "suites": [suite]}
            path = folder / "tests" / f"{test['name']}.py"
            path.write_text(f"OK_FORMAT = True\n\ntest = {test!r}\n")
        _run([str(self._program), "generate", "-t", "tests", "-o", "autograder.zip"], folder, self._program.parent)
        self._hand_in(submission)

    def grade(self, submission: str) -> None:
        """Grade this one, whatever its points."""
        self._hand_in(submission)
        self._run_otter()

    def seconds(self) -> float:
        """Seconds a submission.  Raises AssertionError where not every point was given."""
        started = time.perf_counter()
        self._run_otter()
        seconds = time.perf_counter() - started
        results = json.loads((self._folder / "out" / "results.json").read_text())
        given = sum(test.get("score") or 0 for test in results["tests"])
        assert given == len(CHECKS), results
        return seconds

    def _hand_in(self, submission: str) -> None:
        start = _cell("import otter\ngrader = otter.Notebook()")
        _write(self._folder / "exercise1.ipynb", [start, _cell(submission), _cell("grader.check_all()")])

    def _run_otter(self) -> None:
        shutil.rmtree(self._folder / "out", ignore_errors=True)
        (self._folder / "out").mkdir()
        command = [str(self._program), "run", "--no-logo", "-a", "autograder.zip", "-o", "out", "exercise1.ipynb"]
        _run(command, self._folder, self._program.parent)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.splitlines() if line)


def _cell(source: str, id: str = "", *, solution: bool = False, points: int = 0) -> dict[str, Any]:
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
    if id:
        about = {"schema_version": 3, "grade": points > 0, "grade_id": id, "locked": points > 0, "solution": solution}
        cell["metadata"] = {"nbgrader": about | {"task": False} | ({"points": points} if points else {})}
    return cell


def _write(path: Path, cells: Sequence[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"cells": list(cells), "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 4}
    path.write_text(json.dumps(notebook))


def _run(command: list[str], folder: Path, programs: Path) -> None:
    """Run a peer's command as if its environment were activated."""
    environment = {"PATH": f"{programs}:/usr/bin:/bin", "HOME": str(folder), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")


if __name__ == "__main__":
    install(Path(sys.argv[1]))
