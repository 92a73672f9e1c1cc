"""Cells of truth that are to be changed, and the checks of them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from mino.common.errors import Detail, InvalidInput, InvalidState
from mino.common.values.clean import MAX_CHARACTERS, clean_text
from mino.common.values.columns import ColumnRole, ColumnType
from projects.importing.parse.cells import CellReader
from projects.models import Batch, Column, Row

MAX_CELLS = 5_000
WHAT = {
    ColumnType.NUMBER: "a number",
    ColumnType.URL: "an address",
    ColumnType.EMAIL: "an e-mail address",
    ColumnType.DATE: "a date",
    ColumnType.PHONE: "a phone number",
    ColumnType.BOOLEAN: "yes or no",
}


class Seen(Enum):
    """What may stand for the value that an editor saw."""

    ANYTHING = "anything"


@dataclass(frozen=True, slots=True)
class CellChange:
    """The new value of one cell of truth; None or blank: not known.

    `seen` is the value that the editor saw before (None: none): if the cell holds another one by now, somebody else was
    faster, and the change is refused. `Seen.ANYTHING` overwrites whatever is there.
    """

    row_id: uuid.UUID
    column: str
    value: str | None
    seen: str | Seen | None = Seen.ANYTHING


def columns_of(batch: Batch, changes: Sequence[CellChange]) -> Mapping[str, Column]:
    """The columns of truth by name. Raises InvalidInput where a change can't be meant."""
    if len(changes) > MAX_CELLS:
        raise InvalidInput(f"Change at most {MAX_CELLS:,} cells at once: these are {len(changes):,}.")
    columns = {one.name: one for one in batch.columns.filter(role=ColumnRole.GROUND_TRUTH)}
    unknown = next((one.column for one in changes if one.column not in columns), None)
    if unknown is not None:
        message = f"The batch has no column of truth called {unknown:.100}. It has: {', '.join(columns) or 'none'}."
        raise InvalidInput(message, details=[Detail("column", message)])
    if len({(one.row_id, one.column) for one in changes}) < len(changes):
        raise InvalidInput("The same cell is given two values. Give it one.")
    return columns


def refuse_outdated(rows: Mapping[uuid.UUID, Row], changes: Sequence[CellChange]) -> None:
    """Raise InvalidState at the first cell that is not as its editor saw it."""
    for one in changes:
        row = rows[one.row_id]
        current = row.truth.get(one.column)
        if one.seen is not Seen.ANYTHING and (one.seen or None) != current:
            now = f"is {current!r:.100}" if current is not None else "is not known"
            raise InvalidState(
                f"Somebody else changed {one.column} of row {row.position} meanwhile: it {now} by now. "
                "Look at it again, then change it."
            )


def absent_value(column: Column) -> str | None:
    """The cell that says that a page holds no such value. Raises InvalidInput where the column has no way to say it."""
    options = column.matching
    if options.absent_text.strip():
        return options.absent_text.strip()
    if options.blank_means == "absent":
        return None
    message = f"No text says that there is no {column.name}. Set one among the matching options of the column."
    raise InvalidInput(message, details=[Detail("column", message)])


def checked_value(column: str, value: str | None) -> str | None:
    """The text of a cell without control characters and outer white space, None for a blank one.

    Raises InvalidInput when it is longer than a cell of a spreadsheet.
    """
    text = clean_text(value or "").strip()
    if len(text) > MAX_CHARACTERS:
        message = f"Write at most {MAX_CHARACTERS:,} characters into {column}: there are {len(text):,}."
        raise InvalidInput(message, details=[Detail("value", message)])
    return text or None


def doubt_about(column: Column, value: str | None) -> str:
    """A sentence about a value that can't be read as the column's type, so that only the same text would be right."""
    kind = ColumnType(column.type)
    if value is None or kind not in WHAT:
        return ""
    reads = CellReader(kind)
    unread = next((one for one in _values(column, value) if not reads(one)), None)
    if unread is None:
        return ""
    return f"“{unread:.60}” can't be read as {WHAT[kind]}: for {column.name}, only the very same text will be right."


def _values(column: Column, cell: str) -> Sequence[str]:
    """The accepted values of a cell, without the text that says that there is none."""
    separator, absent = column.matching.alternatives, column.matching.absent_text.strip().casefold()
    parts = cell.replace(f"\\{separator}", "\0").split(separator) if separator else [cell]
    values = [part.replace("\0", separator).strip() for part in parts]
    return [value for value in values if value and value.casefold() != absent]
