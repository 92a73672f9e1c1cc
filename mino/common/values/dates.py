"""Reads dates so that the same text means the same day next year, on any machine.

ISO 8601 and dates of digits are read here; the rest is dateparser's, in many languages, but only with day, month and
year all given, and with everything that looks at the clock, the machine's time zone or its locale switched off.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from dateparser.date import DateDataParser
from dateparser.timezone_parser import pop_tz_offset_from_string

MAX_DATE_TEXT = 64
MIN_DATE_TEXT = 6

_ISO = re.compile(
    r"([12]\d{3})-?([01]\d)-?([0-3]\d)"
    r"(?:[T ]\s?([0-2]\d):?([0-5]\d)(?::?([0-6]\d)(?:[.,]\d{1,9})?)?\s?(Z|UTC|GMT|[+-][0-2]\d(?::?[0-5]\d)?)?)?",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(\d{4})\s?[./-]\s?(\d{1,2})\s?[./-]\s?(\d{1,2})\.?")
_YEAR_LAST = re.compile(r"(\d{1,2})\s?[./-]\s?(\d{1,2})\s?[./-]\s?(\d{4}|\d{2})\.?")
_DIGIT_GROUPS = re.compile(r"\d+")
_LOCK = threading.Lock()
_PARSERS: dict[bool, DateDataParser] = {}


def parse_date(text: str, day_first: bool = False) -> datetime | None:
    """Return the moment that `text` names, or None when day, month and year aren't all in it. Never raises.

    The date and time are as written: with a time zone when the text names one, naive otherwise; midnight when no
    time is given. `day_first` decides about "03/04/2021"; two digits are a year of 1969 to 2068 (POSIX). Nothing
    relative ("yesterday"), no timestamps, nothing longer than 64 characters.
    """
    text = text.strip()
    return _parse_cached(text, day_first) if MIN_DATE_TEXT <= len(text) <= MAX_DATE_TEXT else None


def may_be_date(text: str) -> bool:
    """Whether `text` has the digits of a day and a year: tells most texts that are no dates at once."""
    groups = _DIGIT_GROUPS.findall(text)
    return MIN_DATE_TEXT <= len(text) <= MAX_DATE_TEXT and (len(groups) == 1 or _may_be_date(groups))


@lru_cache(maxsize=65_536)
def _parse_cached(text: str, day_first: bool) -> datetime | None:
    if not text.isascii():
        text = _with_plain_digits(text)
    groups = _DIGIT_GROUPS.findall(text)
    if iso := _ISO.fullmatch(text):
        return _from_iso(iso)
    if not _may_be_date(groups):
        return None
    if year_first := _YEAR_FIRST.fullmatch(text):
        year, month, day = map(int, year_first.groups())
        return _moment(year, month, day)
    if year_last := _YEAR_LAST.fullmatch(text):
        return _from_digits(year_last, day_first)
    return _from_words(text, day_first)


def _with_plain_digits(text: str) -> str:
    digits = (unicodedata.decimal(character, None) for character in text)
    return "".join(character if digit is None else str(digit) for character, digit in zip(text, digits, strict=True))


def _may_be_date(groups: list[str]) -> bool:
    """Return whether a day and another group, a year, are among the digits; cheap, since most texts are no dates."""
    if not 2 <= len(groups) <= 9:
        return False
    days = sum(len(group) <= 2 and 1 <= int(group) <= 31 for group in groups)
    years = sum(len(group) >= 4 or len(group) == 2 for group in groups)
    return days >= 1 and years >= 1 and sum(len(group) != 3 for group in groups) >= 2


def _from_iso(match: re.Match[str]) -> datetime | None:
    year, month, day, hour, minute, second, zone = match.groups()
    moment = _moment(int(year), int(month), int(day), int(hour or 0), int(minute or 0), min(int(second or 0), 59))
    return moment.replace(tzinfo=_zone(zone)) if moment and zone else moment


def _zone(text: str) -> timezone | None:
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    if offset >= timedelta(hours=24):
        return None
    return timezone(offset if text[0] == "+" else -offset)


def _from_digits(match: re.Match[str], day_first: bool) -> datetime | None:
    first, second, year = map(int, match.groups())
    if len(match[3]) == 2:
        year += 1900 if year >= 69 else 2000
    day, month = (first, second) if day_first else (second, first)
    return _moment(year, month, day) or _moment(year, day, month)


def _moment(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime | None:
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None


def _from_words(text: str, day_first: bool) -> datetime | None:
    bare, zone = pop_tz_offset_from_string(text)
    with _LOCK:
        moment = _search(bare, day_first)
        if moment is None and zone is not None:
            moment, zone = _search(text, day_first), None
    if moment is None or zone is None or isinstance(zone, str):
        return moment
    return moment.replace(tzinfo=timezone(zone.utcoffset(moment)))


def _search(text: str, day_first: bool) -> datetime | None:
    try:
        return _parser(day_first).get_date_data(text).date_obj
    except (ValueError, OverflowError, RecursionError):
        # dateparser promises None for what it can't read, but some inputs get past its own checks.
        return None


def _parser(day_first: bool) -> DateDataParser:
    if day_first not in _PARSERS:
        _PARSERS[day_first] = DateDataParser(try_previous_locales=False, settings=_settings(day_first))
    return _PARSERS[day_first]


def _settings(day_first: bool) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "REQUIRE_PARTS": ["day", "month", "year"],
        "PARSERS": ["absolute-time"],
        "TIMEZONE": "UTC",
        "RELATIVE_BASE": datetime(2000, 1, 1),
        "PREFER_DATES_FROM": "current_period",
    }
    # Without an order of its own dateparser takes the one of the language that it recognised by a word, else month
    # first.
    return settings | {"DATE_ORDER": "DMY"} if day_first else settings
