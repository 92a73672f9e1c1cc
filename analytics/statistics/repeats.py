"""What several runs of the same rows tell: how often one passes, and whether at least one of k would.

pass@k is the probability that at least one of k runs of a row passes. Of a row that passed c of n runs, n >= k,

    1 - C(n - c, k) / C(n, k)

is unbiased (M. Chen et al., "Evaluating large language models trained on code", arXiv:2107.03374, 2021, section 2.1);
taking 1 - (1 - c / n)^k instead would be too low. pass@1 is the mean share of passes. Rows of one site tend to pass
together, and the runs of a row even more, so the interval draws whole sites (`analytics.statistics.bootstrap`). That
says little where there are few, or all are alike: there it is at least as wide as Wilson's, a site one observation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.statistics.bootstrap import Interval, bootstrap
from mino.common.values.share import wilson

SCALE = 10**9
"""The bootstrap draws whole numbers: shares are counted in billionths."""
FEW_SITES = 10
"""With fewer of them the bootstrap's intervals are too narrow."""

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PassAt:
    """pass@`k` over the `rows` that were graded at least k times, on `sites` sites, with its 95 % interval."""

    k: int
    rows: int
    sites: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


def pass_at_k(n: int, c: int, k: int) -> float:
    """The unbiased estimate for one row that passed `c` of `n` runs.

    Raises ValueError unless c is within 0..n, and k within 1..n.
    """
    if not 0 <= c <= n or not 1 <= k <= n:
        raise ValueError(f"There is no pass@{k} of {c} among {n}.")
    if n - c < k:
        return 1.0
    return 1.0 - float(np.prod(1.0 - k / np.arange(n - c + 1, n + 1)))


def pass_at(k: int, graded: Counts, passed: Counts, sites: Counts, *, seed: int) -> PassAt:
    """The mean over rows; the arrays tell each row's graded runs, how many of them passed, and its site's number."""
    enough = graded >= k
    graded, passed, sites = graded[enough], passed[enough], sites[enough]
    if len(graded) == 0:
        return PassAt(k, 0, 0)
    kinds, which = np.unique(np.stack((graded, passed), axis=1), axis=0, return_inverse=True)
    shares = np.array([pass_at_k(int(n), int(c), k) for n, c in kinds])[which.reshape(-1)]
    _, numbers, counts = np.unique(sites, return_inverse=True, return_counts=True)
    sums = np.bincount(numbers.reshape(-1), weights=shares * SCALE, minlength=len(counts))
    found = bootstrap(np.rint(sums).astype(np.int64), counts.astype(np.int64), seed)
    value = float(shares.mean())
    return PassAt(k, len(graded), len(counts), value, *_bounds(value, found, len(counts)))


def _bounds(value: float, found: Interval, sites: int) -> tuple[float, float]:
    low, high = min(found.low / SCALE, value), max(found.high / SCALE, value)
    if sites >= FEW_SITES and found.error > 0:
        return low, high
    least, most = wilson(value, sites)
    return min(low, least), max(high, most)
