"""McNemar's test, exactly (Q. McNemar, Psychometrika 12, 1947, 153-157).

Of pairs that differ, as many should have become right as became wrong, if nothing changed: heads and tails of a fair
coin. It holds for independent pairs only: one row of each site, and no repeats.
"""

from __future__ import annotations

import numpy as np


def mcnemar_exact(became_right: int, became_wrong: int) -> float:
    """The two-sided p value of a difference between both counts; 1 where no pair differs.

    Raises ValueError for a negative count.
    """
    if became_right < 0 or became_wrong < 0:
        raise ValueError("Counts of pairs can't be negative.")
    pairs, fewer = became_right + became_wrong, min(became_right, became_wrong)
    if pairs == 0:
        return 1.0
    # The logarithms of pairs choose 0, 1, ... fewer, each from the one before: the numbers themselves are too large.
    steps = np.arange(1, fewer + 1, dtype=np.float64)
    logarithms = np.concatenate(([0.0], np.cumsum(np.log(pairs + 1 - steps) - np.log(steps))))
    tail = float(np.exp(logarithms - pairs * np.log(2.0)).sum())
    return min(1.0, 2.0 * tail)
