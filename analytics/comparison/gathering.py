"""Gathers what flipped into one table, in the order of the rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.comparison.arms import ERROR, MISSING, PASSED, UNGRADED, UNKNOWN
from analytics.comparison.flips import ENTRY, ROW, Flips, Way, Why
from analytics.comparison.sides import Side


def gather_flips(one: Side, other: Side) -> tuple[Flips, set[tuple[int, int]]]:
    """All flips, those of a row before those of its cells, and the pairs of positions where only one side was tried
    again. The reasons of flips of a verdict are still to be found."""
    rows, columns, ways, reasons = _verdicts(one, other)
    more = _answers(one, other)
    rows, columns = np.concatenate((rows, more[0])), np.concatenate((columns, np.full(len(more[0]), ROW)))
    ways, reasons = np.concatenate((ways, more[1])), np.concatenate((reasons, more[2]))
    order = np.lexsort((columns, rows))
    flips = np.zeros(len(order), dtype=ENTRY)
    flips["first"], flips["second"] = one.positions[rows[order]], other.positions[rows[order]]
    flips["column"], flips["way"], flips["why"] = columns[order], ways[order], reasons[order]
    flipped = np.unique(rows)
    retried = flipped[(one.attempts[flipped] > 1) != (other.attempts[flipped] > 1)]
    pairs = zip(one.positions[retried].tolist(), other.positions[retried].tolist(), strict=True)
    return flips, set(pairs)


def _verdicts(one: Side, other: Side) -> tuple[NDArray[np.int64], ...]:
    """Row, column, way and no reason yet of each row and cell whose verdict is another one."""
    paired = (one.states <= PASSED) & (other.states <= PASSED) & (one.states != other.states)
    rows = np.flatnonzero(paired)
    flipped = (one.cells != UNKNOWN) & (other.cells != UNKNOWN) & (one.cells != other.cells)
    cell_rows, cell_columns = np.nonzero(flipped)
    became_good = np.concatenate((other.states[rows] == PASSED, other.cells[flipped] == 1))
    return (
        np.concatenate((rows, cell_rows)),
        np.concatenate((np.full(len(rows), ROW), cell_columns)),
        np.where(became_good, int(Way.RIGHT), int(Way.WRONG)),
        np.zeros(len(became_good), dtype=np.int64),
    )


def _answers(one: Side, other: Side) -> tuple[NDArray[np.int64], ...]:
    """Row, way and reason of each row that only one of both answered."""
    answered, also = one.states <= UNGRADED, other.states <= UNGRADED
    rows = np.flatnonzero(answered != also)
    ways = np.where(also[rows], int(Way.GAINED), int(Way.LOST))
    lacking = np.where(also[rows], one.states[rows], other.states[rows])
    kinds = [lacking == MISSING, lacking == ERROR]
    return rows, ways, np.select(kinds, [int(Why.MISSING), int(Why.ERROR)], default=int(Why.UNFINISHED))
