"""What each column probably is: its role and type, how sure that is, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mino.common.values.columns import ColumnRole, ColumnType

from .addresses import is_address
from .cells import alternatives, is_identifier, looks_like
from .headers import SourceColumn
from .table import MINO_ROW_KEY, Table, preview

SAMPLE_RECORDS = 500

TRUTH_HEADER = re.compile(
    r"(?:expected|ground[ _-]?truth|truth|gt|golden|gold)[ _:.-]+(?P<after>\S.*)"
    r"|(?P<before>.*\S)[ _:.-]+(?:expected|ground[ _-]?truth|truth|gt)",
    re.IGNORECASE,
)
URL_HEADER = re.compile(
    r"(?:site|page|web|product|source|target|start)?[ _-]?(?:url|link|address|uri)|web ?site|site|homepage|domain", re.I
)
KEY_HEADER = re.compile(rf"{MINO_ROW_KEY}|(?:row|site|record)?[ _-]?(?:id|key|uuid)|sku", re.IGNORECASE)
TEXT_HEADER = re.compile(
    r".*(?:\b|_)(?:sku|gtin\d*|ean|upc|mpn|isbn|asin|zip(?:code)?|postal|postcode|code|id|model|name|title)s?", re.I
)
PHONE_HEADER = re.compile(r".*(?:phone|tel|fax|mobile|whatsapp).*", re.IGNORECASE)
BOOLEAN_HEADER = re.compile(r"(?:is|has|in|can)[ _-].+|available|availability|active|open", re.IGNORECASE)


class Confidence(StrEnum):
    """How sure a guess is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """What a column probably is. `name` is the field's name: for `expected_price` it is `price`."""

    index: int
    header: str
    name: str
    role: ColumnRole
    type: ColumnType
    confidence: Confidence
    reason: str


def guess_columns(table: Table, count: int = SAMPLE_RECORDS) -> list[ColumnGuess]:
    """Guess every column from its header and its first cells.

    At most one column becomes the site's URL and at most one the key. Ground truth is only what its header marks as
    such (`expected_price`, `price_gt`): nothing else tells a known answer from an input.
    """
    records = [record.cells for record in preview(table, count)]
    width = len(table.columns)
    cells = [[record[index].strip() for record in records if index < len(record)] for index in range(width)]
    url = _url_column(table.columns, cells)
    key = _key_column(table.columns, cells, url)
    return [_guess(column, cells[column.index], url, key) for column in table.columns]


def truth_name(header: str) -> str | None:
    """The field's name in a header that marks ground truth (`expected_price`: `price`), else None."""
    match = TRUTH_HEADER.fullmatch(header)
    return (match["after"] or match["before"]) if match else None


def _guess(column: SourceColumn, cells: Sequence[str], url: int | None, key: int | None) -> ColumnGuess:
    filled = [cell for cell in cells if cell]
    if column.index == url:
        share = sum(map(is_address, filled)) / max(1, len(filled))
        sure = Confidence.CERTAIN if share > 0.95 else Confidence.LIKELY
        reason = "every cell is a URL" if share == 1 else "name" if not filled else f"{share:.0%} of the cells are URLs"
        return ColumnGuess(column.index, column.header, column.name, ColumnRole.SITE_URL, ColumnType.URL, sure, reason)
    if column.index == key:
        sure = Confidence.CERTAIN if column.header == MINO_ROW_KEY else Confidence.LIKELY
        return ColumnGuess(
            column.index, column.header, column.name, ColumnRole.KEY, ColumnType.TEXT, sure, "name and unique values"
        )
    field = truth_name(column.header)
    kind, sure, reason = guess_type(field or column.name, filled)
    if field is not None:
        if not filled:
            sure, reason = Confidence.GUESS, "marked as truth, but empty in the first rows"
        return ColumnGuess(column.index, column.header, field, ColumnRole.GROUND_TRUTH, kind, sure, reason)
    if len(filled) <= 0.05 * len(cells):
        return ColumnGuess(
            column.index, column.header, column.name, ColumnRole.IGNORED, kind, Confidence.GUESS, "mostly empty"
        )
    return ColumnGuess(column.index, column.header, column.name, ColumnRole.INPUT, kind, sure, reason)


def _url_column(columns: Sequence[SourceColumn], cells: Sequence[Sequence[str]]) -> int | None:
    """The column with the sites: not marked as truth, most of its cells addresses; its name decides between several."""
    best: tuple[float, int] | None = None
    for column in columns:
        if truth_name(column.header) is not None:
            continue
        filled = [cell for cell in cells[column.index] if cell]
        share = sum(map(is_address, filled)) / len(filled) if filled else 0.0
        named = URL_HEADER.fullmatch(column.header) is not None
        exact = column.header.lower() in ("site_url", "url", "site url")
        # Bare words with a dot in them may be anything: without a telling name, whole addresses are asked for.
        whole = any("://" in cell for cell in filled[:20])
        score = share + named + exact if share >= 0.5 and (named or whole) else named * 0.4 + exact * 0.4
        if score > 0 and (best is None or score > best[0]):
            best = (score, column.index)
    return best[1] if best else None


def _key_column(columns: Sequence[SourceColumn], cells: Sequence[Sequence[str]], url: int | None) -> int | None:
    for column in columns:
        values = cells[column.index]
        if column.header == MINO_ROW_KEY:
            return column.index
        named = column.index != url and KEY_HEADER.fullmatch(column.header)
        if named and values and all(values) and len(set(values)) == len(values):
            return column.index
    return None


def guess_type(name: str, filled: Sequence[str]) -> tuple[ColumnType, Confidence, str]:
    """The type of a column with this name and these filled cells, how sure that is, and why."""
    values = [value for cell in filled for value in alternatives(cell)][:SAMPLE_RECORDS]
    if not values:
        return ColumnType.TEXT, Confidence.GUESS, "no cells to judge by"
    for kind, noun in _kinds_to_try(name):
        fitting = sum(1 for value in values if looks_like(kind, value))
        if fitting >= 0.9 * len(values):
            sure = Confidence.CERTAIN if fitting >= 0.98 * len(values) and len(values) >= 5 else Confidence.LIKELY
            return kind, sure, _counted(fitting, len(values), noun)
    return ColumnType.TEXT, Confidence.LIKELY, _text_reason(values)


def _kinds_to_try(name: str) -> list[tuple[ColumnType, str]]:
    url, email, date = (ColumnType.URL, "URLs"), (ColumnType.EMAIL, "e-mail addresses"), (ColumnType.DATE, "dates")
    number, boolean, phone = (
        (ColumnType.NUMBER, "numbers"),
        (ColumnType.BOOLEAN, "yes or no"),
        (ColumnType.PHONE, "phone numbers"),
    )
    if PHONE_HEADER.fullmatch(name):
        return [phone, url, email]
    if TEXT_HEADER.fullmatch(name):
        return [url, email]
    if BOOLEAN_HEADER.fullmatch(name):
        return [boolean, url, email, date, number]
    return [url, email, date, number, phone, boolean]


def _counted(fitting: int, total: int, noun: str) -> str:
    return f"{fitting:,} of {total:,} are {noun}"


def _text_reason(values: Sequence[str]) -> str:
    if all(map(is_identifier, values)):
        return "digits that are a name, not an amount"
    different = len(set(values))
    return f"{different:,} different values" if different < 0.5 * len(values) else "free text"
