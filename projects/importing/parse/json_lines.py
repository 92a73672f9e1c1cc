"""A batch that MINO exported as JSON or JSON Lines, as a table: the first line names the columns, each other is a row.

JSON is read line by line too, as MINO wrote it: constant memory for a file of any size.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from .clean import clean_record
from .exported import MINO_BATCH, ROWS_FOLLOW, ColumnNote, notes_from
from .headers import SourceColumn, check_width
from .limits import Limits
from .lines import SUSPICIOUS, LineFeed
from .problems import ProblemCode, ProblemLog, refused
from .reading import ReadingState
from .table import Table

LAST_LINE = "]}"
BEGINNING = b'{"' + MINO_BATCH.encode() + b'":'


class JsonLinesTable(Table):
    """Raises ImportRefused when its first line can't be read, or names too many columns."""

    header_line = 1
    description = "JSON, exported from MINO"

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self._file = file
        self._size = max(1, file.seek(0, io.SEEK_END))
        self._notes = notes_from(self._first().get(MINO_BATCH))
        if not self._notes:
            raise refused(
                ProblemCode.FILE_BROKEN, "The first line does not name the columns.", "Export the batch again."
            )
        check_width(len(self._notes), limits, 1)
        self._keys = [note.at for note in self._notes.values()]
        self.columns = tuple(SourceColumn(index, key, key) for index, key in enumerate(self._keys))
        self.problems = []

    def notes(self) -> Mapping[str, ColumnNote]:
        """See Table."""
        return self._notes

    def raw_records(self, log: ProblemLog, state: ReadingState) -> Iterator[tuple[int, list[str]]]:
        """See Table."""
        state.size = self._size
        for line, text in self._lines(state):
            row = text.strip()
            if self._is_one_object:
                row = row.removesuffix(",")
            if self._is_one_object and row == LAST_LINE:
                continue
            if not row:
                state.blank_lines += 1
            elif line > 1:
                yield from self._record(line, row, log, state)

    def _record(self, line: int, text: str, log: ProblemLog, state: ReadingState) -> Iterator[tuple[int, list[str]]]:
        values = _object(text)
        if values is None or (unknown := [key for key in values if key not in self._keys]):
            told = "The line is not a JSON object." if values is None else f"There is no column “{unknown[0][:100]}”."
            log.error(line, None, ProblemCode.FILE_BROKEN, told, text, "Mend the line, or export the batch again.")
            state.lost.append((line, text[:1_000]))
            return
        cells = [_cell(values.get(key)) for key in self._keys]
        if any(map(SUSPICIOUS.search, cells)):
            cells = clean_record(line, cells, self.names, "utf-8", log)
        yield line, cells

    def _first(self) -> Mapping[str, Any]:
        _, text = next(self._lines(ReadingState()), (1, ""))
        self._is_one_object = text.rstrip().endswith(ROWS_FOLLOW)
        return _object(text.rstrip().removesuffix(ROWS_FOLLOW) + "}" if self._is_one_object else text) or {}

    def _lines(self, state: ReadingState) -> Iterator[tuple[int, str]]:
        self._file.seek(0)
        return enumerate(LineFeed(self._file, "utf-8", state), 1)


def _object(text: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
