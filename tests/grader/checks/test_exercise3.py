"""Exercise 3: what right answers earn however they are written, and what plausible wrong ones are told."""

import pytest

from tests.grader.checks.bench import COURSE, Bench, Wrong, wrong

BENCH = Bench(COURSE.exercise("exercise3"))

LOOPS = '''
import difflib
import re
from fnmatch import translate

from torch import nn

def freeze(net):
    for p in net.parameters():
        p.requires_grad = False

def replace_head(net, n):
    """Makes the head on the CPU and moves it."""
    old = net.classifier
    net.classifier = nn.Linear(old.in_features, n).to(old.weight)

def unfreeze(net, what):
    rules = {w: re.compile(translate(w)) for w in what}
    names = [n for n, _ in net.named_parameters()]
    hit = {w: [n for n in names if rule.match(n)] for w, rule in rules.items()}
    for w, found in hit.items():
        if not found:
            raise KeyError(f"{w}: {difflib.get_close_matches(w, names)}")
    chosen = tuple(n for n in names if any(n in found for found in hit.values()))
    for n, p in net.named_parameters():
        if n in chosen:
            p.requires_grad = True
    return chosen
'''

WRONG = [
    wrong("freeze does nothing", ("model.requires_grad_(False)", "model"), fails={"freeze": "it is frozen"}),
    wrong(
        "eval mode instead of freezing",
        ("model.requires_grad_(False)", "model.eval()"),
        fails={"freeze": "it is frozen and must stay what it was"},
    ),
    wrong(
        "only the top level is frozen",
        ("model.requires_grad_(False)", "[p.requires_grad_(False) for p in model.parameters(recurse=False)]"),
        fails={"freeze": "it is frozen"},
    ),
    wrong(
        "weights are frozen, biases are not",
        (
            "model.requires_grad_(False)",
            "[p.requires_grad_(False) for n, p in model.named_parameters() if 'weight' in n]",
        ),
        fails={"freeze": "bias after training"},
    ),
    wrong(
        "the model forgets",
        ("model.requires_grad_(False)", "[p.requires_grad_(False).zero_() for p in model.parameters()]"),
        fails={"freeze": "it changed"},
    ),
    wrong(
        "the old head is only cut to size",
        (
            "    model.classifier = nn.Linear(old.shape[1], classes, device=old.device, dtype=old.dtype)",
            "    new = nn.Linear(old.shape[1], classes, device=old.device, dtype=old.dtype)\n    "
            "new.weight.data[: len(old)] = old.data[:classes]\n    model.classifier = new",
        ),
        fails={"head-fresh": "the old numbers are still there"},
    ),
    wrong(
        "as many classes as before",
        ("nn.Linear(old.shape[1], classes,", "nn.Linear(old.shape[1], len(old),"),
        fails={"head": "for"},
    ),
    wrong(
        "the head is returned, not put in",
        ("model.classifier = nn.Linear", "return nn.Linear"),
        fails={"head": "classifier.weight for"},
    ),
    wrong(
        "no bias",
        ("device=old.device, dtype=old.dtype", "device=old.device, dtype=old.dtype, bias=False"),
        fails={"head": "The model has lost classifier.bias"},
    ),
    wrong(
        "a head with a layer more",
        (
            "    model.classifier = nn.Linear(old.shape[1], classes, device=old.device, dtype=old.dtype)",
            "    model.classifier = nn.Sequential(nn.Linear(old.shape[1], classes, device=old.device, "
            "dtype=old.dtype))",
        ),
        fails={"head": "The model has lost classifier.weight"},
    ),
    wrong(
        "a frozen head",
        ("dtype=old.dtype)", "dtype=old.dtype).requires_grad_(False)"),
        fails={"head-learns": "classifier.weight is missing"},
    ),
    wrong("float32 on the CPU", (", device=old.device, dtype=old.dtype", ""), fails={"head-place": "number format"}),
    wrong(
        "the body is new too",
        (
            "    old = model",
            "    for module in model.modules():\n        if isinstance(module, nn.Embedding):\n            "
            "module.reset_parameters()\n    old = model",
        ),
        fails={"head": "answers"},
    ),
    wrong(
        "nothing wakes",
        ("requires_grad_(True)", "requires_grad_(False)"),
        fails={"unfreeze": "it must learn", "patterns": "is missing"},
    ),
    wrong(
        "everything wakes",
        ("for name in chosen:", "for name in parameters:"),
        fails={"unfreeze": "it is frozen", "patterns": "should not be among them"},
    ),
    wrong(
        "prefixes instead of patterns",
        (
            "    chosen = [name for name in parameters if any(fnmatchcase(name, pattern) for pattern in patterns)]",
            "    chosen = [name for name in parameters if any(name.startswith(p.rstrip('*')) for p in patterns)]",
        ),
        fails={"unfreeze": "it must learn", "patterns": "is missing"},
    ),
    wrong(
        "all patterns must match",
        (
            "parameters if any(fnmatchcase(name, pattern) for pattern in patterns)]",
            "parameters if all(fnmatchcase(name, pattern) for pattern in patterns)]",
        ),
        fails={
            "unfreeze": "it must learn",
            "several-patterns": "is missing",
            "returned": "",
            "goes-on-learning": "",
            "no-match-changes-nothing": "",
        },
    ),
    wrong(
        "the order of the patterns",
        (
            "[name for name in parameters if any(fnmatchcase(name, pattern) for pattern in patterns)]",
            "[name for pattern in patterns for name in parameters if fnmatchcase(name, pattern)]",
        ),
        fails={"returned": "the order is not the model's"},
    ),
    wrong(
        "nothing comes back",
        ("    return chosen\n", ""),
        fails={"returned": "a list of strings is expected; None came"},
    ),
    wrong("a generator is read twice", ("    patterns = list(patterns)\n", ""), fails={"generator": "read it once"}),
    wrong(
        "the others go to sleep",
        ("    for name in chosen:", "    model.requires_grad_(False)\n    for name in chosen:"),
        fails={"goes-on-learning": "is missing", "transfer": ""},
    ),
    wrong(
        "no word of a wrong pattern",
        ("            raise LookupError(", "            str("),
        fails={"no-match": "LookupError is expected; no error came"},
    ),
    wrong(
        "only the last pattern is looked at",
        ("for pattern in patterns:\n", "for pattern in patterns[-1:]:\n"),
        fails={"no-match": "LookupError is expected; no error came"},
    ),
    wrong(
        "gradients are switched off instead",
        ("    model.requires_grad_(False)", "    import torch\n\n    torch.set_grad_enabled(False)"),
        fails={"freeze": "it is frozen"},
    ),
    wrong("another error", ("raise LookupError(", "raise ValueError("), fails={"no-match": "ValueError came"}),
    wrong(
        "capitals do not count",
        ("if not any(fnmatchcase(name, pattern)", "if not any(fnmatchcase(name, pattern.lower())"),
        fails={"no-match": "Embedding.weight"},
    ),
    wrong("nothing near", ("  Near it: {', '.join(near)}.", ""), fails={"no-match-near": "must name what is near it"}),
    wrong(
        "half of it has been done",
        (
            "            near =",
            "            [p.requires_grad_(True) for n, p in parameters.items() if fnmatchcase(n, "
            "patterns[0])]\n            near =",
        ),
        fails={"no-match-changes-nothing": "look at every pattern before"},
    ),
]


@pytest.mark.parametrize("seed", ["0", "1", "2"])
@pytest.mark.parametrize("source", [BENCH.solution, LOOPS], ids=["ours", "loops"])
def test_right_answers_earn_everything(source: str, seed: str) -> None:
    assert BENCH.failures(source, seed) == {}


@pytest.mark.parametrize("answer", WRONG, ids=lambda answer: answer.name)
def test_wrong_answers_are_told_what_is_wrong(answer: Wrong) -> None:
    answer.confirm(BENCH)
