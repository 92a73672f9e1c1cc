"""Computes what two executions differ in, from arrays of all their rows."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from analytics.comparison.arms import ERROR, MISSING, PASSED, UNFINISHED, UNGRADED, Numbers, Told
from analytics.comparison.figures import ColumnDifference, Figures
from analytics.comparison.flips import Flips
from analytics.comparison.gathering import gather_flips
from analytics.comparison.reasons import set_reasons
from analytics.comparison.sides import Codes, Side, answered, graded_cells, read_sides
from analytics.statistics.paired import Difference, paired_difference
from executions.models import Execution
from mino.common.values.columns import ColumnRole


def compute(first: Execution, second: Execution, told: Told = lambda done: None) -> tuple[Figures, Flips]:
    """Pair the rows of both and compare them. `told` hears how many rows of both together are read."""
    types = {name: kind for name, kind in fields_of(first).items() if name in fields_of(second)}
    columns = list(types)
    numbers = Numbers()
    one, other, sites = read_sides(first, second, columns, numbers, told)
    both = answered(one, other)
    figures = Figures(
        rows=len(sites),
        left_out=_left_out(one.states, other.states),
        passing=_passing(one, other, sites, _seed(first, second, "rows"), numbers),
        accuracy=_cells(one, other, sites, _seed(first, second, "cells")),
        columns=tuple(
            ColumnDifference(name, types[name], _column(one, other, sites, at, _seed(first, second, name), numbers))
            for at, name in enumerate(columns)
        ),
        seconds=_medians(one, other),
        other_truths=int((both & (one.truths != other.truths)).sum()),
        other_instructions=int((both & (one.own != other.own)).sum()),
        own_instructions=int((both & (one.own == other.own) & (one.own != 0)).sum()),
        **_agreements(one, other),
    )
    flips, retried = gather_flips(one, other)
    set_reasons(flips, columns, first, second, retried, goes_on=lambda: told(len(one.states) + len(other.states)))
    return figures, flips


def fields_of(execution: Execution) -> dict[str, str]:
    """The types of the columns that are extracted, by name and in their order."""
    fields = (column for column in execution.columns if column["role"] == ColumnRole.GROUND_TRUTH)
    return {str(column["name"]): str(column["type"]) for column in fields}


def _seed(first: Execution, second: Execution, what: str) -> int:
    """The same for the same two executions, whenever they are compared."""
    text = f"{first.pk} {second.pk} {what}".encode("utf-8", "replace")
    return int.from_bytes(hashlib.sha256(text).digest()[:8])


def _passing(one: Side, other: Side, sites: NDArray[np.int32], seed: int, numbers: Numbers) -> Difference:
    paired = (one.states <= PASSED) & (other.states <= PASSED)
    states = one.states[paired], other.states[paired]
    return paired_difference(*states, sites[paired], seed=seed, may_be_exact=not numbers.has_repeats)


def _cells(one: Side, other: Side, sites: NDArray[np.int32], seed: int) -> Difference:
    """All cells that both graded; those of one row belong to one site, so that they are drawn together."""
    graded = graded_cells(one, other)
    of_cells = np.broadcast_to(sites[:, None], graded.shape)[graded]
    return paired_difference(one.cells[graded], other.cells[graded], of_cells, seed=seed, may_be_exact=False)


def _column(one: Side, other: Side, sites: NDArray[np.int32], at: int, seed: int, numbers: Numbers) -> Difference:
    graded = graded_cells(one, other)[:, at]
    cells = one.cells[graded, at], other.cells[graded, at]
    return paired_difference(*cells, sites[graded], seed=seed, may_be_exact=not numbers.has_repeats)


def _agreements(one: Side, other: Side) -> dict[str, int]:
    """How many cells were right in both, and wrong in both."""
    graded = graded_cells(one, other)
    same = graded & (one.cells == other.cells)
    right = int((same & (one.cells == 1)).sum())
    return {"both_right": right, "both_wrong": int(same.sum()) - right}


def _medians(one: Side, other: Side) -> tuple[float | None, float | None]:
    known = answered(one, other) & ~np.isnan(one.seconds) & ~np.isnan(other.seconds)
    if not known.any():
        return None, None
    return round(float(np.median(one.seconds[known])), 3), round(float(np.median(other.seconds[known])), 3)


def _left_out(first: Codes, second: Codes) -> dict[str, int]:
    """The rows that are not paired, each counted for one reason."""
    left = np.ones(len(first), dtype=np.bool_)
    reasons = {
        "missing_first": first == MISSING,
        "missing_second": second == MISSING,
        "unfinished": (first == UNFINISHED) | (second == UNFINISHED),
        "error_both": (first == ERROR) & (second == ERROR),
        "error_first": first == ERROR,
        "error_second": second == ERROR,
        "not_gradable": (first == UNGRADED) | (second == UNGRADED),
    }
    counts = {}
    for reason, applies in reasons.items():
        counts[reason] = int((left & applies).sum())
        left &= ~applies
    return counts
