"""Compares dates, and times of day where they count."""

from __future__ import annotations

from datetime import datetime

from executions.evaluation.comparison import Comparison, compare_unreadable, different, equal
from mino.common.values.dates import parse_date
from mino.common.values.options import MatchingOptions


def compare_date(options: MatchingOptions, expected: str, text: str) -> Comparison:
    """Compare two dates: by day as written, or by moment where `precision` is datetime."""
    truth, date = parse_date(expected, options.day_first), parse_date(text, options.day_first)
    if truth is None or date is None:
        return compare_unreadable(expected, text, "a date", truth_is_readable=truth is not None)
    if _same_moment(truth, date) or (options.precision == "date" and truth.date() == date.date()):
        return equal("Equal" if expected.strip() == text.strip() else "The same date, written in another way")
    if truth.date() == date.date():
        return different("The same day at another time")
    days = abs((truth.date() - date.date()).days)
    apart = f"{days} {'day' if days == 1 else 'days'} apart"
    if _depends_on_order(options, expected, text):
        return different(f"{apart}; with day_first set to {str(not options.day_first).lower()} they would be equal")
    return different(apart)


def _same_moment(one: datetime, other: datetime) -> bool:
    if (one.tzinfo is None) is not (other.tzinfo is None):
        # Only one of them names its time zone: the clocks are compared as written.
        return one.replace(tzinfo=None) == other.replace(tzinfo=None)
    return one == other


def _depends_on_order(options: MatchingOptions, expected: str, text: str) -> bool:
    truth, date = parse_date(expected, not options.day_first), parse_date(text, not options.day_first)
    return truth is not None and date is not None and truth.date() == date.date()
