"""Dates as pages write them."""

from __future__ import annotations

import re

from mino.common.values.dates import MAX_DATE_TEXT, parse_date

START = re.compile(r"^\D*?(\d{4}-\d{2}-\d{2})(?!\d)")
WHOLE = re.compile(
    r"\d{1,2}\.?\s(?:de\s)?[^\W\d]{3,12}\.?,?\s(?:de\s)?\d{4}|[^\W\d]{3,12}\.?\s\d{1,2}(?:st|nd|rd|"
    r"th)?,?\s\d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{4}"
    r"|\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{4}年\s?\d{1,2}月\s?\d{1,2}日"
)


def read_date(text: str) -> str | None:
    """Return the day that a text names as YYYY-MM-DD, None when it names no whole day. Nothing relative is read."""
    found = START.match(text)
    if found:
        text = found.group(1)
    elif len(text) > MAX_DATE_TEXT:
        inside = WHOLE.search(text[:500])
        if inside is None:
            return None
        text = inside.group()
    moment = parse_date(text)
    if moment is None and (inside := WHOLE.search(text)) is not None:
        moment = parse_date(inside.group())
    return moment.date().isoformat() if moment is not None else None
