"""The percentile bootstrap of a mean difference, by sites (B. Efron and R. J. Tibshirani, "An Introduction to the
Bootstrap", 1993, chapters 8 and 13).

Rows of one site tend to change together, so whole sites are drawn with replacement, not rows. What a site adds to the
mean is its sum of differences and its number of pairs; sites with the same two numbers can't be told apart, so it is
enough to draw how often each such kind occurs, which is multinomial. That is the same distribution, and it takes
memory and time by the number of kinds instead of sites.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
LOW, HIGH = 0.025, 0.975
MOST_DRAWN_AT_ONCE = 1_000_000
"""How many numbers one draw may hold: 8 MB."""

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval and the standard error of what it is about."""

    low: float
    high: float
    error: float


def bootstrap(sums: Counts, counts: Counts, seed: int, resamples: int = RESAMPLES) -> Interval:
    """The interval of sum(sums) / sum(counts), one entry for each site; the same seed gives the same interval.

    Raises ValueError without any site, or where a site has no pair.
    """
    if len(sums) == 0 or np.any(counts <= 0):
        raise ValueError("Each site must have at least one pair, and there must be a site.")
    kinds, occurrences = np.unique(np.stack((sums, counts), axis=1), axis=0, return_counts=True)
    random = np.random.default_rng(seed)
    shares = occurrences / len(sums)
    at_once = max(1, MOST_DRAWN_AT_ONCE // len(kinds))
    means = []
    for start in range(0, resamples, at_once):
        drawn = random.multinomial(len(sums), shares, size=min(at_once, resamples - start))
        totals = drawn @ kinds
        means.append(totals[:, 0] / totals[:, 1])
    found = np.concatenate(means)
    low, high = np.quantile(found, (LOW, HIGH))
    return Interval(float(low), float(high), float(found.std(ddof=1)))
