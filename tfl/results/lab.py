"""Speed against the lab, as the benchmark prints it."""

import json

from tfl.lessons.figures import Figure, Group
from tfl.results.comparisons import today

TASKS = {
    "full fine-tuning, an epoch": "full",
    "final layer, an epoch": "final_layer",
    "final layer, an epoch + share of features": "final_layer_with_features",
    "evaluation, 1,000 reviews": "evaluation",
}
PEERS = {"lab": "", "plain encoder": "_plain"}


def gather(printed: str) -> Group:
    """The ratios in what `python -m benchmarks.training --json` printed."""
    report = json.loads(printed)
    about = report["about"]
    figures = {}
    for ratio in report["ratios"]:
        name = TASKS[ratio["task"]] + PEERS[ratio["peer"]]
        figures[f"{name}.ratio"] = Figure(value=ratio["ratio"], kind="ratio")
        figures[f"{name}.lab_seconds"] = Figure(value=ratio["peer_seconds"], kind="seconds")
        figures[f"{name}.tfl_seconds"] = Figure(value=ratio["tfl_seconds"], kind="seconds")
    return Group(
        command="python -m benchmarks.training --json",
        date=today(),
        corpus=about["corpus"],
        device=f"{about['processor']}, {about['cores']} cores, load before {about['load before']}",
        versions={"torch": about["torch"], "python": about["python"]},
        notes=[about["reviews"], about["figures"], about["precision"]],
        figures=figures,
    )
