"""Who does nothing earns nothing, and who lies about having done it earns nothing either."""

from collections.abc import Iterator

import pytest

from grader.client import Grader
from grader.patience import Patience
from grader.submission import Submission
from tests.grader.checks.bench import COURSE, Bench

LAZY = {
    "nothing": "return None",
    "zero": "return 0",
    "one": "return 1.0",
    "an empty list": "return []",
    "two empty lists": "return [], []",
    "an empty dictionary": "return {}",
    "not a number": "return float('nan')",
    "true": "return True",
    "its first argument": "return arguments[0]",
    "all its arguments": "return arguments",
    "a refusal": "raise ValueError('no')",
    "a missing name": "raise LookupError('classifier.weight embedding.weight')",
    "equal to all": "return Equal()",
}
EQUAL = "class Equal:\n    __eq__ = __ne__ = __lt__ = __gt__ = __le__ = __ge__ = lambda *_: True\n    __hash__ = None\n"


@pytest.fixture(scope="module", params=COURSE.exercises, ids=lambda exercise: exercise.id)
def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(request.param)


@pytest.mark.parametrize("body", LAZY.values(), ids=LAZY.keys())
def test_who_does_nothing_earns_nothing(bench: Bench, body: str) -> None:
    source = EQUAL + "\n".join(f"def {name}(*arguments, **named):\n    {body}" for name in bench.exercise.asks)
    assert bench.failures(source).keys() == {check.id for check in bench.exercise.checks}


def test_who_gives_the_input_back_earns_nothing() -> None:
    """In exercise 1: the identity, NaN everywhere, and something of the right shape."""
    bench = Bench(COURSE.exercise("exercise1"))
    for answer in ("x", "x * float('nan')", "x.new_zeros(x.shape) + 7", "x.expand_as(x)"):
        source = (
            "from torch import nn\nclass PositionalEncoding(nn.Module):\n    def __init__(self, *_):\n"
            f"        super().__init__()\n    def forward(self, x):\n        return {answer}\n"
        )
        earned = {check.id for check in bench.exercise.checks} - bench.failures(source).keys()
        assert earned <= ({"shape"} if "7" in answer else set())


# What freezes nothing, and says that it has: each takes the place of the reference's freeze.
LIARS = {
    "patched requires_grad": """
import torch
torch.Tensor.requires_grad = property(lambda self: False, lambda self, value: None)
def freeze(model): pass
""",
    "patched parameters": """
def freeze(model):
    model.parameters = lambda *_, **__: iter(())
    model.named_parameters = lambda *_, **__: iter(())
""",
    "gradients left off": """
import torch
def freeze(model): torch.set_grad_enabled(False)
""",
    "a patched observer": """
from grader.sandbox import observing
observing.trainable = lambda module: []
observing.learns = lambda tensor: False
observing.parameters = lambda module: {}
def freeze(model): pass
""",
    "no gradient for anyone": """
import torch
from grader.sandbox import observing
observing._gradients = lambda loss, weights, **_: [torch.zeros_like(w) for w in weights]
def freeze(model): pass
""",
    "no step for anyone": """
from grader.sandbox import observing
observing._subtract = lambda weight, step: weight
def freeze(model): pass
""",
    "a model that does not learn": """
def freeze(model):
    forward = model.forward
    model.forward = lambda tokens: forward(tokens).detach()
""",
}


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    patience = Patience(load=60, observation=60, whole=600)  # a busy machine is no attack
    with Grader(COURSE, ["exercise3"], patience=patience) as warm:
        yield warm


@pytest.mark.parametrize("source", LIARS.values(), ids=LIARS.keys())
def test_who_lies_about_freezing_earns_nothing_for_it(grader: Grader, source: str) -> None:
    mark = grader.mark(COURSE.exercise("exercise3"), Submission("lies.py", source))
    earned = {verdict.id for verdict in mark.checks if verdict.verdict == "passed"}
    assert "freeze" not in earned
    assert mark.score == 0
