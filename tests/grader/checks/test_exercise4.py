"""Exercise 4: what right answers earn however they are written, and what plausible wrong ones are told."""

import pytest

from tests.grader.checks.bench import COURSE, Bench, Wrong, wrong

BENCH = Bench(COURSE.exercise("exercise4"))

DICTIONARY = '''
import re
import torch

def layer_groups(names):
    """Collects by height, and gives tuples."""
    by_height = {}
    for name in names:
        found = re.fullmatch(r"encoder[.]layers[.]([0-9]+)[.].+", name)
        height = 1_000_000 if name.startswith("classifier.") else int(found.group(1)) if found else -1
        by_height.setdefault(height, []).append(name)
    return tuple(tuple(by_height[h]) for h in sorted(by_height, reverse=True))

def discriminative_rates(n, lr, factor=2.6):
    return lr * torch.tensor(factor, dtype=torch.float64) ** -torch.arange(n, dtype=torch.float64)

def unfreezing_schedule(n, t):
    return n if t >= n else t + 1
'''

WRONG = [
    wrong(
        "from the bottom up",
        ("key=_height, reverse=True", "key=_height"),
        fails={"groups": "the classifier's must come first"},
    ),
    wrong(
        "layers upside down",
        ("return int(layer[1]) if layer else -1", "return -int(layer[1]) if layer else -99"),
        fails={"groups": "group 1 must be"},
    ),
    wrong(
        "numbers as text",
        ("int(layer[1]) if layer else -1", "float('0.' + layer[1]) if layer else -1"),
        fails={"layer-ten": "layer 10 stands above layer 9"},
    ),
    wrong(
        "names sorted within a group",
        ("[list(group) for", "[sorted(group) for"),
        fails={"groups": "group 0 must be"},
    ),
    wrong(
        "other names are lost",
        (
            "sorted(names,",
            "sorted([n for n in names if n.startswith(('embedding', 'classifier.', 'encoder.layers.'))],",
        ),
        fails={"other-names": "group"},
    ),
    wrong(
        "other names join the classifier",
        (
            "int(layer[1]) if layer else -1",
            "int(layer[1]) if layer else -1 if name.startswith('embedding') else math.inf",
        ),
        fails={"other-names": "group 0 must be"},
    ),
    wrong(
        "groups of which some are empty",
        (
            "for _, group in groupby(sorted(names, key=_height, reverse=True), key=_height)]",
            "for _, group in groupby(sorted(names, key=_height, reverse=True), key=_height)] + [[]] * "
            "('embedding.weight' not in names)",
        ),
        fails={"layer-ten": "", "other-names": "a group without names", "missing-parts": "a group without names"},
    ),
    wrong(
        "the list itself is sorted",
        (
            "    return [list(group) for _, group in groupby(sorted(names, key=_height, reverse=True), key=_height)]",
            "    names.sort(key=_height, reverse=True)\n    return [list(group) for _, group in "
            "groupby(names, key=_height)]",
        ),
        fails={"names-untouched": ""},
    ),
    wrong(
        "a classifier by its first letters",
        ('startswith("classifier.")', 'startswith("classifier")'),
        fails={"lookalikes": "group 0"},
    ),
    wrong(
        "layers wherever they stand",
        ('re.match(r"encoder', 're.search(r"encoder'),
        fails={"lookalikes": "group"},
    ),
    wrong(
        "rates turned round",
        ("for depth in range(groups)]", "for depth in reversed(range(groups))]"),
        fails={"rates": "from the bottom up", "default-decay": "2.6 unless told"},
    ),
    wrong(
        "divided by multiples", ("decay**depth", "(decay * max(1, depth))"), fails={"rates": "", "default-decay": ""}
    ),
    wrong(
        "growing rates",
        ("rate / decay**depth", "rate * decay**depth"),
        fails={"rates": "a lower group learns more slowly", "default-decay": ""},
    ),
    wrong(
        "the first divided too",
        ("decay**depth", "decay ** (depth + 1)"),
        fails={"rates": "its power is 0", "default-decay": ""},
    ),
    wrong(
        "another decay",
        ("decay: float = 2.6", "decay: float = 2.0"),
        fails={"default-decay": "the decay is 2.6 unless told"},
    ),
    wrong("one rate for all", ("rate / decay**depth", "rate"), fails={"rates": "", "default-decay": ""}),
    wrong(
        "nothing trains at first",
        ("min(epoch + 1, groups)", "min(epoch, groups)"),
        fails={"schedule": "nothing trained in epoch 0"},
    ),
    wrong(
        "more groups than there are",
        ("min(epoch + 1, groups)", "epoch + 1"),
        fails={"schedule-ends": "never more groups than there are"},
    ),
    wrong(
        "all at once",
        ("min(epoch + 1, groups)", "groups"),
        fails={"schedule": "[1, 2, 3, 4] is expected; [4, 4, 4, 4] came"},
    ),
    wrong(
        "layers go to sleep",
        ("min(epoch + 1, groups)", "max(groups - epoch, 1)"),
        fails={"schedule": "layers went to sleep"},
    ),
]


@pytest.mark.parametrize("seed", ["0", "1", "2"])
@pytest.mark.parametrize("source", [BENCH.solution, DICTIONARY], ids=["ours", "dictionary"])
def test_right_answers_earn_everything(source: str, seed: str) -> None:
    assert BENCH.failures(source, seed) == {}


@pytest.mark.parametrize("answer", WRONG, ids=lambda answer: answer.name)
def test_wrong_answers_are_told_what_is_wrong(answer: Wrong) -> None:
    answer.confirm(BENCH)
