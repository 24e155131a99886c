"""`python -m tfl.results`: which groups it measures again, what it trains for them, and how it is stopped."""

import json
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
import typer

from cli.main import COMMANDS
from tfl import files
from tfl.errors import RunError
from tfl.lessons.figures import Figure, Group, Results
from tfl.results import __main__ as command
from tfl.results import experiments, trainings
from tfl.results.trainings import Training


@pytest.fixture
def own_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The command writes into a course of the test's own."""
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "course.toml").write_text(
        'title = "T"\nversion = "1"\nstages = []\nexercises = []\n[paths]\nlessons = "lessons"\n'
    )
    found = command.course.load(folder)
    monkeypatch.setattr(command.course, "load", lambda: found)
    return folder


def replace_groups(monkeypatch: pytest.MonkeyPatch, **groups: Callable[[object], Group]) -> list[str]:
    """Let the command know these groups only; returns which of them it has trained for."""
    trained: list[str] = []
    monkeypatch.setattr(Training, "run", lambda training: trained.append(*training.arguments))
    trainings = {name: lambda runs, name=name: iter([Training(runs, (name,))]) for name in groups}
    monkeypatch.setattr(command, "TRAININGS", trainings)
    monkeypatch.setattr(command, "GROUPS", groups)
    return trained


def made(value: float) -> Group:
    return Group(command="c", date="d", figures={"x": Figure(value=value, kind="number")})


def fails(places: object) -> Group:
    raise RunError("There are no runs.", "Make some.")


def test_a_group_is_replaced_and_others_stay(own_course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_groups(monkeypatch, one=lambda places: made(1), two=lambda places: made(2))
    assert command.main(["--gather-only"]) == 0
    replace_groups(monkeypatch, one=lambda places: made(7))
    assert command.main(["one"]) == 0
    kept = json.loads((own_course / "lessons/results.json").read_text())["groups"]
    assert [kept[name]["figures"]["x"]["value"] for name in ("one", "two")] == [7, 2]


def test_what_cannot_be_gathered_keeps_its_figures_and_is_told(
    own_course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files.write_json(own_course / "lessons/results.json", Results(groups={"one": made(1)}).model_dump(mode="json"))
    trained = replace_groups(monkeypatch, one=fails, two=lambda places: made(2))
    assert command.main([]) == 1
    assert trained == ["one", "two"]
    assert "one stays as it was: There are no runs." in capsys.readouterr().err
    kept = json.loads((own_course / "lessons/results.json").read_text())["groups"]
    assert [kept[name]["figures"]["x"]["value"] for name in ("one", "two")] == [1, 2]


def test_gathering_only_trains_nothing(own_course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained = replace_groups(monkeypatch, one=lambda places: made(1))
    command.main(["--gather-only", "one"])
    assert trained == []


def test_what_would_be_trained_is_listed_and_not_done(
    own_course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    trained = replace_groups(monkeypatch, one=lambda places: made(1))
    assert command.main(["--list", "--runs", "/r"]) == 0
    assert capsys.readouterr().out == "# one\nTFL_RUNS=/r tfl one\n"
    assert trained == [] and not (own_course / "lessons/results.json").exists()


def test_a_stop_is_told_and_nothing_after_it_is_begun(
    own_course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(places: object) -> Group:
        raise KeyboardInterrupt

    trained = replace_groups(monkeypatch, one=stopped, two=lambda places: made(2))
    assert command.main([]) == 130
    assert trained == ["one"]
    assert "Stopped at one." in capsys.readouterr().err


def test_a_training_that_fails_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        trainings, "TFL", (sys.executable, "-c", "import os, sys; sys.exit(sys.argv[1] != os.environ['TFL_RUNS'])")
    )
    Training(tmp_path / "runs", (str(tmp_path / "runs"),)).run()
    with pytest.raises(subprocess.CalledProcessError):
        Training(tmp_path / "runs", ("elsewhere",)).run()


def test_what_is_trained_is_what_the_groups_look_for(tmp_path: Path) -> None:
    for train in trainings.TRAININGS.values():
        for training in train(tmp_path):
            name, *arguments = training.arguments
            module, _ = COMMANDS[name]
            typer.main.get_command(import_module(module).app).make_context(name, arguments)
    layers = [training.arguments for training in trainings.layers(tmp_path)]
    assert len(layers) == len(set(layers)) == 3 * (len(experiments.LAYERS) + len(experiments.ON_SAMPLE))
    assert set(trainings.TRAININGS) < set(command.GROUPS)


def test_a_report_of_the_benchmark_is_taken_as_it_is(own_course: Path, tmp_path: Path) -> None:
    about = dict.fromkeys(("corpus", "processor", "cores", "load before", "torch", "python"), "x")
    about |= dict.fromkeys(("reviews", "figures", "precision"), "y")
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"about": about, "ratios": []}))
    assert command.main(["lab", "--lab-report", str(report)]) == 0
    assert "lab" in json.loads((own_course / "lessons/results.json").read_text())["groups"]
    assert command.main(["lab", "--lab-report", str(tmp_path / "gone.json")]) == 1


def test_a_group_that_does_not_exist_is_refused(own_course: Path) -> None:
    with pytest.raises(SystemExit):
        command.main(["nobody"])
