"""Compares numbers as decimals, within tolerances."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import Any

from executions.evaluation.comparison import Comparison, compare_unreadable, different, equal
from executions.evaluation.values import as_text
from mino.common.values.numbers import number_readings
from mino.common.values.options import MatchingOptions


def compare_number(options: MatchingOptions, expected: str, extracted: Any) -> Comparison:
    """Compare two numbers: either tolerance is enough, the relative one is a share of |expected|."""
    text = as_text(extracted) or ""
    truths = number_readings(expected)
    numbers = () if isinstance(extracted, bool) else number_readings(text)
    if not truths or not numbers:
        return compare_unreadable(expected, text, "a number", truth_is_readable=bool(truths))
    pairs = list(product(truths, numbers))
    for truth, number in pairs:
        if truth == number:
            return equal("Equal" if expected.strip() == text.strip() else "Equal as numbers")
    for truth, number in pairs:
        off = abs(truth - number)
        if off <= options.tolerance or off <= options.relative_tolerance * abs(truth):
            return equal(f"Within the tolerance: off by {_shown(off)}")
    return different(f"Off by {_shown(abs(truths[0] - numbers[0]))}")


def _shown(number: Decimal) -> str:
    return f"{number:f}" if -10 < number.adjusted() < 20 and len(number.as_tuple().digits) < 30 else f"{number:.3e}"
