"""`tfl doctor`: a line for each finding, and how it ends."""

import json

import pytest
import typer

from cli import doctor
from tfl.doctor import Finding

FINE = Finding(name="cores", state="ok", detail="2")
WEAK = Finding(name="memory", state="weak", detail="1 GiB", action="Close other programs.")
BAD = Finding(name="packages", state="bad", detail="torch is not installed", action="Install it.")


def test_each_finding_is_a_line_with_its_sign_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda: [FINE, WEAK])
    doctor.doctor()
    assert capsys.readouterr().out.splitlines() == [
        "✓ cores: 2",
        "! memory: 1 GiB",
        "    Close other programs.",
    ]


def test_something_missing_is_exit_code_1(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(doctor, "examine", lambda: [FINE, BAD])
    with pytest.raises(typer.Exit) as ended:
        doctor.doctor()
    assert ended.value.exit_code == 1
    assert "✗ packages" in capsys.readouterr().out


def test_json_holds_every_finding(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(doctor, "examine", lambda: [FINE, WEAK])
    doctor.doctor(json=True)
    assert json.loads(capsys.readouterr().out) == [FINE.model_dump(), WEAK.model_dump()]
