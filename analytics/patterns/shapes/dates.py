"""Shapes of wrong dates."""

from __future__ import annotations

from datetime import timedelta

from analytics.patterns.shapes.kinds import Shape
from mino.common.values.dates import may_be_date, parse_date

Found = tuple[Shape, str, str]


def date_failure(truth: str, value: str, day_first: bool) -> Found | None:
    """Day and month exchanged, the day before or after, or the same day written in another way."""
    if not may_be_date(truth) or not may_be_date(value):
        return None
    mine, theirs = parse_date(truth, day_first), parse_date(value, day_first)
    if mine is None or theirs is None:
        return None
    wanted, given = mine.date(), theirs.date()
    if wanted == given:
        return Shape.FORMAT, "", ""
    if (wanted.year, wanted.month, wanted.day) == (given.year, given.day, given.month):
        return Shape.DATE_ORDER, "", ""
    return (Shape.CLOSE, "", "") if abs(wanted - given) == timedelta(days=1) else None
