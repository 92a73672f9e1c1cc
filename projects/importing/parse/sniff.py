"""Which delimiter and quote a text file uses: every candidate reads the beginning, and the most regular table wins."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice

from .dialect import ONE_COLUMN, Dialect

SAMPLE_RECORDS = 400
COMMON_DELIMITERS = ",;\t|"
# Characters that text and addresses are full of: believed only when nearly every line agrees.
RARE_DELIMITERS = "~^&: "
RARE_SHARE = 0.95
RARE_RECORDS = 3
ENOUGH = 0.2

SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
# A cell that has one of these in it was probably cut at the wrong character (addresses may have them).
UNCUT = re.compile(r"(?!https?://|<)[^\s]*[;|\t]|.*\t", re.DOTALL)
PLAIN_VALUE = re.compile(
    r"\s*(?:https?://\S+|[-+]?[\d.,]*\d ?%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[ T\d:.Z+-]*|[\d:]+|[^\s@]+@[^\s@]+\.\w+)"
    r"\s*",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """How well a dialect explains the sample: its regularity 0..1, and how many fields the first record has."""

    dialect: Dialect
    score: float
    width: int


def sniff(sample: str, encoding: str) -> Dialect:
    """The dialect of a text from its first lines (the last line of the sample may be cut).

    The delimiter must occur in the first record. Commas, semicolons, tabs and vertical bars are believed when they give
    most lines the same number of fields; rarer ones only when nearly all lines agree and the cells look like data.
    """
    if separator := SEPARATOR_LINE.match(sample):
        rest = sample[separator.end() :]
        return replace(_candidate(rest, separator[1], encoding).dialect, skipped_lines=1)
    common = [_candidate(sample, delimiter, encoding) for delimiter in COMMON_DELIMITERS]
    best = max(common, key=lambda candidate: candidate.score)
    if best.score > ENOUGH:
        return best.dialect
    rare = [_candidate(sample, delimiter, encoding) for delimiter in RARE_DELIMITERS]
    clear = [candidate for candidate in rare if candidate.score > RARE_SHARE]
    if clear:
        return max(clear, key=lambda candidate: candidate.score).dialect
    return _one_column(sample, encoding)


def _candidate(sample: str, delimiter: str, encoding: str) -> Candidate:
    dialect = Dialect(encoding, delimiter, _quote(sample, delimiter))
    if dialect.quote and _spaces_before_quotes(sample, dialect):
        dialect = replace(dialect, skip_initial_space=True)
    records, broken = _read(sample, dialect)
    if broken and "\\" + (dialect.quote or '"') in sample:
        escaping = replace(dialect, escape="\\")
        escaped_records, still_broken = _read(sample, escaping)
        if still_broken < broken:
            dialect, records, broken = escaping, escaped_records, still_broken
    if not records or len(records[0]) < 2:
        return Candidate(dialect, 0.0, 1)
    return Candidate(dialect, _regularity(records, broken, delimiter), len(records[0]))


def _read(sample: str, dialect: Dialect) -> tuple[list[list[str]], int]:
    """The sample's records, and how many were broken."""
    reader = csv.reader(io.StringIO(sample, newline=""), **dialect.reader_options(strict=True))
    records: list[list[str]] = []
    broken = 0
    while len(records) + broken < SAMPLE_RECORDS:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            broken += "unexpected end" not in str(error)
            continue
        if cells:
            records.append(cells)
    return records, broken


def _regularity(records: list[list[str]], broken: int, delimiter: str) -> float:
    widths = Counter(map(len, records))
    width = len(records[0])
    common_width, common_count = widths.most_common(1)[0]
    # One-field records say nothing for a delimiter, however many agree.
    agreeing = max(widths[width], 0.6 * common_count if common_width > 1 else 0)
    share = agreeing / (len(records) + broken)
    cells = [cell for record in islice(records, 100) for cell in record if cell]
    if delimiter in COMMON_DELIMITERS:
        uncut = sum(1 for cell in cells if UNCUT.match(cell)) / max(1, len(cells))
        # Of two delimiters that are as regular as each other, the one that cuts more is the table's.
        return share * (1 - 0.8 * uncut) + min(width, 50) / 10_000
    data = [cell for record in islice(records, 1, 100) for cell in record if cell]
    plain = sum(1 for cell in data if PLAIN_VALUE.fullmatch(cell)) / max(1, len(data))
    return share if len(records) > RARE_RECORDS and plain >= 0.4 else 0.0


def _quote(sample: str, delimiter: str) -> str:
    """The quote character that stands at the edges of cells; double quotes unless single ones clearly do."""
    escaped = re.escape(delimiter)
    edges = {
        quote: len(
            re.findall(rf"(?:^|{escaped}) ?{quote}(?=[^{escaped}\r\n])|{quote}(?={escaped}|\r|\n|$)", sample, re.M)
        )
        for quote in "\"'"
    }
    return "'" if edges["'"] > 2 and edges["'"] > 3 * edges['"'] and _closes(sample, escaped) else '"'


def _closes(sample: str, escaped: str) -> bool:
    """Whether whole cells stand in single quotes: an apostrophe at one edge (`'t Hart`) is no quote."""
    whole = re.findall(rf"(?:^|{escaped})'[^'\r\n]*'(?={escaped}|\r|\n|$)", sample, re.M)
    opened = re.findall(rf"(?:^|{escaped})'", sample, re.M)
    return len(whole) > 1 and len(whole) >= 0.8 * len(opened)


def _spaces_before_quotes(sample: str, dialect: Dialect) -> bool:
    if dialect.delimiter == " " or dialect.quote is None:
        return False
    spaced = re.compile(rf"(?:^|{re.escape(dialect.delimiter)}) +{dialect.quote}", re.M)
    if spaced.search(sample):
        return True
    # `"Animals", 1`: a space after every delimiter belongs to none of the cells.
    after = Counter(re.findall(rf"{dialect.quote}{re.escape(dialect.delimiter)}([ \S])", sample))
    return after[" "] > 1 and after[" "] > 0.9 * after.total()


def _one_column(sample: str, encoding: str) -> Dialect:
    """One column, unless all lines after the first split alike: then the first line lacks names, and that is told."""
    lines = [line for line in sample.splitlines()[1:SAMPLE_RECORDS] if line.strip()]
    for delimiter in COMMON_DELIMITERS:
        widths = Counter(len(next(csv.reader([line], delimiter=delimiter), [])) for line in lines)
        if widths and max(widths) > 1 and widths.most_common(1)[0][1] >= 0.9 * len(lines) and len(lines) > 1:
            width = widths.most_common(1)[0][0]
            if width > 1:
                return Dialect(encoding, delimiter)
    return Dialect(encoding, ONE_COLUMN)
