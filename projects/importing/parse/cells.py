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
# How many different cells of a column, written in unusual ways, the parsers judge, and after how many unreadable ones
# they stop. "12 March 2024" takes them two milliseconds, a text that is no date up to a tenth of a second.
UNUSUAL_CELLS, UNREADABLE_CELLS = 20_000, 20_000
UNUSUAL_DATES, UNREADABLE_DATES = 2_000, 40

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
_NATIONAL = re.compile(
    r"(?:[a-z]{2,5}[.:]? ?)?[+(]?[0-9][0-9 ()./-]{4,24}(?: ?(?:x|ext\.?) ?[0-9]{1,6})?", re.IGNORECASE
)
MOST_WORDS_WITHOUT_YEAR = 3
_WORD = re.compile(r"[^\W\d_]+")
_YEAR = re.compile(r"\d{4}")
_IDENTIFIER = re.compile(r"0\d+|\d{12,14}", re.A)


def _anything(_: str) -> bool:
    return True


def _slow_phone(text: str) -> bool:
    # Without a country, a national number can't be judged; that it has digits enough must do.
    return parse_phone(text) is not None or 5 <= len(phone_digits(text)) <= 20


class CellReader:
    """Says whether a truth cell can be read as a type; get a new one for each column of each file.

    Usual spellings are recognised at once, and the parsers of the evaluation judge the others, each distinct one once.
    After so many that it would take minutes, the rest goes unjudged; `unjudged` counts those cells.
    """

    def __init__(self, kind: ColumnType) -> None:
        usual = USUAL.get(kind)
        self.unjudged = 0
        self._is_usual = usual.fullmatch if usual else None
        self._parses = _PARSERS.get(kind, _anything)
        self._judged: dict[str, bool] = {}
        self._unreadable = 0
        is_date = kind == ColumnType.DATE
        self._most = UNUSUAL_DATES if is_date else UNUSUAL_CELLS
        self._most_unreadable = UNREADABLE_DATES if is_date else UNREADABLE_CELLS

    def __call__(self, text: str) -> bool:
        """Whether the text can be read as the type, or can't be judged any more."""
        if self._is_usual is None or self._is_usual(text):
            return True
        known = self._judged.get(text)
        if known is None:
            if len(self._judged) >= self._most or self._unreadable >= self._most_unreadable:
                self.unjudged += 1
                return True
            known = self._judged[text] = self._parses(text)
            self._unreadable += not known
        return known


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
    """Whether a cell looks like the type and like nothing else: stricter than CellReader, for guessing."""
    return _STRICT[kind](text)


def _strict_number(text: str) -> bool:
    return not is_identifier(text) and not text.upper().startswith("PT") and is_number(text)


def looks_like_national_phone(text: str) -> bool:
    """Whether a cell may be a phone number without its country: for columns that are called so."""
    return _NATIONAL.fullmatch(text) is not None and 6 <= len(phone_digits(text)) <= 15


def _strict_date(text: str) -> bool:
    # The first text that is no date makes dateparser load all its languages: seconds, and 40 MB. Dates have few words.
    if len(_WORD.findall(text)) > MOST_WORDS_WITHOUT_YEAR and not _YEAR.search(text):
        return False
    return parse_date(text) is not None


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
    ColumnType.DATE: _strict_date,
    ColumnType.PHONE: _strict_phone,
    ColumnType.BOOLEAN: partial(_parses, parse_boolean),
}
