"""What MINO writes into the files that it exports, so that it knows them again: the choices of a batch's columns.

A batch is exported with one more column at its end, `mino_batch`, whose first cell says in JSON what each column is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from mino.common.values.columns import ColumnRole, ColumnType
from mino.common.values.options import MatchingOptions, OptionError

MINO_ROW_KEY = "mino_row_key"
"""The first header of exported results."""
MINO_BATCH = "mino_batch"
"""The last header of an exported batch, and the first name in the first line of its JSON or JSON Lines."""
ROWS_FOLLOW = ', "rows": ['
"""Ends the first line of a batch that was exported as one JSON object; then each row has a line of its own."""
MARKS = frozenset({MINO_ROW_KEY, MINO_BATCH})
LONGEST_NAME = 200
FIRST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class ColumnNote:
    """What a column of an exported batch was. `at` is its header in the exported file, `header` that of the batch."""

    at: str
    name: str
    role: ColumnRole
    type: ColumnType
    header: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The note as plain values, of which the ones that say nothing are left out."""
        values = {"at": self.at, "name": self.name, "role": self.role.value, "type": self.type.value}
        return values | {name: value for name, value in self._rest() if value}

    def _rest(self) -> list[tuple[str, Any]]:
        return [("header", self.header), ("options", dict(self.options))]


def notes_as_text(notes: Iterable[ColumnNote]) -> str:
    """The notes as the text of a cell."""
    return json.dumps([note.as_json() for note in notes], ensure_ascii=False)


def read_notes(text: str) -> Mapping[str, ColumnNote]:
    """The notes in a cell by the header of their columns. What was spoilt is left out: nothing is ever raised."""
    try:
        return notes_from(json.loads(text))
    except (ValueError, RecursionError):
        return {}


def notes_from(values: object) -> Mapping[str, ColumnNote]:
    """The notes in JSON values that a file holds, in their order; what makes no sense is left out."""
    found = [_note(one) for one in values if isinstance(one, dict)] if isinstance(values, list) else []
    return {key_of(note.at): note for note in found if note is not None}


def key_of(header: str) -> str:
    """A header as notes are found by it: without the quote that may stand before a formula."""
    return " ".join(header.split()).lstrip("'")


def is_exported_batch(file: BinaryIO) -> bool:
    """Whether a seekable file is a batch as MINO wrote it in CSV: saved by nothing else since."""
    file.seek(0)
    first = file.readline(FIRST_BYTES)
    file.seek(0)
    return first.endswith(f",{MINO_BATCH}\r\n".encode())


def has_mark(headers: Sequence[str]) -> bool:
    """Whether these are the headers of a file that MINO exported."""
    return not MARKS.isdisjoint(headers)


def _note(values: Mapping[str, Any]) -> ColumnNote | None:
    texts = [values.get(name, "") for name in ("at", "name", "header")]
    if not all(isinstance(text, str) and len(text) <= LONGEST_NAME for text in texts):
        return None
    at, name, header = texts
    try:
        kind, role = ColumnType(values.get("type", "")), ColumnRole(values.get("role", ""))
    except ValueError:
        return None
    if not at or not name.strip() or role == ColumnRole.IGNORED:
        return None
    return ColumnNote(at, name, role, kind, header, _options(kind, values.get("options")))


def _options(kind: ColumnType, values: object) -> Mapping[str, Any]:
    if not isinstance(values, dict):
        return {}
    try:
        return MatchingOptions.from_mapping(kind, values).to_mapping(kind)
    except OptionError:
        return {}
