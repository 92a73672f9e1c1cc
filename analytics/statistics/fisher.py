"""Fisher's exact test, one-sided (R. A. Fisher, Statistical Methods for Research Workers, 5th ed. 1934, section 21.02).

Given how many there are inside and outside and how many fail in all: how likely do at least as many fail inside by
chance alone? Exact for small numbers, where the interval of a lift, an approximation, promises too much.
"""

from __future__ import annotations

import math

import numpy as np


def fisher_more(failing: int, inside: int, failing_outside: int, outside: int) -> float:
    """The chance of `failing` or more of the `inside` ones, were failing as common inside as outside.

    Raises ValueError for counts that can't be.
    """
    return _tail(failing, inside, failing_outside, outside)


def fisher_fewer(failing: int, inside: int, failing_outside: int, outside: int) -> float:
    """The chance of `failing` or fewer of the `inside` ones, were failing as common inside as outside."""
    return _tail(failing_outside, outside, failing, inside)


def _tail(failing: int, inside: int, failing_outside: int, outside: int) -> float:
    if not (0 <= failing <= inside and 0 <= failing_outside <= outside):
        raise ValueError("There can't be more failing ones than there are.")
    marked, total = failing + failing_outside, inside + outside
    highest = min(inside, marked)
    if failing <= max(0, marked - outside):
        return 1.0
    first = _log_choose(marked, failing) + _log_choose(total - marked, inside - failing) - _log_choose(total, inside)
    # Each further chance from the one before it: numbers of this size have no factorials.
    at = np.arange(failing, highest, dtype=np.float64)
    steps = np.log((marked - at) * (inside - at)) - np.log((at + 1) * (total - marked - inside + at + 1))
    logarithms = first + np.concatenate(([0.0], np.cumsum(steps)))
    return float(min(1.0, np.exp(logarithms).sum()))


def _log_choose(all_of_them: int, some: int) -> float:
    return math.lgamma(all_of_them + 1) - math.lgamma(some + 1) - math.lgamma(all_of_them - some + 1)
