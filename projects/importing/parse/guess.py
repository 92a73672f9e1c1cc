"""What each column probably is: its role and type, how sure that is, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any

from mino.common.values.columns import ColumnRole, ColumnType
from mino.common.values.dates import may_be_date

from .addresses import is_address
from .cells import Recognizer, alternatives, is_identifier, looks_like, looks_like_national_phone
from .exported import MINO_BATCH, MINO_ROW_KEY, ColumnNote, key_of
from .headers import SourceColumn
from .table import Table, preview

SAMPLE_RECORDS = 500
PROBED_CELLS = 20

TRUTH_HEADER = re.compile(
    r"(?:expected|ground[ _-]?truth|truth|gt|golden|gold)[ _:.-]+(?P<after>\S.*)"
    r"|(?P<before>.*\S)[ _:.-]+(?:expected|ground[ _-]?truth|truth|gt)",
    re.IGNORECASE,
)
URL_HEADER = re.compile(
    r"(?:site|page|web|product|source|target|start)?[ _-]?(?:url|link|address|uri)|web ?site|site|homepage|domain", re.I
)
KEY_HEADER = re.compile(rf"{MINO_ROW_KEY}|(?:row|site|record)?[ _-]?(?:id|key|uuid)", re.IGNORECASE)
TEXT_HEADER = re.compile(
    r".*(?:\b|_)(?:sku|gtin\d*|ean|upc|mpn|isbn|asin|zip(?:code)?|postal|postcode|code|id|model|name|title)s?", re.I
)
PHONE_HEADER = re.compile(r".*(?:phone|tel|fax|mobile|whatsapp).*", re.IGNORECASE)
BOOLEAN_HEADER = re.compile(r"(?:is|has|in|can)[ _-].+|available|availability|active|open", re.IGNORECASE)


# What MINO's own exports have beside inputs and truth.
RESULT_HEADER = re.compile(
    rf"{MINO_ROW_KEY}|(?:extracted|outcome|score|source)_.+"
    r"|position|status|evaluation_result|accuracy|error_code|error_message|attempts|agent_seconds"
    r"|cost|currency|started_at|finished_at"
)


class Confidence(StrEnum):
    """How sure a guess is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """What a column probably is.

    `header` is what stands in the file, `source` the table's own name for the column, and `name` the field's name: for
    `expected_price` it is `price`.
    """

    index: int
    header: str
    source: str
    name: str
    role: ColumnRole
    type: ColumnType
    confidence: Confidence
    reason: str
    options: Mapping[str, Any] = field(default_factory=dict)


def guess_columns(table: Table, count: int = SAMPLE_RECORDS) -> list[ColumnGuess]:
    """Guess every column from its header and its first cells.

    At most one column becomes the site's URL and at most one the key. Ground truth is only what its header marks as
    such (`expected_price`, `price_gt`): nothing else tells a known answer from an input. Columns of an exported batch
    are what they were; the column that says so is left out.
    """
    if notes := table.notes():
        known = [_noted(column, notes.get(key_of(column.header))) for column in table.columns]
        return known[:-1] if table.columns[-1].header == MINO_BATCH else known
    records = [record.cells for record in preview(table, count)]
    width = len(table.columns)
    cells = [[record[index].strip() for record in records if index < len(record)] for index in range(width)]
    url = _url_column(table.columns, cells)
    key = _key_column(table.columns, cells, url)
    is_export = any(column.header == MINO_ROW_KEY for column in table.columns)
    return [_guess(column, cells[column.index], url, key, is_export=is_export) for column in table.columns]


def _noted(column: SourceColumn, note: ColumnNote | None) -> ColumnGuess:
    """What a column of an exported batch is; one that was added to the file since is ignored."""
    if note is None:
        ignored = (column.name, ColumnRole.IGNORED, ColumnType.TEXT, Confidence.GUESS, "not in the exported batch")
        return ColumnGuess(column.index, column.header, column.name, *ignored)
    restored = (note.name, note.role, note.type, Confidence.CERTAIN, "as in the exported batch", note.options)
    return ColumnGuess(column.index, note.header, column.name, *restored)


def truth_name(header: str) -> str | None:
    """The field's name in a header that marks ground truth (`expected_price`: `price`), else None."""
    match = TRUTH_HEADER.fullmatch(header)
    return (match["after"] or match["before"]) if match else None


def _guess(
    column: SourceColumn, cells: Sequence[str], url: int | None, key: int | None, *, is_export: bool
) -> ColumnGuess:
    name = column.name
    if column.index == url:
        role, kind, sure, reason = ColumnRole.SITE_URL, ColumnType.URL, *_reason_of_url(cells)
    elif column.index == key:
        sure = Confidence.CERTAIN if column.header == MINO_ROW_KEY else Confidence.LIKELY
        role, kind, reason = ColumnRole.KEY, ColumnType.TEXT, "name and unique values"
    else:
        name = truth_name(column.name) or name
        role, kind, sure, reason = _guess_other(column, name, cells, is_export=is_export)
    return ColumnGuess(column.index, column.header, column.name, name, role, kind, sure, reason)


def _guess_other(
    column: SourceColumn, name: str, cells: Sequence[str], *, is_export: bool
) -> tuple[ColumnRole, ColumnType, Confidence, str]:
    """Truth if the header says so, nothing if nearly all cells are empty, else an input."""
    filled = [cell for cell in cells if cell]
    kind, sure, reason = guess_type(name, filled)
    if name != column.name:
        if not filled:
            sure, reason = Confidence.GUESS, "marked as truth, but empty in the first rows"
        return ColumnRole.GROUND_TRUTH, kind, sure, reason
    if len(filled) <= 0.05 * len(cells):
        return ColumnRole.IGNORED, kind, Confidence.GUESS, "mostly empty"
    if is_export and RESULT_HEADER.fullmatch(column.header):
        return ColumnRole.IGNORED, kind, Confidence.LIKELY, "a result of an execution"
    return ColumnRole.INPUT, kind, sure, reason


def _reason_of_url(cells: Sequence[str]) -> tuple[Confidence, str]:
    filled = [cell for cell in cells if cell]
    if not filled:
        return Confidence.GUESS, "name"
    share = sum(map(is_address, filled)) / len(filled)
    sure = Confidence.CERTAIN if share > 0.95 else Confidence.LIKELY
    return sure, "every cell is a URL" if share == 1 else f"{share:.0%} of the cells are URLs"


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
        if kind == ColumnType.DATE and sum(map(may_be_date, values)) < 0.9 * len(values):
            continue  # seen without a parser that takes seconds to load its languages
        is_named_phone = kind == ColumnType.PHONE and PHONE_HEADER.fullmatch(name)
        fits = looks_like_national_phone if is_named_phone else partial(looks_like, kind)
        fitting = _fitting(fits, values)
        if fitting >= 0.9 * len(values):
            sure = Confidence.CERTAIN if fitting >= 0.98 * len(values) and len(values) >= 5 else Confidence.LIKELY
            return kind, sure, _counted(fitting, len(values), noun)
    return ColumnType.TEXT, Confidence.LIKELY, _text_reason(values)


def _fitting(fits: Recognizer, values: Sequence[str]) -> int:
    """How many of the values look like the type; 0 when fewer than half of 20, taken from all over, do.

    To see that a text is no date may take a tenth of a second: a column of street addresses would take a minute.
    """
    probe = values[:: max(1, len(values) // PROBED_CELLS)][:PROBED_CELLS]
    strange = 0
    for value in probe:
        strange += not fits(value)
        if strange > len(probe) / 2:
            return 0
    return sum(map(fits, values))


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
