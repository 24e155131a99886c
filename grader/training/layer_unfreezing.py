"""Exercise 3: what the chosen layers buy.

from scratch              the reference: everything learns, from random weights
full fine-tuning          the reference: everything learns, from pre-trained weights
your final layer          your `freeze` and `replace_head`
your linear2 everywhere   your `unfreeze("*.linear2.*")`: a thin slice of every encoder layer
your last block           your `unfreeze("encoder.layers.1.*")`: one layer whole
"""

from collections.abc import Collection
from typing import Any

from grader.training import charts, plots
from grader.training.assignment import Assignment
from grader.training.bench import Bench
from grader.training.learner import Workplace
from grader.training.report import Finding, Report, Row
from tfl.config import Config
from tfl.phase import HEAD

PARTS = ("freeze", "replace_head", "unfreeze")
CHOICES = {"linear2-everywhere": ("*.linear2.*",), "last-block": ("encoder.layers.1.*",)}
CLAIM = (
    "A pre-trained model need not learn everything again.  A few chosen layers, with the rest frozen, come near full "
    "fine-tuning or pass it, with a share of its trainable weights, and leave training from scratch behind."
)


def compare(bench: Bench) -> Report:
    """Train by each strategy, those of the exercise with the learner's functions."""
    scratch = bench.config("scratch")
    full = bench.config("full", adapt=True)
    rows = [bench.reference("from scratch", scratch), bench.reference("full fine-tuning", full)]
    configs: dict[str, Config] = {"final-layer": bench.config("final-layer", adapt=True)}
    for name, layers in CHOICES.items():
        configs[name] = bench.config("unfreeze", adapt=True, layers=layers)
    given = [bench.assignment(name, chosen) for name, chosen in configs.items()]
    ended = bench.theirs(PARTS, given)
    rows += [bench.measured(one, configs[one.name], ended) for one in given]
    asleep = never_woke(rows, given)
    bench.notes += [
        f"“{row.name}” was best in epoch {row.best_epoch}, while the classifier alone learnt: its layers added nothing "
        "on validation afterwards."
        for row in rows
        if row.name in asleep
    ]
    corpus = bench.corpus(full)
    figure = bench.folder / "comparison.png"
    tests = {row.label: row.test for row in rows if row.test}
    title = "Which layers learn"
    plots.compared(rows, bench.histories, title, corpus, figure, {"test accuracy": tests})
    chart = charts.of_tests(rows, f"test accuracy on {corpus}, with its 95 % interval")
    return bench.report(
        full,
        title="scratch, final layer, chosen layers and full fine-tuning",
        claim=CLAIM,
        finding=judge(rows, asleep),
        rows=rows,
        chart=chart,
        figures=[figure],
    )


def never_woke(rows: list[Row], given: list[Assignment]) -> set[str]:
    """The runs whose best epoch came before any layer below the classifier had learnt."""
    head_epochs = {
        one.name: one.phases[0]["epochs"]
        for one in given
        if len(one.phases) > 1 and tuple(one.phases[0]["layers"]) == HEAD
    }
    return {row.name for row in rows if row.best_epoch is not None and row.best_epoch <= head_epochs.get(row.name, 0)}


def judge(rows: list[Row], asleep: Collection[str] = ()) -> Finding:
    """What the rows say: scratch, full, then the learner's; `asleep` are those whose chosen layers never helped."""
    scratch, full, *yours = (row for row in rows if row.test)
    chosen = [row for row in yours if row.name in CHOICES]
    best = max(chosen, key=lambda row: row.test.value if row.test else 0)
    assert scratch.test and full.test and best.test
    share = (best.parameters_trainable or 0) / max(1, full.parameters_trainable or 0)
    part = f"{share:.1%}" if share >= 0.001 else "less than 0.1%"
    near = not full.test.above(best.test)
    transfers = best.test.above(scratch.test)
    text = (
        f"“{best.name}” reaches {best.test.value:.3f} with {part} of the trainable weights of full fine-tuning "
        f"({full.test.value:.3f}); scratch reaches {scratch.test.value:.3f}."
    )
    if near and transfers and best.name not in asleep:
        return Finding(shown=True, text=text)
    failing = []
    if best.name in asleep:
        failing.append("its best epoch came before its layers woke, so this is what the classifier alone reaches")
    if not near:
        failing.append("full fine-tuning is ahead by more than chance")
    if not transfers:
        failing.append("its lead over scratch is not more than chance")
    return Finding(shown=False, text=f"{text}  The claim is not shown: {' and '.join(failing)}.")


def inside(workplace: Workplace, given: list[Assignment]) -> dict[str, Any]:
    """In the learner's process: train as assigned."""
    return {one.name: workplace.train(one) for one in given}
