"""What the doctor finds on a machine."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from tfl import doctor
from tfl.doctor import GIB, Finding, examine

Installed = Callable[..., None]


def finding(name: str) -> Finding:
    """The one finding of this name."""
    (found,) = [found for found in examine() if found.name == name]
    return found


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Installed:
    """Pretend that tfl asks for `declared` and that these versions are installed."""

    def pretend(declared: list[str], **versions: str) -> None:
        def version(name: str) -> str:
            if name not in versions:
                raise metadata.PackageNotFoundError(name)
            return versions[name]

        monkeypatch.setattr(metadata, "requires", lambda name: declared)
        monkeypatch.setattr(metadata, "version", version)

    return pretend


def test_every_finding_that_is_not_fine_says_what_to_do(installed: Installed) -> None:
    installed(["torch>=2.6"])
    assert all(found.action for found in examine() if found.state != "ok")


def test_packages_that_fit_are_fine(installed: Installed) -> None:
    installed(["torch>=2.6,<3", "torchtext==0.6.*", "rich"], torch="2.13.0+cpu", torchtext="0.6.0", rich="15.0")
    assert finding("packages").state == "ok"
    assert finding("packages").detail == "torch 2.13.0+cpu, torchtext 0.6.0 and 1 others"


def test_a_missing_package_is_named_with_the_command_that_installs_it(installed: Installed) -> None:
    installed(["torch>=2.6", "torchtext==0.6.*"], torch="2.13.0")
    assert finding("packages").state == "bad"
    assert finding("packages").action == "Run `pip install 'torchtext==0.6.*'`."


def test_a_version_that_does_not_fit_is_named(installed: Installed) -> None:
    installed(["torch>=2.6", "torchtext==0.6.*"], torch="2.13.0", torchtext="0.18.0")
    assert finding("packages").detail == "torchtext 0.18.0 does not fit ==0.6.*"


def test_a_missing_extra_is_weak_and_says_what_is_worse_without_it(installed: Installed) -> None:
    installed(["torch", "torchtext", 'scikit-learn>=1.5; extra == "baseline"'], torch="2.13.0", torchtext="0.6.0")
    extra = finding("extra baseline")
    assert extra.state == "weak"
    assert "yardstick" in extra.detail and "tfl[baseline]" in extra.action


def test_what_another_extra_asks_for_is_nobodys_fault(installed: Installed) -> None:
    installed(["torch", "torchtext", 'ruff; extra == "dev"'], torch="2.13.0", torchtext="0.6.0")
    assert {found.state for found in examine() if found.name.startswith(("packages", "extra"))} == {"ok"}


def test_tfl_that_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", absent)
    assert "not installed" in finding("packages").detail


def test_a_gpu_that_torch_cannot_use_is_weak(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    installed([], torch="2.13.0+cpu", torchtext="0.6.0")
    exists = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: str(path) == "/dev/nvidia0" or exists(path))
    assert finding("device").state == "weak"


def test_little_memory_is_weak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=GIB, total=8 * GIB))
    assert finding("memory").state == "weak"


def test_a_containers_limit_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_container_memory", lambda: GIB)
    assert finding("memory").detail.startswith("1.0 GiB free")


def walls(monkeypatch: pytest.MonkeyPatch, **stand: bool) -> None:
    """Pretend that the grader's probe has found these."""
    run = subprocess.run

    def pretend(command: list[str], **options: object) -> object:
        if "grader.sandbox.probe" in command:
            return SimpleNamespace(stdout=json.dumps(stand))
        return run(command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", pretend)


def test_the_graders_walls_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    walls(monkeypatch, namespaces=True, landlock=True, seccomp=True)
    assert finding("isolation").state == "ok"
    assert finding("isolation").detail == "namespaces+landlock+seccomp"


@pytest.mark.parametrize(
    ("missing", "advice"),
    [("namespaces", "User namespaces are forbidden"), ("landlock", "Linux 5.13"), ("seccomp", "libseccomp2")],
)
def test_a_missing_wall_is_weak_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch, missing: str, advice: str) -> None:
    walls(monkeypatch, **{"namespaces": True, "landlock": True, "seccomp": True, missing: False})
    assert finding("isolation").state == "weak"
    assert missing not in finding("isolation").detail and advice in finding("isolation").action


def test_no_wall_at_all_is_called_process_only(monkeypatch: pytest.MonkeyPatch) -> None:
    walls(monkeypatch, namespaces=False, landlock=False, seccomp=False)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert finding("isolation").detail == "process only"
    assert "on Linux" in finding("isolation").action


def test_missing_corpora_are_weak_as_the_sample_is_there() -> None:
    assert finding("corpus imdb").state == "weak"
    assert finding("corpus sample-reviews").state == "ok"


def test_a_folder_tells_how_much_it_holds(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    with (tmp_path / "runs" / "weights").open("wb") as file:
        file.truncate(GIB // 2)
    assert "0.50 GiB held" in finding("runs folder").detail


def test_a_folder_that_is_a_file_is_bad(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    assert finding("cache folder").state == "bad"
    assert "TFL_CACHE" in finding("cache folder").action


def test_a_full_disk_is_weak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=GIB))
    assert finding("runs folder").state == "weak"


def test_looking_changes_nothing(tmp_path: Path) -> None:
    list(examine())
    assert list(tmp_path.iterdir()) == []


def test_looking_imports_nothing_heavy() -> None:
    code = (
        "import sys; from tfl.doctor import examine; list(examine())\n"
        "sys.exit(bool({'torch', 'numpy', 'matplotlib', 'sklearn'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
