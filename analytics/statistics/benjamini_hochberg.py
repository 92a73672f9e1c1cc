"""Benjamini's and Hochberg's control of false discoveries (J. of the Royal Statistical Society B 57, 1995, 289-300).

Of what is called a discovery at q = 0.05, at most one in twenty is expected to be chance, however many are tested.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def benjamini_hochberg(p_values: Sequence[float], tests: int | None = None) -> list[float]:
    """The adjusted p values in the same order: those of at most q are the discoveries at q.

    `tests` is how many were tested in all, where those that surely are no discoveries (p = 1) are left out. Raises
    ValueError when that is less than are given.
    """
    total = len(p_values) if tests is None else tests
    if total < len(p_values):
        raise ValueError(f"{len(p_values)} p values can't come from {total} tests.")
    if not p_values:
        return []
    values = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    scaled = values[order] * total / np.arange(1, len(values) + 1)
    adjusted = np.empty(len(values))
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1])
    return [float(one) for one in adjusted]
