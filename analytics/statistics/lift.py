"""How many times as common failing is inside a group as outside of it, with what is known about its uncertainty.

The lift is the ratio of two shares (a relative risk). Its 95 % interval is that of its logarithm (D. Katz, J. Baptista,
S. P. Azen and M. C. Pike, "Obtaining confidence intervals for the risk ratio in cohort studies", Biometrics 34, 1978,
469-474):

    lift = (a / n) / (b / m)        variance of log lift = 1/a - 1/n + 1/b - 1/m

with `a` of `n` failing inside and `b` of `m` outside. Where nothing fails outside, one half is added to a and b and to
n and m (S. D. Walter, Biometrika 62, 1975, 371-374).

Rows of one site tend to fail together. With the counts of each cluster the variance is also that of the linearised
ratio (W. G. Cochran, "Sampling Techniques", 3rd ed. 1977, section 3.12), for clusters c with a_c of n_c inside and b_c
of m_c outside, and the larger of both variances counts:

    clusters / (clusters - 1) * sum over c of ((a_c - n_c a/n) / a - (b_c - m_c b/m) / b)^2
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mino.common.values.share import Z_95

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lift:
    """A ratio of shares with its 95 % interval, and the two-sided p value of there being no difference."""

    value: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class Clusters:
    """The counts of each cluster: failing and all inside, failing and all outside."""

    failing: Counts
    inside: Counts
    failing_outside: Counts
    outside: Counts

    @property
    def variance(self) -> float:
        """The variance of log lift between clusters; 0 where it is not defined. Where nothing fails outside, it is that
        of the share inside alone."""
        a, n = self.failing.sum(), self.inside.sum()
        b, m = self.failing_outside.sum(), self.outside.sum()
        count = int(((self.inside > 0) | (self.outside > 0)).sum())
        if count < 2 or not a:
            return 0.0
        off = (self.failing - self.inside * (a / n)) / a
        if b:
            off = off - (self.failing_outside - self.outside * (b / m)) / b
        return float(count / (count - 1) * (off**2).sum())


def lift_of(failing: int, inside: int, failing_outside: int, outside: int, clusters: Clusters | None = None) -> Lift:
    """The lift of `failing` of `inside` against `failing_outside` of `outside`.

    Raises ValueError where nothing fails inside, or there is nothing inside or outside.
    """
    if not (0 < failing <= inside and 0 <= failing_outside <= outside and outside):
        raise ValueError("A lift needs a failing one inside, and something outside.")
    half = 0.0 if failing_outside else 0.5
    a, n, b, m = failing + half, inside + half, failing_outside + half, outside + half
    ratio = (a / n) / (b / m)
    variance = max(0.0, 1 / a - 1 / n + 1 / b - 1 / m)
    if clusters is not None:
        variance = max(variance, clusters.variance + (0.0 if failing_outside else 1 / b - 1 / m))
    error = math.sqrt(variance)
    logarithm = math.log(ratio)
    p = math.erfc(abs(logarithm) / error / math.sqrt(2)) if error else float(logarithm == 0)
    return Lift(ratio, math.exp(logarithm - Z_95 * error), math.exp(logarithm + Z_95 * error), p)
