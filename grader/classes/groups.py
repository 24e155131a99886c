"""Groups of submissions that are nearly the same: one copied text shown once, however many have it.

`similar.pairs` sets aside what many of a class have written.  That would also hide a text that many have copied: so
long texts that are alike nearly from end to end are put together first, and count as one when it is asked what is
common.  Each group has a leader, the first of it; the others share at least `ALIKE` of all fingerprints with it
(intersection by union), beyond the stub.

Two sets that share so much must share one of their rarest elements: only those are looked up, so a class of ten
thousand is not compared pair by pair.

Source of the look-up: Chaudhuri, Ganti, Kaushik, "A Primitive Operator for Similarity Joins in Data Cleaning" (2006).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from grader.classes.similar import Prints

ALIKE = 0.75  # of all fingerprints: in 40 of them that bears two small changes
LONG = 15  # fingerprints that a text must have beyond the stub, about eight lines: shorter ones are soon the same
FEW = 3  # members that make a group; two are a pair


@dataclass(frozen=True)
class Group:
    """Submissions that are nearly the same, the leader first, the others from the most alike to the least."""

    members: tuple[int, ...]
    share: float  # of the leader and the least alike

    @property
    def followers(self) -> tuple[int, ...]:
        """All but the leader."""
        return self.members[1:]


def groups(classes: Mapping[int, Prints], stub: Prints) -> list[Group]:
    """The groups, the largest first.

    classes: fingerprints by a number of the submission.
    """
    own = {number: set(found) - set(stub) for number, found in classes.items()}
    own = {number: values for number, values in own.items() if len(values) >= LONG}
    count = Counter(value for values in own.values() for value in values)
    led: dict[int, list[int]] = defaultdict(list)  # rare fingerprint → leaders that have it
    following: dict[int, list[tuple[float, int]]] = {}
    for number in sorted(own):
        rarest = sorted(own[number], key=lambda value: (count[value], value))
        rarest = rarest[: len(rarest) - math.ceil(ALIKE * len(rarest)) + 1]
        leaders = {leader for value in rarest for leader in led[value]}
        share, leader = max(((_share(own[number], own[one]), -one) for one in leaders), default=(0.0, 0))
        if share >= ALIKE:
            following[-leader].append((-share, number))
        else:
            following[number] = []
            for value in rarest:
                led[value].append(number)
    found = [
        Group((leader, *(number for _, number in sorted(others))), min(-share for share, _ in others))
        for leader, others in following.items()
        if len(others) + 1 >= FEW
    ]
    return sorted(found, key=lambda group: (-len(group.members), group.members))


def _share(one: set[int], other: set[int]) -> float:
    return len(one & other) / len(one | other)
