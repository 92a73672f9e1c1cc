"""How long answers took, as counts in classes that grow by a tenth: small, and added up over executions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

SHORTEST = 0.01
"""Where the classes begin; what is shorter counts as this."""
GROWTH = 1.1
LAST = 175
"""The last class holds everything from about two days on."""

Counts = Mapping[str, int]
"""How many answers by class; the classes are texts, as JSON has them."""


def class_of(seconds: float) -> int:
    """The class of a time."""
    if seconds <= SHORTEST:
        return 0
    return min(LAST, int(math.log(seconds / SHORTEST) / math.log(GROWTH)))


def seconds_of(number: int) -> float:
    """A time in the middle of a class: at most 5 % away from any time in it."""
    return float(SHORTEST * GROWTH ** (number + 0.5))


def added(parts: Iterable[Counts]) -> dict[str, int]:
    """The counts of several executions together."""
    total: dict[str, int] = {}
    for part in parts:
        for number, count in part.items():
            total[number] = total.get(number, 0) + count
    return total


def quantile(counts: Counts, share: float) -> float | None:
    """The time within which `share` of all answers came; None without any answer."""
    total = sum(counts.values())
    if not total:
        return None
    seen, wanted = 0, share * total
    for number in sorted(map(int, counts)):
        seen += counts[str(number)]
        if seen >= wanted:
            return seconds_of(number)
    raise AssertionError("The counts add up to their sum.")
