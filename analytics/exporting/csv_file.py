"""Exports as CSV (RFC 4180): UTF-8 without a byte order mark, commas, quotes where needed, lines ending with CR LF."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from analytics.exporting.layout import Cell, Layout
from analytics.exporting.rows import export_rows
from executions.models import Execution

# What makes a spreadsheet take a cell for a formula (OWASP, "CSV Injection"), and the quote itself, so that an import
# can tell a quote that was put in from one that was there.
TRIGGERS = frozenset("=+-@\t\r\n＝＋－＠'")
PLAIN = re.compile(
    r"[+-](?:\d[\d.,]*(?:[eE][+-]?\d{1,3})? ?%?|\.\d+)"  # a number
    r"|\+\d[\d ()./-]{4,24}",  # a phone number
    re.ASCII,
)


def neutralised(text: str) -> str:
    """The text with a quote before it if a spreadsheet would run it as a formula; plain numbers and phones stay."""
    if text[:1] in TRIGGERS and not PLAIN.fullmatch(text):
        return "'" + text
    return text


def _cell(value: Cell) -> Cell:
    if isinstance(value, str):
        return neutralised(value) if value[:1] in TRIGGERS else value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def csv_chunks(execution: Execution) -> Iterator[bytes]:
    """The whole export, piece by piece."""
    layout = Layout.of(execution)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(map(neutralised, layout.headers))
    for rows in export_rows(execution):
        writer.writerows([_cell(value) for value in layout.cells(row)] for row in rows)
        yield buffer.getvalue().encode("utf-8", "replace")
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode("utf-8", "replace")
