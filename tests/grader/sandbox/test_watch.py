"""What is noticed of a submission.  Each has a fork of a process with torch loaded: a hook stays for good."""

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.incidents import WORDS
from grader.sandbox import watch

HOST = """
import json, os, sys
import torch
from grader.sandbox import lab
from grader.sandbox.watch import Watch

torch.set_num_threads(1)  # a process that has run several must not be forked

def notice(folder, source, answer):
    os.dup2(2, 1)  # what a submission prints is no answer
    read, write = os.pipe()
    watch = Watch()
    os.chdir(folder)
    watch.begin("mine.py", write)
    try:
        lab.load(source, "mine.py")
    except Exception as error:
        print("raised", repr(error), file=sys.stderr)
    watch.compare()
    os.close(write)
    os.write(answer, b" ".join(os.read(read, 4096).split()) + b"\\n")

for line in sys.stdin:
    folder, source = json.loads(line)
    answer = os.dup(1)
    if not (child := os.fork()):
        try:
            notice(folder, source, answer)
        finally:
            os._exit(0)
    os.close(answer)
    os.waitpid(child, 0)
"""

Noticed = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def host() -> Iterator[subprocess.Popen[str]]:
    """The process that is forked for each submission."""
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", HOST], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield process


@pytest.fixture
def noticed(host: subprocess.Popen[str], tmp_path: Path) -> Noticed:
    """What is told of a submission, which has a folder of its own."""

    def run(source: str) -> list[str]:
        assert host.stdin and host.stdout
        own = tmp_path / "own"
        own.mkdir()
        host.stdin.write(json.dumps([str(own), textwrap.dedent(source)]) + "\n")
        host.stdin.flush()
        told = host.stdout.readline()
        assert told.endswith("\n"), "the process of the submission ended without a word"
        return sorted(told.split())

    return run


CASES = {
    "frames": [
        "import sys; sys._getframe()",
        "import inspect; inspect.currentframe()",
        "import gc; gc.get_objects()",
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    error.__traceback__.tb_frame",
    ],
    "limits": ["import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0))"],
    "native": ["import ctypes; ctypes.string_at(id(1), 1)", "import ctypes; ctypes.CDLL(None)"],
    "network": ["import socket; socket.socket().close()"],
    "ours": ["import solutions", "from grader.sandbox import wire"],
    "patched": [
        "import builtins; builtins.abs = len",
        "import torch; torch.Tensor.numpy = None",
        "import torch; torch.nn.Module.parameters.__code__ = (lambda self, recurse=True: 0).__code__",
        "import torch; x = torch.library.Library('aten', 'IMPL')\n"
        "x.impl('allclose', lambda *a: True, 'CPU', allow_override=True)",
    ],
    "process": [
        "import os\nif not os.fork(): os._exit(0)",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "exec('import os\\nos.system(\"true\")')",
    ],
    "signal": ["import os; os.kill(os.getpid(), 0)"],
    "tracing": ["import sys; sys.settrace(None)"],
    "writing": [
        "open('../outside', 'w')",
        "import os; os.open('../outside', os.O_CREAT | os.O_WRONLY)",
        "import pathlib; pathlib.Path('../outside').write_text('')",
    ],
}


@pytest.mark.parametrize(("what", "source"), [(what, source) for what, many in CASES.items() for source in many])
def test_what_no_exercise_asks_for_is_noticed(what: str, source: str, noticed: Noticed) -> None:
    assert what in noticed(source)


def test_each_word_of_the_watch_is_told_in_a_sentence() -> None:
    assert set(watch._EVENTS.values()) | {"patched"} == WORDS.keys()
    assert WORDS.keys() == CASES.keys()


def test_honest_work_is_not_remarked_on(noticed: Noticed) -> None:
    source = """
        import collections, copy, dataclasses, enum, functools, json, logging, math, random, tempfile, typing, warnings
        import numpy as np
        import torch
        import torch.nn.functional as F
        from torch import nn, optim
        from torch.utils.data import DataLoader, TensorDataset

        Pair = collections.namedtuple("Pair", "a b")
        torch.manual_seed(0)
        torch.set_default_dtype(torch.float64)
        warnings.filterwarnings("ignore")
        logging.basicConfig(level=logging.INFO)
        logging.info("begin")

        @dataclasses.dataclass
        class Settings:
            rate: float = 0.1

        class Colour(enum.Enum):
            RED = 1

        class Row(typing.NamedTuple):
            a: int

        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.layer = nn.Linear(3, 3)

            @functools.lru_cache
            def forward(self, x):
                return F.relu(self.layer(x))

        model = copy.deepcopy(Model())
        data = DataLoader(TensorDataset(torch.ones(4, 3), torch.ones(4, 3)), batch_size=2, shuffle=True)
        optimiser = optim.AdamW(model.parameters(), lr=Settings().rate)
        for x, y in data:
            optimiser.zero_grad()
            F.mse_loss(model(x), y).backward()
            optimiser.step()
        torch.save(model.state_dict(), "model.pt")
        model.load_state_dict(torch.load("model.pt", weights_only=True))
        with open("notes.txt", "w") as file:
            json.dump({"mean": float(np.mean([1, 2]))}, file)
        with tempfile.TemporaryFile() as file:
            pass
        print(model, Pair(1, 2), Row(3), Colour.RED, random.random(), math.pi)
    """
    assert noticed(source) == []
