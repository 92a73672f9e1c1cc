"""Rows of a body as the CSV file that they could have been uploaded as, so that both are read by the same rules."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, BinaryIO


def as_file(rows: Sequence[Mapping[str, Any]]) -> tuple[BinaryIO, list[int]]:
    """The file, with all columns that any row has, and the line on which each row begins."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    # With everything in quotes nothing can be taken for a delimiter, nor a blank row of one column for no row.
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(names)
    line, starts = 2 + sum(name.count("\n") for name in names), []
    for row in rows:
        cells = [cell_text(row.get(name)) for name in names]
        starts.append(line)
        line += 1 + sum(cell.count("\n") for cell in cells)
        writer.writerow(cells)
    return io.BytesIO(text.getvalue().encode("utf-8", "replace")), starts


def cell_text(value: Any) -> str:
    """The text of a cell: null is blank, true and false are words, numbers have all their digits and no exponent."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    text = value if isinstance(value, str) else json.dumps(value)
    return text.replace("\r\n", "\n").replace("\r", "\n")
