"""Exercise 4: waking layer by layer, with the learner's groups, rates and schedule, against everything at once.

In the learner's process `unfreezing_schedule` says for each epoch how many groups of `layer_groups` are awake, and the
engine's optimizer takes the rate of each group from `discriminative_rates`.  Epochs, peak rates and the decay between
groups are those of the engine's own gradual strategy, so that only the learner's functions make a difference.
"""

from dataclasses import asdict, replace
from typing import Any

from grader.training import charts, plots
from grader.training.assignment import Assignment
from grader.training.bench import Bench
from grader.training.learner import Workplace
from grader.training.report import Finding, Report, Row
from tfl.model import TransformerClassifier
from tfl.phase import Phase
from tfl.strategies import main_phase, plan

PARTS = ("layer_groups", "discriminative_rates", "unfreezing_schedule")
LABELS = 200  # few: with many labels a model can afford to forget what it knew
CLAIM = (
    "A fresh classifier's first large errors would wash away what pre-training has learnt.  Waking the layers one by "
    "one, the lower ones with smaller rates, keeps it: with few labels the model is more often right than when "
    "everything learns at once."
)


def compare(bench: Bench) -> Report:
    """Train everything at once (the reference), the reference's gradual way and the learner's."""
    shared: dict[str, Any] = {"adapt": True} | ({} if bench.options.full else {"labels": LABELS})
    full, gradual = bench.config("full", **shared), bench.config("gradual", **shared)
    rows = [bench.reference("all at once", full), bench.reference("gradual", gradual)]
    usual = plan(gradual)
    # The classifier alone, more than it, and the classifier once more at the end.
    one = bench.assignment("your-schedule", gradual, [usual[0], usual[main_phase(usual)], usual[-1]])
    ended = bench.theirs(PARTS, [one])
    rows.append(bench.measured(one, gradual, ended))
    awake = ended.found.get(one.name, {}).get("awake")
    if isinstance(awake, list) and all(isinstance(count, int) for count in awake):
        bench.notes.append(f"Your schedule woke {', '.join(map(str, awake))} groups of layers in its epochs.")
    corpus, figure = bench.corpus(full), bench.folder / "comparison.png"
    tests = {row.label: row.test for row in rows if row.test}
    plots.compared(rows, bench.histories, "Layer by layer, or all at once", corpus, figure, {"test accuracy": tests})
    chart = charts.of_validation(rows, bench.histories, corpus) + charts.of_tests(rows)
    return bench.report(
        full,
        title="gradual unfreezing with your schedule and rates, and full fine-tuning at once",
        claim=CLAIM,
        finding=judge(rows),
        rows=rows,
        chart=chart,
        figures=[figure],
    )


def judge(rows: list[Row]) -> Finding:
    """What the rows say: all at once, the reference's gradual way, the learner's."""
    full, _, yours = rows
    assert full.test and yours.test
    text = f"Layer by layer with your schedule: {yours.test.value:.3f} on test; all at once: {full.test.value:.3f}"
    by_heart = ""
    if full.gap is not None and yours.gap is not None:
        by_heart = (
            f"  Train accuracy lies {100 * yours.gap:+.1f} points above validation accuracy with yours and "
            f"{100 * full.gap:+.1f} all at once."
        )
    if yours.test.above(full.test):
        return Finding(shown=True, text=f"{text}, a difference that chance does not explain.{by_heart}")
    why = "here all at once is better" if full.test.above(yours.test) else "the intervals overlap"
    return Finding(shown=False, text=f"{text}: {why}, so the claim is not shown.{by_heart}")


def schedule(workplace: Workplace, one: Assignment) -> tuple[list[Phase], list[int]]:
    """The phases that the learner's schedule makes, and how many groups are awake in each of its epochs.

    Behind them comes what the engine does after any such schedule: the classifier is fitted once more.
    """
    parts = workplace.parts
    names = [name for name, _ in TransformerClassifier(one.shapes()).named_parameters()]
    groups = parts.layer_groups(names)
    first, rest, last = one.plan()
    awake = [int(parts.unfreezing_schedule(len(groups), epoch)) for epoch in range(len(groups))]
    phases = []
    for count in awake:
        layers = tuple(name for group in groups[:count] for name in group)
        only_head = all(name.startswith("classifier.") for name in layers)
        phases.append(replace(first if only_head else rest, layers=layers))
    return [*phases, last], awake


def inside(workplace: Workplace, given: list[Assignment]) -> dict[str, Any]:
    """In the learner's process: lay the schedule out and train by it."""
    found = {}
    for one in given:
        phases, awake = schedule(workplace, one)
        laid_out = one.model_copy(update={"phases": [asdict(phase) for phase in phases]})
        found[one.name] = {**workplace.train(laid_out), "awake": awake}
    return found
