"""Months, as the limits count them: from the 1st, midnight UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime


def month_of(moment: datetime) -> date:
    """The first day of the month in which the moment lies."""
    return moment.astimezone(UTC).date().replace(day=1)


def next_month(month: date) -> datetime:
    """When the month after this one begins."""
    year, number = divmod(month.year * 12 + month.month, 12)
    return datetime(year, number + 1, 1, tzinfo=UTC)
