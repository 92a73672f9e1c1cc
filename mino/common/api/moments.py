"""Moments as programs write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from django.utils.dateparse import parse_datetime

WRONG: Final = "Give a moment in ISO 8601, such as 2026-01-05T09:00:00Z; in an address write + as %2B."
NO_OFFSET: Final = "Say the offset from UTC too, such as Z or +02:00; in an address write + as %2B."


def read_moment(text: Any) -> datetime:
    """The moment that a text of ISO 8601 names. Raises ValueError with what is wrong, in words.

    One without an offset could be meant in any zone, and one whose day in UTC no calendar has can't be compared.
    """
    found = _parsed(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(WRONG)
    if found.tzinfo is None:
        raise ValueError(NO_OFFSET)
    return found


def _parsed(text: str) -> datetime | None:
    try:
        found = parse_datetime(text[:40])
        return found.astimezone(UTC) if found and found.tzinfo else found
    except (ValueError, OverflowError):  # a day or an hour that no calendar has
        return None
