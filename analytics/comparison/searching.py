"""Which flips are asked for, the text in the addresses of their rows included."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.comparison.asking import FlipAsk
from analytics.comparison.flips import Flips
from analytics.comparison.presenting import Pair
from executions.models import Execution, Job


def columns_of(pair: Pair) -> list[str]:
    """The columns that were compared."""
    return [one.column.name for one in pair.judged.columns] if pair.judged else []


def asked_entries(pair: Pair, flips: Flips, ask: FlipAsk) -> NDArray[np.bool_]:
    """Which entries of the table are asked for."""
    mask = ask.filter(columns_of(pair)).mask(flips)
    return mask & _at(pair, flips, ask.search) if ask.search else mask


def _at(pair: Pair, flips: Flips, text: str) -> NDArray[np.bool_]:
    """Which entries are of rows whose address holds the text: as the execution ran them, or else the baseline."""
    first, second = (_positions(one, text) for one in (pair.baseline, pair.execution))
    is_alone = flips["second"] == 0
    found: NDArray[np.bool_] = np.where(is_alone, np.isin(flips["first"], first), np.isin(flips["second"], second))
    return found


def _positions(execution: Execution, text: str) -> NDArray[np.int64]:
    jobs = Job.objects.filter(execution=execution, url__icontains=text)
    return np.fromiter(jobs.values_list("position", flat=True).iterator(), dtype=np.int64)
