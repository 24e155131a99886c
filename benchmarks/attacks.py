"""Every attack of tests/exploits inside a class of honest submissions: what the honest get, and what is flagged.

    python -m benchmarks.attacks [--honest 60]

The honest submissions are the controls: right, partly right, unchanged inputs, not written.  They are graded alone
and then once more among all attacks, by the code of `tfl class grade`, with a grader for each core.  Wanted: every
honest mark is the same and nobody honest is under suspicion, no attack has a point that it has not earned, nothing is
left behind, and each attack is flagged.  What honest mistakes do too is flagged mildly (`grader.classes.remarks`), in
the honest as in attacks: how often is told.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

from benchmarks.measure import machine
from grader.classes.remarks import is_mild
from grader.client import Grader
from tests.exploits.attack import Attack, attacks, controls, passed
from tests.exploits.in_class import deserved, graded
from tests.exploits.scene import PATIENCE, Scene


def main(arguments: list[str] | None = None) -> int:
    """Grade, print, and return 1 when something that must hold does not."""
    parser = argparse.ArgumentParser("python -m benchmarks.attacks")
    parser.add_argument("--honest", type=int, default=60, help="honest submissions in the class")
    parser.add_argument("--jobs", type=int, default=psutil.cpu_count() or 1)
    options = parser.parse_args(arguments)
    kinds = controls()
    honest: dict[str, Attack] = {f"honest{n:03}": kinds[n % len(kinds)] for n in range(options.honest)}
    hostile = {attack.name.replace("/", "--"): attack for attack in attacks()}
    mixed = dict(sorted((honest | hostile).items(), key=lambda item: hash(item[1].text) % 1009))
    with tempfile.TemporaryDirectory(prefix="tfl-bench-") as name:
        (Path(name) / "scene").mkdir()
        scene = Scene(Path(name) / "scene")

        def start() -> Grader:
            return Grader(scene.course, ["exercise1", "probe1"], patience=PATIENCE)

        alone = graded(scene, Path(name) / "alone", honest, start, options.jobs)
        before, began = scene.state(), time.perf_counter()
        together = graded(scene, Path(name) / "together", mixed, start, options.jobs)
        seconds = time.perf_counter() - began
        changed = [one for one in honest if passed(alone[one][0]) != passed(together[one][0])]
        suspected = [one for one in honest if not all(map(is_mild, together[one][1]))]
        by_control = {attack.name: passed(alone[one][0]) for one, attack in honest.items()}
        stolen = [
            attack.name
            for one, attack in hostile.items()
            if passed(together[one][0]) - deserved(attack, scene, by_control)
        ]
        unflagged = [attack.name for one, attack in hostile.items() if not together[one][1]]
        mild = {one for one in mixed if together[one][1] and all(map(is_mild, together[one][1]))}
        harm = [*scene.left(), *scene.listeners.reached, *(["files were changed"] if scene.state() != before else [])]
        scene.listeners.close()
    print(f"{machine()}\n{len(hostile)} attacks among {len(honest)} honest submissions, {seconds:.0f} s")
    wrong = {
        "honest marks changed": changed,
        "honest submissions under suspicion": suspected,
        "attacks with points that they have not earned": stolen,
        "harm": harm,
    }
    for what, which in wrong.items():
        print(f"{'✗' if which else '✓'} {what}: {', '.join(which) or 'none'}")
    print(f"{'✗' if unflagged else '✓'} {len(hostile) - len(unflagged)} of {len(hostile)} attacks are flagged")
    print(f"  not flagged: {', '.join(unflagged) or 'none'}")
    print(f"  mildly, as honest mistakes are: {', '.join(mixed[one].name for one in sorted(mild & hostile.keys()))}")
    alike = Counter(f"{mixed[one].name}: {together[one][1][0]}" for one in mild & honest.keys())
    print(f"  honest with the same mild remark: {len(mild & honest.keys())} of {len(honest)}")
    for what, count in alike.items():
        print(f"    {count} {what}")
    return int(any(wrong.values()) or bool(unflagged))


if __name__ == "__main__":
    sys.exit(main())
