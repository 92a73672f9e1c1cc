"""Exports as CSV (RFC 4180): UTF-8 without a byte order mark, commas, quotes where needed, lines ending with CR LF."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from analytics.exporting.layout import Cell, Layout
from analytics.exporting.rows import export_rows
from executions.models import Execution
from mino.common.values.spreadsheet import TRIGGERS, neutralised


def _neutralised_cells(cells: list[Cell]) -> list[Cell]:
    return [neutralised(cell) if cell.__class__ is str and cell[:1] in TRIGGERS else cell for cell in cells]


def csv_chunks(execution: Execution) -> Iterator[bytes]:
    """The whole export, piece by piece."""
    layout = Layout.of(execution)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(map(neutralised, layout.headers))
    for rows in export_rows(execution):
        writer.writerows(_neutralised_cells(layout.cells(row)) for row in rows)
        yield buffer.getvalue().encode("utf-8", "replace")
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode("utf-8", "replace")
