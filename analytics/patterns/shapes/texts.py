"""Shapes of wrong texts."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

from rapidfuzz import fuzz

from analytics.patterns.shapes.kinds import Shape
from mino.common.values.columns import ColumnType
from mino.common.values.numbers import is_number, number_readings
from mino.common.values.text import fold_text
from mino.common.values.urls import UrlFolding, normalize_url

Found = tuple[Shape, str, str]
LONGEST_DETAIL = 60
LEAST_SHARE = 0.25
"""A piece of the truth, or the truth in a longer text, is at least as much of it."""
LEAST_CHARACTERS = 2
SLIP = 88.0
"""From this similarity on, in percent, a text differs by a slip."""
MOST_ITEMS = 100
SEPARATORS = re.compile(r"\s*[,;|/·•\n]\s*|\s+(?:and|und|et|y|e|&)\s+", re.IGNORECASE)
ELLIPSIS = re.compile(r"\s*(?:…|\.{2,}|\[(?:…|\.\.\.)\]|(?:read|show) more)\s*$", re.IGNORECASE)
ANY_FORM = UrlFolding(ignore_query=True, ignore_fragment=True, ignore_scheme=True, ignore_www=True)


def same_but_for_case(truth: str, value: str) -> bool:
    """Whether the two differ in case alone."""
    return truth.strip().casefold() == value.strip().casefold()


def order_failure(truth: str, value: str) -> Found | None:
    """The same items in another order."""
    mine, theirs = _items(truth), _items(value)
    if len(mine) > 1 and mine != theirs and sorted(mine) == sorted(theirs):
        return Shape.LIST_ORDER, "", ""
    return None


def _items(text: str) -> list[str]:
    return [folded for one in SEPARATORS.split(text, MOST_ITEMS) if (folded := fold_text(one))]


def encoding_failure(truth: str, value: str) -> Found | None:
    """The same text, once characters, entities or escapes are mended."""
    wanted = fold_text(truth)
    for mended in _mended(value):
        if mended != value and fold_text(mended) == wanted:
            return Shape.ENCODING, "", ""
    lost = "".join("?" if ord(character) > 127 else character for character in truth)
    if not truth.isascii() and fold_text(value.replace("\ufffd", "?")) == fold_text(lost):
        return Shape.ENCODING, "", ""
    return None


def _mended(value: str) -> Iterator[str]:
    yield html.unescape(value)
    yield unquote(value)
    yield value.replace("\\n", " ").replace("\\t", " ").replace('\\"', '"').replace("\\/", "/")
    for charset in ("cp1252", "latin-1", "cp1251"):
        try:
            yield value.encode(charset).decode("utf-8")
        except UnicodeError:
            continue


def format_failure(kind: ColumnType, truth: str, value: str) -> Found | None:
    """The same thing, written in another way."""
    if kind is ColumnType.URL:
        address = normalize_url(truth, ANY_FORM)
        is_same = address is not None and address == normalize_url(value, ANY_FORM)
        return (Shape.FORMAT, "address", "") if is_same else None
    mine, theirs = _bare(truth), _bare(value)
    if mine and mine == theirs and not _differs_as_number(truth, value):
        return Shape.FORMAT, "", ""
    if kind is not ColumnType.NUMBER and is_number(truth) and is_number(value):
        plain = not any(character.isalpha() or unicodedata.category(character) == "Sc" for character in truth + value)
        if plain and set(number_readings(truth)) & set(number_readings(value)):
            return Shape.FORMAT, "", ""
    return None


def _differs_as_number(truth: str, value: str) -> bool:
    """12.50 and 1250 have the same digits, and are not the same."""
    mine, theirs = number_readings(truth), number_readings(value)
    return is_number(truth) and is_number(value) and not set(mine) & set(theirs)


def _bare(text: str) -> str:
    """Letters and digits alone, without accents."""
    apart = unicodedata.normalize("NFKD", fold_text(text))
    return "".join(character for character in apart if character.isalnum())


def contained_failure(truth: str, value: str) -> Found | None:
    """The truth with more text, or a piece of it."""
    mine, theirs = fold_text(truth), fold_text(ELLIPSIS.sub("", value))
    if len(mine) < LEAST_CHARACTERS or len(theirs) < LEAST_CHARACTERS or mine == theirs:
        return (Shape.TRUNCATED, "", "") if mine == theirs and len(mine) >= LEAST_CHARACTERS else None
    if len(theirs) > len(mine):
        return _extra(mine, theirs) if truth.strip() not in value else _extra(truth.strip(), " ".join(value.split()))
    if len(theirs) < max(LEAST_CHARACTERS, LEAST_SHARE * len(mine)):
        return None
    if mine.startswith(theirs):
        return Shape.TRUNCATED, "", ""
    return (Shape.PART, "", "") if _has_words(mine, theirs) else None


def _extra(mine: str, theirs: str) -> Found | None:
    if len(mine) < 3 and len(theirs) > 4 * len(mine):
        return None
    at = f" {theirs} ".find(f" {mine} ") if not theirs.startswith(mine) else 0
    if at < 0:
        at = theirs.find(mine) if theirs.endswith(mine) else -1
    if at < 0:
        return None
    before, after = theirs[:at], theirs[at + len(mine) :]
    where = "around" if before and after else "before" if before else "after"
    detail = f"{before}…{after}" if before and after else before or after
    return Shape.EXTRA_TEXT, where, detail[:LONGEST_DETAIL]


def _has_words(whole: str, piece: str) -> bool:
    return f" {piece} " in f" {whole} " or (len(piece) >= 4 and whole.endswith(piece))


def slip_failure(truth: str, value: str) -> Found | None:
    """A text that is nearly right."""
    mine, theirs = fold_text(truth), fold_text(value)
    if min(len(mine), len(theirs)) < 5 or fuzz.ratio(mine, theirs) < SLIP:
        return None
    # Another number in an otherwise equal text is another thing, not a slip.
    return (Shape.CLOSE, "", "") if re.findall(r"\d+", mine) == re.findall(r"\d+", theirs) else None
