"""Rows of a body as the CSV file that they could have been uploaded as, so that both are read by the same rules."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, BinaryIO, Final

from mino.common.api.errors import invalid
from mino.common.values.clean import clean_text
from projects.importing.parse.dialect import Dialect

WRITTEN: Final = Dialect(encoding="utf-8", delimiter=",", quote='"', header=True)
"""How `as_file` writes: the names of a JSON object are always the header, whatever they look like."""


def as_file(rows: Sequence[Mapping[str, Any]], *, columns: int) -> tuple[BinaryIO, list[int]]:
    """The file, with all columns that any row has, and the line on which each row begins.

    Raises ApiError for a cell without a name, and for more than so many `columns`, before any of it is written.
    """
    names = _names(rows, columns)
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


def _names(rows: Sequence[Mapping[str, Any]], most: int) -> list[str]:
    """The names of all columns, each once, in their order."""
    names: dict[str, None] = {}
    for place, row in enumerate(rows):
        names.update(dict.fromkeys(row))
        if len(names) > most:
            raise invalid(
                f"rows.{place}", f"With this row there are {len(names):,} columns; at most {most:,} can be imported."
            )
        if not all(clean_text(name).strip() for name in row):
            raise invalid(f"rows.{place}", "A cell of this row has no name. Give each the name of its column.")
    return list(names)


def cell_text(value: Any) -> str:
    """The text of a cell: null is blank, true and false are words, numbers have all their digits and no exponent."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    text = value if isinstance(value, str) else json.dumps(value)
    return text.replace("\r\n", "\n").replace("\r", "\n")
