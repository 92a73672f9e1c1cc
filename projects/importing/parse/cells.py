"""Whether a cell can be read as a type, as fast as possible for the usual ways of writing it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from mino.common.values.booleans import parse_boolean
from mino.common.values.columns import ColumnType
from mino.common.values.dates import parse_date
from mino.common.values.emails import normalize_email
from mino.common.values.numbers import is_number, parse_number
from mino.common.values.phones import parse_phone, phone_digits
from mino.common.values.urls import normalize_url

from .addresses import PLAIN_ADDRESS

Recognizer = Callable[[str], bool]

SEPARATOR = re.compile(r"(?<!\\)\|")
ABSENT = "(absent)"
# Unusual dates cost milliseconds each to read; so many different ones are looked at, the rest is taken as it is.
UNUSUAL_CELLS = 2_000

# How most cells of a type are written; no pattern may match a control character.
USUAL = {
    ColumnType.NUMBER: re.compile(r"-?[0-9]{1,15}(?:[.,][0-9]{1,2})?"),
    ColumnType.DATE: re.compile(
        r"[12][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?Z?)?"
    ),
    ColumnType.EMAIL: re.compile(r"[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"),
    ColumnType.URL: PLAIN_ADDRESS,
    ColumnType.PHONE: re.compile(r"\+[1-9][0-9 ()./-]{6,20}"),
    ColumnType.BOOLEAN: re.compile(r"(?i:true|false|yes|no|1|0)"),
}
_IDENTIFIER = re.compile(r"0\d+|\d{12,14}", re.A)


def _anything(_: str) -> bool:
    return True


def _slow_phone(text: str) -> bool:
    # Without a country, a national number can't be judged; that it has digits enough must do.
    return parse_phone(text) is not None or 5 <= len(phone_digits(text)) <= 20


def _usual_or(usual: re.Pattern[str], slow: Recognizer) -> Recognizer:
    seen: dict[str, bool] = {}
    is_usual = usual.fullmatch

    def recognize(text: str) -> bool:
        if is_usual(text):
            return True
        known = seen.get(text)
        if known is None:
            if len(seen) >= UNUSUAL_CELLS:
                return True
            known = seen[text] = slow(text)
        return known

    return recognize


def recognizer(kind: ColumnType) -> Recognizer:
    """A function that says whether a truth cell can be read as the type.

    Usual spellings are recognised at once; the parsers of the evaluation judge the others, at most 2,000 different
    ones. The function remembers what it saw: get a new one for each file.
    """
    usual = USUAL.get(kind)
    return _usual_or(usual, _PARSERS[kind]) if usual else _anything


def alternatives(cell: str) -> list[str]:
    """The accepted values in a truth cell, which vertical bars separate; the text for "absent" is none."""
    if "|" not in cell:
        text = cell.strip()
        return [] if text == ABSENT or not text else [text]
    return [part.strip() for part in SEPARATOR.split(cell) if part.strip() and part.strip() != ABSENT]


def is_identifier(text: str) -> bool:
    """Whether digits are a name rather than an amount: a leading zero, or as long as an article number."""
    return _IDENTIFIER.fullmatch(text) is not None


def looks_like(kind: ColumnType, text: str) -> bool:
    """Whether a cell looks like the type and like nothing else: stricter than `recognizer`, for guessing."""
    return _STRICT[kind](text)


def _strict_number(text: str) -> bool:
    return not is_identifier(text) and not text.upper().startswith("PT") and is_number(text)


def _strict_phone(text: str) -> bool:
    return USUAL[ColumnType.PHONE].fullmatch(text) is not None and 8 <= len(phone_digits(text)) <= 15


def _parses(parse: Callable[[str], object], text: str) -> bool:
    return parse(text) is not None


def _strict_url(text: str) -> bool:
    return text[:8].lower().startswith(("http://", "https://")) and normalize_url(text) is not None


def _relative_url(text: str) -> bool:
    # A truth may be a path, which is read against the page's own address.
    return normalize_url(text, base="https://site.example/") is not None


_PARSERS: dict[ColumnType, Recognizer] = {
    ColumnType.NUMBER: partial(_parses, parse_number),
    ColumnType.DATE: partial(_parses, parse_date),
    ColumnType.EMAIL: partial(_parses, normalize_email),
    ColumnType.URL: _relative_url,
    ColumnType.PHONE: _slow_phone,
    ColumnType.BOOLEAN: partial(_parses, parse_boolean),
}
_STRICT: dict[ColumnType, Recognizer] = {
    ColumnType.TEXT: _anything,
    ColumnType.NUMBER: _strict_number,
    ColumnType.URL: _strict_url,
    ColumnType.EMAIL: partial(_parses, normalize_email),
    ColumnType.DATE: partial(_parses, parse_date),
    ColumnType.PHONE: _strict_phone,
    ColumnType.BOOLEAN: partial(_parses, parse_boolean),
}
