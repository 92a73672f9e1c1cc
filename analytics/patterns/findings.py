"""What a search for patterns answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.statistics.lift import Lift

LEAST_JOBS = 5
"""Fewer jobs make no pattern."""
Q = 0.05
"""The share of chance that is accepted among what is called a pattern by attribute."""
ROW, CELL = "row", "cell"
"""What fails: whole rows, or the cells of a column."""


class Identity(NamedTuple):
    """What tells patterns of a project apart, as stored."""

    kind: str
    column: str
    failing: str
    key: str
    value: str


class Count(NamedTuple):
    """How many fail of how many, inside and outside."""

    frequency: int
    n: int
    other_frequency: int = 0
    other_n: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """A pattern that an execution shows: `places` are those of its failing jobs in the table."""

    identity: Identity
    count: Count
    places: NDArray[np.int32]
    weight: int
    lift: Lift | None = None
    q: float | None = None
    details: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """The patterns, the heaviest first, and how many attributes were compared."""

    patterns: Sequence[Finding]
    tests: int
