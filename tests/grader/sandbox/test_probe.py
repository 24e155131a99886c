"""Which walls a machine can put up."""

import json
import subprocess
import sys

import pytest

from grader.sandbox import landlock, probe


def test_the_probe_answers_and_loads_no_torch() -> None:
    code = (
        "import json, sys\nfrom grader.sandbox import probe\nprint(json.dumps(probe.walls()))\n"
        "sys.exit(bool({'torch', 'numpy'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout).keys() == {"namespaces", "landlock", "seccomp"}


def test_nothing_of_it_stays_with_this_process() -> None:
    before = probe.walls()
    assert probe.walls() == before


def test_a_wall_that_fails_while_it_is_put_up_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*paths: object) -> None:
        raise OSError("no")

    monkeypatch.setattr(landlock, "is_there", lambda: True)
    monkeypatch.setattr(landlock, "put_up", fail)
    assert probe.walls()["landlock"] is False


def test_elsewhere_there_are_no_walls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not any(probe.walls().values())
