"""Both executions by the same rows: those that either of them has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.comparison.arms import MISSING, UNGRADED, UNKNOWN, Numbers, Told, read_arm
from executions.models import Execution

Codes = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Side:
    """One execution by the rows of both: states, cells (a line for each row), positions, attempts, seconds, truths, own
    instructions."""

    states: Codes
    cells: Codes
    positions: NDArray[np.int32]
    attempts: NDArray[np.int32]
    seconds: NDArray[np.float32]
    truths: NDArray[np.int64]
    own: NDArray[np.int64]


def read_sides(
    first: Execution, second: Execution, columns: Sequence[str], numbers: Numbers, told: Told
) -> tuple[Side, Side, NDArray[np.int32]]:
    """The two sides, and the number of the site of each row."""
    by_key = first.batch_id != second.batch_id
    arm = read_arm(first, columns, numbers, by_key=by_key, told=told)
    read = len(arm.places)
    other = read_arm(second, columns, numbers, by_key=by_key, told=lambda done: told(read + done))
    rows = len(numbers.site_of)
    sides = [
        Side(
            states=side.spread(side.states, MISSING, rows),
            cells=side.spread_cells(len(columns), rows),
            positions=side.spread(side.positions, 0, rows),
            attempts=side.spread(side.attempts, 0, rows),
            seconds=side.spread(side.seconds, np.nan, rows),
            truths=side.spread(side.truths, 0, rows),
            own=side.spread(side.own, 0, rows),
        )
        for side in (arm, other)
    ]
    return sides[0], sides[1], np.asarray(numbers.site_of, dtype=np.int32)


def answered(one: Side, other: Side) -> NDArray[np.bool_]:
    """The rows that both answered."""
    both: NDArray[np.bool_] = (one.states <= UNGRADED) & (other.states <= UNGRADED)
    return both


def graded_cells(one: Side, other: Side) -> NDArray[np.bool_]:
    """The cells that both graded."""
    graded: NDArray[np.bool_] = (one.cells != UNKNOWN) & (other.cells != UNKNOWN)
    return graded
