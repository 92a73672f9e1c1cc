"""Exports as CSV (RFC 4180): UTF-8 without a byte order mark, commas, quotes where needed, lines ending with CR LF."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from analytics.exporting.table import Cell, FlatTable
from mino.common.values.spreadsheet import TRIGGERS, neutralised


def csv_chunks(table: FlatTable) -> Iterator[bytes]:
    """The whole table, piece by piece."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(map(neutralised, table.headers))
    for rows in table.rows():
        writer.writerows(_neutralised_cells(cells) for cells in rows)
        yield buffer.getvalue().encode("utf-8", "replace")
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode("utf-8", "replace")


def _neutralised_cells(cells: Sequence[Cell]) -> list[Cell]:
    return [neutralised(cell) if cell.__class__ is str and cell[:1] in TRIGGERS else cell for cell in cells]
