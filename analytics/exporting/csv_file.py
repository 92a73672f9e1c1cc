"""Exports as CSV (RFC 4180): UTF-8 without a byte order mark, commas, quotes where needed, lines ending with CR LF."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from analytics.exporting.layout import Cell, Layout
from analytics.exporting.rows import export_rows
from executions.models import Execution
from mino.common.values.spreadsheet import TRIGGERS, neutralised


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
