"""Jobs, tried with small functions that run in a real process of their own."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tfl import events, jobs
from tfl.errors import UnknownName
from tfl.events import Event, Failed, Finished, Notice, Result
from tfl.jobs import Job, run_job

SOURCE = '''
import os, signal, sys, time
from tfl.errors import TflError
from tfl.events import Notice, Result

def echo(request, emit):
    emit(Result(value=request))

def environment(request, emit):
    emit(Result(value={"heavy": [name for name in ("torch", "numpy", "matplotlib") if name in sys.modules]}))

def chatty(request, emit):
    print("a library prints")
    os.system("echo so does a program")
    os.write(1, b'{"event": "notice", "text": "forged"}' + bytes([10]))
    emit(Notice(text="true"))

def nosy(request, emit):
    emit(Result(value={"read": sys.stdin.read()}))

def fails(request, emit):
    raise TflError("The corpus is missing.", "Fetch it.")

def breaks(request, emit):
    {}["absent"]

def hungry(request, emit):
    raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")

def dies(request, emit):
    print("about to die", file=sys.stderr)
    os.kill(os.getpid(), request["signal"])

def exits(request, emit):
    os._exit(7)

def works(request, emit):
    """Until it is stopped; then it saves its work, which takes a moment."""
    try:
        emit(Notice(text="working"))
        time.sleep(60)
    except KeyboardInterrupt:
        time.sleep(0.2)
        with open(request["saved"], "w") as file:
            file.write("saved")
        emit(Notice(text="saved"))
        raise KeyboardInterrupt("Go on with --resume.") from None

def flood(request, emit):
    """More events than fit into a pipe, and as many again when it is stopped."""
    try:
        while True:
            emit(Notice(text="x" * 1000))
    except KeyboardInterrupt:
        for _ in range(1000):
            emit(Notice(text="x" * 1000))
        raise

def stubborn(request, emit):
    while True:
        try:
            emit(Notice(text="working"))
            time.sleep(60)
        except KeyboardInterrupt:
            emit(Notice(text="no"))
'''


@pytest.fixture(autouse=True)
def small_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every function of `SOURCE` is a job."""
    (tmp_path / "small_jobs.py").write_text(SOURCE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    names = [line.split("(")[0].removeprefix("def ") for line in SOURCE.splitlines() if line.startswith("def ")]
    monkeypatch.setattr(jobs, "JOBS", {name: f"small_jobs:{name}" for name in names})


def failure(happened: list[Event]) -> Failed:
    """The last event, which is a failure."""
    assert isinstance(happened[-1], Failed)
    return happened[-1]


def test_the_request_arrives_and_the_result_comes_back() -> None:
    request = {"text": "naïve ✓\n", "layers": ["encoder.*"], "labels": None}
    result, finished = run_job("echo", request)
    assert result == Result(value=request)
    assert isinstance(finished, Finished)


def test_a_large_request_arrives_whole() -> None:
    result, _ = run_job("echo", {"text": "x" * 1_000_000})
    assert isinstance(result, Result)
    assert len(result.value["text"]) == 1_000_000


def test_a_job_starts_without_anything_heavy() -> None:
    result, _ = run_job("environment", {})
    assert result == Result(value={"heavy": []})


def test_nothing_else_can_write_among_the_events() -> None:
    notice, finished = run_job("chatty", {})
    assert notice == Notice(text="true")
    assert isinstance(finished, Finished)


def test_a_file_in_the_working_directory_does_not_stand_in_for_a_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "pydantic.py").write_text("raise SystemExit('the wrong one')")
    monkeypatch.chdir(tmp_path / "here")
    result, _ = run_job("echo", {})
    assert result == Result(value={})


def test_a_job_that_reads_standard_input_finds_it_empty() -> None:
    result, _ = run_job("nosy", {})
    assert result == Result(value={"read": ""})


def test_an_unknown_job_is_refused_with_near_names() -> None:
    with pytest.raises(UnknownName, match="echo"):
        list(run_job("ecko", {}))


def test_an_expected_error_keeps_its_sentence_its_action_and_its_exit_code() -> None:
    failed = failure(list(run_job("fails", {})))
    assert (failed.message, failed.action, failed.exit_code) == ("The corpus is missing.", "Fetch it.", 1)


