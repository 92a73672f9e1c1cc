"""What a difference means: better, worse, no meaningful difference, or not enough data to tell."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from analytics.statistics.paired import Difference
from analytics.statistics.power import rows_needed

ALPHA = 0.05
MARGIN = 0.02
"""The largest difference that means nothing, as a share, unless the project says otherwise."""
LEAST_SITES = 6
"""Of fewer sites that changed, all going one way would still be chance (2 / 2^5 > alpha), whatever resamples say."""


class Verdict(StrEnum):
    """How the second execution stands against the first."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict; for `unknown` with the rows that would be needed (None where nothing tells)."""

    verdict: Verdict
    rows_needed: int | None = None


def judge(difference: Difference, *, margin: float = MARGIN, adjusted_p: float | None = None) -> Judgement:
    """Judge a difference at alpha 0.05, two-sided.

    Better or worse: the 95 % interval leaves out 0, and where McNemar's test applies, its p value is at most alpha.
    Same: the interval lies inside plus or minus the margin. `adjusted_p` is the p value as corrected for other tests
    made at once; it counts in place of McNemar's, also where that does not apply.
    """
    if difference.low is None or difference.high is None:
        return Judgement(Verdict.UNKNOWN)
    p = adjusted_p if adjusted_p is not None else (difference.p if difference.is_exact else None)
    if _is_certain(difference) and (p is None or p <= ALPHA):
        return Judgement(Verdict.BETTER if difference.low > 0 else Verdict.WORSE)
    if -margin <= difference.low and difference.high <= margin:
        return Judgement(Verdict.SAME)
    right, wrong = difference.became_right / difference.n, difference.became_wrong / difference.n
    return Judgement(Verdict.UNKNOWN, rows_needed(right, wrong, margin, difference.design_effect))


def _is_certain(difference: Difference) -> bool:
    if difference.low is None or difference.high is None:
        return False
    has_sites = difference.is_exact or difference.sites_changed >= LEAST_SITES
    return has_sites and (difference.low > 0 or difference.high < 0)
