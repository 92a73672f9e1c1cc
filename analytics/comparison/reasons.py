"""Why cells flipped: their values and truths are read for the flipped rows only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from typing import Any

import numpy as np

from analytics.comparison.flips import ROW, Flips, Way, Why
from executions.models import Execution, FieldResult

CHUNK = 500

Cell = tuple[str | None, Any]
"""Truth and extracted value."""


def set_reasons(
    flips: Flips,
    columns: Sequence[str],
    first: Execution,
    second: Execution,
    retried: Container[tuple[int, int]],
    goes_on: Callable[[], None],
) -> None:
    """Write the reason of every flip of a verdict into the table. `retried` has the pairs of positions of which only
    one execution needed another attempt. `goes_on` is called now and then."""
    is_verdict = flips["way"] <= Way.WRONG
    places = np.flatnonzero(is_verdict & (flips["column"] != ROW))
    of_rows: dict[tuple[int, int], int] = {}
    for start in range(0, len(places), CHUNK):
        goes_on()
        part = flips[places[start : start + CHUNK]]
        names = {columns[number] for number in np.unique(part["column"]).tolist()}
        before = _cells(first, part["first"].tolist(), names)
        after = _cells(second, part["second"].tolist(), names)
        for place, entry in zip(places[start : start + CHUNK].tolist(), part.tolist(), strict=True):
            pair, name = (entry[0], entry[1]), columns[entry[2]]
            reason = why(before.get((pair[0], name)), after.get((pair[1], name)), was_retried=pair in retried)
            flips["why"][place] = reason
            of_rows[pair] = min(of_rows.get(pair, reason), reason)
    # A row without a flipped cell flipped because a cell can be graded in one execution and not in the other.
    otherwise = Why.OPTIONS if first.batch_id == second.batch_id else Why.TRUTH
    for place in np.flatnonzero(is_verdict & (flips["column"] == ROW)).tolist():
        pair = (int(flips["first"][place]), int(flips["second"][place]))
        flips["why"][place] = of_rows.get(pair, otherwise)


def _cells(execution: Execution, positions: Sequence[int], names: Collection[str]) -> Mapping[tuple[int, str], Cell]:
    cells = FieldResult.objects.current().filter(
        job__execution=execution, job__position__in=set(positions), column__in=names
    )
    values = cells.values_list("job__position", "column", "expected", "extracted")
    return {(position, column): (expected, extracted) for position, column, expected, extracted in values}


NOTHING: Cell = (None, None)


def why(first: Cell | None, second: Cell | None, *, was_retried: bool = False) -> Why:
    """Why a cell with this truth and value got another verdict than one with that.

    Another truth comes first: with it, nothing can be said about the agent. With the same truth and the same value,
    only other matching options can be the cause.
    """
    (truth, value), (other_truth, other_value) = first or NOTHING, second or NOTHING
    if truth != other_truth:
        return Why.TRUTH
    if value == other_value and type(value) is type(other_value):
        return Why.OPTIONS
    return Why.RETRY if was_retried else Why.OUTPUT
