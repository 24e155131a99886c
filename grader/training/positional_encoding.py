"""Exercise 1: the same model with the learner's positional encoding and without any.

Word order decides in the sample's twin reviews: two reviews of the very same words, with opposite verdicts.  A model
that does not see places gives both the same answer, and so is right on one of each two, whatever it has learnt.  On
IMDB the effect is measured too, however small it is.
"""

from typing import Any

from grader.training import charts, plots
from grader.training.assignment import Assignment
from grader.training.bench import Bench, right
from grader.training.learner import Workplace
from grader.training.report import Finding, Report, Row, Share
from tfl.batches import Examples
from tfl.config import Config
from tfl.evaluation import predict_logits

PARTS = ("positional_encoding",)
EPOCHS = 8  # on the sample; enough for the order of words to be learnt
TWINS = "twins"
CLAIM = (
    "Attention by itself does not see the order of words.  With a code for each place added to the words, the model "
    "can tell “not dull but good” from “not good but dull”."
)


def compare(bench: Bench) -> Report:
    """Train without places, with the reference's and with the learner's: on the sample, and on IMDB where it is."""
    sample = bench.config("full", "sample", epochs=EPOCHS)
    rows = _twins(bench, sample)
    chosen, corpora = sample, [bench.corpus(sample)]
    if bench.pair == "real":
        chosen = bench.config("scratch")
        corpora.insert(0, bench.corpus(chosen))
        rows += _reviews(bench, chosen)
    figure = bench.folder / "comparison.png"
    on_sample, on_reviews = rows[:3], rows[3:]
    shares = {f"right on twin reviews of the {corpora[-1]}": {row.label: row.shares[TWINS] for row in on_sample}}
    shares["test accuracy on the same"] = {row.label: row.test for row in on_sample if row.test}
    if on_reviews:
        shares[f"test accuracy on {corpora[0]}"] = {row.label: row.test for row in on_reviews if row.test}
    plots.compared(rows, {}, "With and without places", " and ".join(corpora), figure, shares)
    chart: list[str] = []
    for heading, found in shares.items():
        chart += charts.intervals(
            heading,
            [charts.Bar(row.label, found[row.label], row.whose == "yours") for row in rows if row.label in found],
        )
    return bench.report(
        chosen,
        title="the model with your positional encoding and without any",
        claim=CLAIM,
        finding=judge(rows),
        rows=rows,
        chart=chart,
        figures=[figure],
        corpus=" and ".join(corpora),
    )


def _twins(bench: Bench, chosen: Config) -> list[Row]:
    blind = bench.config(chosen.strategy, chosen.pair, epochs=EPOCHS, word_order=False)
    without, reference = bench.reference("without places", blind), bench.reference("with places", chosen)
    given = bench.assignment("your-places", chosen)
    yours = bench.measured(given, chosen, bench.theirs(PARTS, [given]))
    test = bench.session.materials(chosen).small_test
    twins = twin_rows(test)
    rows = []
    for row, config in ((without, blind), (reference, chosen), (yours, chosen)):
        logits = predict_logits(bench.model(config, bench.runs_dir / row.run), test, bench.device)
        rows.append(row.model_copy(update={"shares": {TWINS: right(logits, test.labels, twins)}}))
    return rows


def _reviews(bench: Bench, chosen: Config) -> list[Row]:
    without = bench.reference("no places, reviews", bench.config("scratch", word_order=False))
    given = bench.assignment("your-places-reviews", chosen)
    return [without, bench.measured(given, chosen, bench.theirs(PARTS, [given]))]


def twin_rows(examples: Examples) -> list[int]:
    """Where the examples stand that share all their words, but not their label, with another."""
    same_words: dict[tuple[int, ...], list[int]] = {}
    for index, sequence in enumerate(examples.sequences):
        same_words.setdefault(tuple(sorted(sequence.tolist())), []).append(index)
    labels = examples.labels.tolist()
    return sorted(i for group in same_words.values() if len({labels[i] for i in group}) > 1 for i in group)


def judge(rows: list[Row]) -> Finding:
    """What the rows say: without places, with the reference's, with the learner's, and the two on real reviews."""
    without, reference, yours = (row.shares[TWINS] for row in rows[:3])
    shown = yours.above(without)
    text = (
        f"On {without.count} twin reviews, which differ in the order of their words only, the model is right on "
        f"{yours.value:.0%} with your places and on {without.value:.0%} without any"
    )
    if shown:
        text += f" (with the reference's: {reference.value:.0%})."
    else:
        text += (
            f": too little to show the effect (95 %: {yours.low:.2f} to {yours.high:.2f} and {without.low:.2f} "
            f"to {without.high:.2f}), where the reference's places give {reference.value:.0%}."
        )
    return Finding(shown=shown, text=text + _on_reviews(rows[3:]))


def _on_reviews(rows: list[Row]) -> str:
    tests: list[Share] = [row.test for row in rows if row.test]
    if len(tests) < 2:
        return ""
    without, yours = tests
    difference = yours.value - without.value
    text = (
        f"  On {rows[0].corpus} your places move the accuracy by {100 * difference:+.1f} points "
        f"({yours.value:.3f} and {without.value:.3f})"
    )
    if yours.apart(without):
        return f"{text}."
    return f"{text}, which is within chance on {yours.count:,} reviews: which words a long review uses says nearly all."


def inside(workplace: Workplace, given: list[Assignment]) -> dict[str, Any]:
    """In the learner's process: train as assigned."""
    return {one.name: workplace.train(one) for one in given}
