"""Cells of truth that are to be changed, and the checks of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from mino.common.errors import Detail, InvalidInput, InvalidState
from mino.common.values.clean import MAX_CHARACTERS, clean_text
from mino.common.values.columns import ColumnRole, ColumnType
from mino.common.values.options import MatchingOptions
from projects.importing.parse.cells import CellReader
from projects.models import Batch, Column, Row

MAX_CELLS = 5_000
MAX_CHANGED = 20_000
"""Cells that a file, or the answers that a filter finds, may change at once: a few seconds' work."""
MAX_DETAILS = 100
"""Of so many wrong changes a refusal names the places."""
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


def refuse_many(changes: Sequence[CellChange]) -> None:
    """Raise InvalidInput for more cells than one request may change."""
    if len(changes) > MAX_CELLS:
        raise InvalidInput(f"Change at most {MAX_CELLS:,} cells at once: these are {len(changes):,}.")


def columns_of(batch: Batch, changes: Sequence[CellChange]) -> Mapping[str, Column]:
    """The columns of truth by name. Raises InvalidInput where changes can't be meant, with the place of each."""
    columns = {one.name: one for one in batch.columns.filter(role=ColumnRole.GROUND_TRUTH)}
    unknown = [(place, one.column) for place, one in enumerate(changes) if one.column not in columns]
    if unknown:
        known = f"It has: {', '.join(columns) or 'none'}."
        told = [(place, f"The batch has no column of truth called {name:.100}. {known}") for place, name in unknown]
        details = [Detail(f"changes.{place}.column", message) for place, message in told[:MAX_DETAILS]]
        raise InvalidInput(told[0][1], details=details)
    if twice := _given_twice(changes):
        message = "The same cell is given two values. Give it one."
        raise InvalidInput(message, details=[Detail(f"changes.{place}", message) for place in twice[:MAX_DETAILS]])
    return columns


def _given_twice(changes: Sequence[CellChange]) -> list[int]:
    """The places of changes whose cell stands in a change before."""
    seen: set[tuple[uuid.UUID, str]] = set()
    twice = []
    for place, one in enumerate(changes):
        cell = (one.row_id, one.column)
        if cell in seen:
            twice.append(place)
        seen.add(cell)
    return twice


class TruthOutdated(InvalidState):
    """Cells that are not as their editor saw them. `outdated` are these changes, with what the cells hold by now."""

    def __init__(self, outdated: Sequence[tuple[CellChange, Row]]) -> None:
        change, row = outdated[0]
        current = row.truth.get(change.column)
        now = f"is “{current:.100}”" if current is not None else "is not known"
        more = len(outdated) - 1
        others = f" {more:,} more of these cells {'was' if more == 1 else 'were'} changed as well." if more else ""
        super().__init__(
            f"Somebody else changed {change.column} of row {row.position} meanwhile: it {now} by now.{others} "
            "Look at it again, then change it."
        )
        self.outdated = tuple(outdated)


def refuse_outdated(rows: Mapping[uuid.UUID, Row], changes: Sequence[CellChange]) -> None:
    """Raise TruthOutdated with all cells that are not as their editor saw them, nor as the editor wants them."""
    outdated = [
        (one, row)
        for one in changes
        if one.seen is not Seen.ANYTHING
        and (now := (row := rows[one.row_id]).truth.get(one.column)) != (one.seen or None)
        and now != checked_value(one.column, one.value)
    ]
    if outdated:
        raise TruthOutdated(outdated)


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


class Doubter:
    """Finds values that can't be read as their column's type: each distinct one is judged once."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self._columns = {one.name: (one, one.matching, CellReader(ColumnType(one.type))) for one in columns}

    def __call__(self, column: str, value: str | None) -> str:
        """A sentence about a value with which only the same text would be right; empty for any other."""
        known, options, reads = self._columns[column]
        kind = ColumnType(known.type)
        if value is None or kind not in WHAT:
            return ""
        unread = next((one for one in _values(options, value) if not reads(one)), None)
        if unread is None:
            return ""
        return f"“{unread:.60}” can't be read as {WHAT[kind]}: for {column}, only the very same text will be right."


def _values(options: MatchingOptions, cell: str) -> Sequence[str]:
    """The accepted values of a cell, without the text that says that there is none."""
    separator, absent = options.alternatives, options.absent_text.strip().casefold()
    parts = cell.replace(f"\\{separator}", "\0").split(separator) if separator else [cell]
    values = [part.replace("\0", separator).strip() for part in parts]
    return [value for value in values if value and value.casefold() != absent]
