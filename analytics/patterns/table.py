"""What an execution's results look like to the search for patterns: arrays of small numbers, no model objects.

A million jobs of ten columns take some forty megabytes.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.patterns.shapes import Failure, FailureType, Shape

UNKNOWN = -1
PASSED, FAILED, UNGRADED, ERROR = range(4)
MOST_DETAILS = 500
"""Different texts that are counted for a shape; the rare ones are forgotten when there are more."""
SHOWN_DETAILS = 3
LARGEST_BUCKETS = (5, 10, 20, 50, 100)

Codes = NDArray[np.int32]
Marks = NDArray[np.int8]


class Attribute(StrEnum):
    """What jobs are grouped by."""

    DOMAIN = "domain"
    STEPS = "steps"
    LANGUAGE = "language"
    METADATA = "metadata"
    COLUMN = "column"


OF_JOBS = (Attribute.DOMAIN, Attribute.STEPS, Attribute.LANGUAGE, Attribute.METADATA)
"""What a job has one value of; a column has many jobs."""


class FailureKey(NamedTuple):
    """One way in which cells of a column fail; without a shape, the type alone."""

    column: int
    type: FailureType
    shape: Shape | None
    value: str


@dataclass(slots=True)
class Names:
    """Numbers values from 0 in the order in which they are met; empty ones are unknown."""

    codes: array[int] = field(default_factory=lambda: array("i"))
    known: dict[str, int] = field(default_factory=dict)

    def add(self, value: str) -> None:
        """The value of the next job."""
        self.codes.append(self.known.setdefault(value, len(self.known)) if value else UNKNOWN)

    @property
    def array(self) -> Codes:
        """The number of each job's value."""
        return np.asarray(self.codes, dtype=np.int32)

    @property
    def values(self) -> list[str]:
        """The values by their numbers."""
        return list(self.known)


@dataclass(slots=True)
class Table:
    """The jobs of an execution in its order: `positions`, the state of each, its error, its attributes, whether each of
    its cells is bad; and for each way to fail the jobs (by their place here) and the texts that are common to them."""

    columns: Sequence[str]
    positions: array[int] = field(default_factory=lambda: array("i"))
    states: array[int] = field(default_factory=lambda: array("b"))
    errors: Names = field(default_factory=Names)
    attributes: dict[Attribute, Names] = field(default_factory=lambda: {one: Names() for one in OF_JOBS})
    bad: bytearray = field(default_factory=bytearray)
    failures: dict[FailureKey, array[int]] = field(default_factory=dict)
    details: dict[FailureKey, Counter[str]] = field(default_factory=dict)

    def add_failure(self, column: int, failure: Failure) -> None:
        """One failing cell of the job that was added last."""
        at = len(self.positions) - 1
        self.failures.setdefault(FailureKey(column, failure.type, None, ""), array("i")).append(at)
        if failure.shape is None:
            return
        key = FailureKey(column, failure.type, failure.shape, failure.value)
        self.failures.setdefault(key, array("i")).append(at)
        if failure.detail:
            counts = self.details.setdefault(key, Counter())
            counts[failure.detail] += 1
            if len(counts) > MOST_DETAILS:
                self.details[key] = Counter(dict(counts.most_common(MOST_DETAILS // 2)))

    def common_details(self, key: FailureKey) -> list[tuple[str, int]]:
        """The commonest texts of a shape, those that came more than once."""
        return [one for one in self.details.get(key, Counter()).most_common(SHOWN_DETAILS) if one[1] > 1]

    @property
    def cells(self) -> Marks:
        """A line for each job: whether each of its cells is bad (1), good (0), or nothing can be said (-1)."""
        return np.frombuffer(bytes(self.bad), dtype=np.int8).reshape(-1, max(1, len(self.columns)))


def step_bucket(count: int) -> str:
    """The number of steps as a range; empty where none is known."""
    if count <= 0:
        return ""
    low = 1
    for high in LARGEST_BUCKETS:
        if count <= high:
            return f"{low}–{high}"
        low = high + 1
    return f"more than {LARGEST_BUCKETS[-1]}"
