"""Judges called one by one in this process, without pytest's loop and without walls: milliseconds a submission.

For answers that are right or wrong in good faith.  What cheats belongs into tests/exploits.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from grader.classes import remarks
from grader.draw import Draw
from grader.expect import Unmet
from grader.marks import Mark, Verdict
from grader.observers import Direct, Unobserved
from grader.plugin import import_file
from tfl import course as courses
from tfl.course import Exercise

COURSE = courses.load()
BLOCKED = "blocked"


class Bench:
    """The checks of one exercise."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.judges = import_file(COURSE.judge(exercise), f"judge_{exercise.id}")
        self.reference = import_file(COURSE.solution(exercise), f"reference_{exercise.id}")
        self.solution = COURSE.solution(exercise).read_text(encoding="utf-8")

    def judge(self, check: str, observe: Callable[..., Any], seed: str) -> None:
        """Call one judge.  Raises what it raises."""
        function = getattr(self.judges, self.exercise.check(check).function)
        given = {"observe": observe, "draw": Draw(f"{seed}:{check}"), "reference": self.reference}
        function(**{name: given[name] for name in inspect.signature(function).parameters})

    def observe(self, source: str) -> Callable[..., Any]:
        """Observations of a submission."""
        direct = Direct(source, self.exercise.file, COURSE.observe(self.exercise))
        return lambda name, *inputs: direct.call(name, inputs)

    def failures(self, source: str, seed: str = "0") -> dict[str, str]:
        """What a submission fails, as {check: message}; a check that waits for another says BLOCKED."""
        observe, found = self.observe(source), dict[str, str]()
        for check in self.exercise.checks:
            if any(id in found for id in check.needs):
                found[check.id] = BLOCKED
                continue
            try:
                self.judge(check.id, observe, seed)
            except (Unmet, Unobserved) as unmet:
                found[check.id] = unmet.message
        return found

    def suspicions(self, source: str, found: dict[str, str]) -> list[str]:
        """What a class would flag in a submission that failed so, however its checks ended; mild remarks do not count.

        An honest mistake must have none.
        """
        checks = tuple(
            Verdict(id=id, title=id, points=0, max_points=1, verdict="error", message=message)
            for id, message in found.items()
        )
        mark = Mark(exercise=self.exercise.id, file="", checks=checks, isolation="", seconds=0, seed="", course="")
        told = (*remarks.of_text(source, self.exercise.asks), *remarks.of_mark(mark))
        return [words for words in told if not remarks.is_mild(words)]


@dataclass(frozen=True)
class Wrong:
    """A plausible wrong answer: the solution with some places changed."""

    name: str
    changes: tuple[tuple[str, str], ...]  # what stands in the solution, and what stands there instead
    fails: dict[str, str] = field(hash=False)  # {check: words of its message}, without those that wait

    def source(self, solution: str) -> str:
        """The wrong answer's source."""
        for old, new in self.changes:
            assert solution.count(old) == 1, f"{self.name}: “{old}” stands in the solution {solution.count(old)} times"
            solution = solution.replace(old, new)
        return solution

    def confirm(self, bench: Bench) -> None:
        """It fails the checks that it must, with the words that it must, and those that wait for them; no others."""
        for seed in ("0", "1"):
            found = bench.failures(self.source(bench.solution), seed)
            told = {check: message for check, message in found.items() if message != BLOCKED}
            assert told.keys() == self.fails.keys(), told
            for check, words in self.fails.items():
                assert words in told[check]
            assert bench.suspicions(self.source(bench.solution), found) == []


def wrong(name: str, *changes: tuple[str, str], fails: dict[str, str]) -> Wrong:
    """A plausible wrong answer."""
    return Wrong(name, changes, fails)