def test_an_unexpected_error_is_one_sentence_and_keeps_its_trace() -> None:
    failed = failure(list(run_job("breaks", {})))
    assert "KeyError: 'absent'" in failed.message
    assert "\n" not in failed.message
    assert "line" in failed.trace and "small_jobs.py" in failed.trace


def test_memory_that_runs_out_is_named() -> None:
    assert failure(list(run_job("hungry", {}))).message == jobs.OUT_OF_MEMORY


def test_a_killed_job_is_reported_as_most_likely_out_of_memory() -> None:
    failed = failure(list(run_job("dies", {"signal": int(signal.SIGKILL)})))
    assert "memory" in failed.message and failed.action == jobs.LESS_MEMORY


def test_a_crashed_job_is_reported_with_its_signal_and_last_words() -> None:
    failed = failure(list(run_job("dies", {"signal": int(signal.SIGSEGV)})))
    assert "SIGSEGV" in failed.message and "about to die" in failed.message


def test_a_job_that_exits_without_a_word_has_failed() -> None:
    assert "exit status 7" in failure(list(run_job("exits", {}))).message


def test_ctrl_c_lets_the_job_save_its_work_and_still_tells_of_it(tmp_path: Path) -> None:
    happened = []
    for event in run_job("works", {"saved": str(tmp_path / "saved")}):
        happened.append(event)
        if event == Notice(text="working"):
            signal.raise_signal(signal.SIGINT)
    assert Notice(text="saved") in happened
    assert (tmp_path / "saved").exists()
    assert (failure(happened).exit_code, failure(happened).action) == (130, "Go on with --resume.")


def test_ctrl_c_means_what_it_meant_before_once_the_job_is_over() -> None:
    before = signal.getsignal(signal.SIGINT)
    list(run_job("echo", {}))
    assert signal.getsignal(signal.SIGINT) is before


def test_leaving_the_loop_stops_the_job(tmp_path: Path) -> None:
    with closing(run_job("works", {"saved": str(tmp_path / "saved")})) as happening:
        next(happening)
    assert (tmp_path / "saved").exists()


def test_leaving_the_loop_stops_a_job_that_nobody_listens_to_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "GRACE", 1000.0)
    with closing(run_job("flood", {})) as happening:
        next(happening)


def test_a_job_that_does_not_stop_is_killed_after_the_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "GRACE", 0.3)
    happened = stop_at_work("stubborn")
    assert Notice(text="no") in happened
    assert failure(happened).exit_code == 130


def test_asking_twice_kills_at_once() -> None:
    happened = stop_at_work("stubborn", times=2)
    assert failure(happened).exit_code == 130


def stop_at_work(name: str, times: int = 1) -> list[Event]:
    """The events of a job that is asked to stop from another thread as soon as it works."""
    happened: list[Event] = []
    with closing(Job(name, {})) as job:
        for event in job:
            happened.append(event)
            if happened == [Notice(text="working")]:
                for _ in range(times):
                    asking = threading.Thread(target=job.stop)
                    asking.start()
                    asking.join()
    return happened


def test_a_job_stops_when_its_front_end_is_killed(tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    front_end = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from tfl import jobs; import sys\n"
            "jobs.JOBS['works'] = 'small_jobs:works'\n"
            f"for event in jobs.run_job('works', {{'saved': {str(saved)!r}}}): print(event, flush=True)",
        ],
        stdout=subprocess.PIPE,
    )
    assert front_end.stdout
    with front_end.stdout:
        front_end.stdout.readline()
        front_end.kill()
        front_end.wait()
    assert wait_for(saved)


def wait_for(path: Path) -> bool:
    """Whether a file comes to be, within a minute."""
    for _ in range(1200):
        if path.exists():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def torchrun_rank(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("RANK", "1")
    yield


def test_under_torchrun_only_the_first_process_speaks(torchrun_rank: None) -> None:
    (last,) = run_job("echo", {})
    assert isinstance(last, Finished)


def test_under_torchrun_any_process_can_fail(torchrun_rank: None) -> None:
    assert "The corpus is missing." in failure(list(run_job("fails", {}))).message


def test_under_torchrun_the_request_is_an_argument() -> None:
    answer = subprocess.run(
        [sys.executable, "-P", "-m", "tfl.jobs", "small_jobs:echo", '{"seed": 3}'],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=True,
    )
    assert events.parse(answer.stdout.splitlines()[0]) == Result(value={"seed": 3})
