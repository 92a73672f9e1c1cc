"""A share of a count, with what is known about its uncertainty.

Shares are 0..1 everywhere in data; only pages turn them into percent. The interval is Wilson's score interval
(E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927, 209-212), which
stays inside 0..1 and keeps its promise near 0 and 1, where the textbook interval does not:

    centre = (p + z^2 / 2n) / (1 + z^2 / n)
    half   = z / (1 + z^2 / n) * sqrt(p (1 - p) / n + z^2 / 4n^2)

Cells of one row tend to be right or wrong together (the page loaded or it did not), so 5 columns of 100 rows tell less
than 500 rows would. The design effect says by how much: the interval over all cells is computed with n divided by it
(L. Kish, "Survey Sampling", 1965, sections 5.4 and 8.2; for intervals of clustered shares: N. Dean and M. Pagano,
"Evaluating confidence interval methods for binomial proportions in clustered surveys", JSSAM 3, 2015, 484-503).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

Z_95 = 1.959963984540054
"""The 97.5 % point of the normal distribution: two-sided 95 %."""


@dataclass(frozen=True, slots=True)
class Share:
    """`value` of `n`, with its 95 % interval from `low` to `high`. All three are None when `n` is 0."""

    value: float | None
    n: int
    low: float | None
    high: float | None

    @classmethod
    def of(cls, good: int, n: int, design_effect: float = 1.0) -> Share:
        """Return the share `good / n` with its Wilson interval, computed with `n / design_effect` observations.

        Raises ValueError when `good` is not within 0..n or the design effect is below 1.
        """
        if not 0 <= good <= n:
            raise ValueError(f"There can't be {good} good ones among {n}.")
        if not design_effect >= 1.0:
            raise ValueError(f"A design effect is at least 1, not {design_effect}.")
        if n == 0:
            return cls(None, 0, None, None)
        share = good / n
        low, high = wilson(share, n / design_effect)
        return cls(share, n, low, high)


def wilson(share: float, n: float) -> tuple[float, float]:
    """Return the 95 % Wilson interval of `share` seen in `n` observations (`n` > 0, not necessarily whole)."""
    z2 = Z_95 * Z_95
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    # Rounding may leave 1e-17 where the formula gives exactly 0 or 1, or move a bound past the share itself.
    low = 0.0 if share == 0 else max(0.0, min(share, centre - half))
    high = 1.0 if share == 1 else min(1.0, max(share, centre + half))
    return low, high


def design_effect(rows: int, sum_n: int, sum_good: int, sum_n2: int, sum_good2: int, sum_n_good: int) -> float:
    """Return by how much the clustering of cells in rows widens the variance of the share of good cells; at least 1.

    Takes running sums over rows with at least one gradable cell: how many rows, and the sums of n, good, n^2, good^2
    and n * good, where n is a row's gradable and `good` its good cells. The numerator is the variance of the ratio
    estimator p = sum good / sum n, linearised (W. G. Cochran, "Sampling Techniques", 3rd ed. 1977, section 3.12):

        rows / (rows - 1) * (sum good^2 - 2 p sum n good + p^2 sum n^2) / (sum n)^2

    the denominator the binomial variance p (1 - p) / sum n. Where that is undefined (one row only, or p is 0 or 1, so
    that the data cannot show how alike the cells of a row are) the cautious answer is complete clustering: Kish's
    sum n^2 / sum n, as if each row were a single observation.
    """
    if rows == 0 or sum_n == 0:
        return 1.0
    if rows == 1 or sum_good in (0, sum_n):
        return max(1.0, sum_n2 / sum_n)
    share = sum_good / sum_n
    squares = sum_good2 - 2 * share * sum_n_good + share * share * sum_n2
    ratio_variance = rows / (rows - 1) * max(0.0, squares) / (sum_n * sum_n)
    return max(1.0, ratio_variance / (share * (1 - share) / sum_n))
