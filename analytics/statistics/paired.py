"""The difference between two executions over the pairs that both of them graded."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.statistics.bootstrap import bootstrap
from analytics.statistics.mcnemar import mcnemar_exact


@dataclass(frozen=True, slots=True)
class Difference:
    """The second share minus the first, both over the same `n` pairs; None for everything where `n` is 0.

    `first` and `second` count the good ones. `p` is McNemar's exact p value where `is_exact` (each pair is a row of
    another site), else that of the estimate over its bootstrap error. `sites_changed` counts the sites whose sum
    differs. `design_effect` is by how much the variance exceeds that of as many independent pairs.
    """

    n: int
    first: int
    second: int
    became_right: int
    became_wrong: int
    sites: int
    sites_changed: int
    is_exact: bool
    low: float | None = None
    high: float | None = None
    p: float | None = None
    design_effect: float = 1.0

    @property
    def value(self) -> float | None:
        """The difference as a share, -1..1."""
        return (self.became_right - self.became_wrong) / self.n if self.n else None


def paired_difference(
    first: NDArray[np.int8],
    second: NDArray[np.int8],
    sites: NDArray[np.int32],
    *,
    seed: int,
    may_be_exact: bool = True,
) -> Difference:
    """Compare two arrays, 1 where it was good and 0 where not; `sites` numbers the site of each pair.

    `may_be_exact` is False where pairs depend on each other in another way: repeats, or several cells of a row.
    """
    n = len(first)
    change = second.astype(np.int64) - first
    _, numbers, pairs = np.unique(sites, return_inverse=True, return_counts=True)
    sums = np.bincount(numbers, weights=change, minlength=len(pairs)).astype(np.int64) if n else change
    right, wrong = int((change > 0).sum()), int((change < 0).sum())
    is_exact = may_be_exact and n > 0 and int(pairs.max()) == 1
    counts = {
        "n": n,
        "first": int(first.sum()),
        "second": int(second.sum()),
        "became_right": right,
        "became_wrong": wrong,
        "sites": len(pairs),
        "sites_changed": int((sums != 0).sum()),
    }
    if n == 0:
        return Difference(**counts, is_exact=False)
    interval = bootstrap(sums, pairs.astype(np.int64), seed)
    value = (right - wrong) / n
    variance = ((right + wrong) / n - value * value) / n
    return Difference(
        **counts,
        is_exact=is_exact,
        low=interval.low,
        high=interval.high,
        p=mcnemar_exact(right, wrong) if is_exact else normal_p(value, interval.error),
        design_effect=max(1.0, interval.error**2 / variance) if variance > 0 and not is_exact else 1.0,
    )


def normal_p(value: float, error: float) -> float:
    """The two-sided p value of an estimate with a standard error. Resamples can't show how small a small one is."""
    if value == 0:
        return 1.0
    return math.erfc(abs(value) / error / math.sqrt(2)) if error > 0 else 0.0
