"""A table of text cells, whatever the file was: what all readers give and all checks take."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from .clean import clean_record
from .exported import MINO_BATCH, MINO_ROW_KEY, ColumnNote, has_mark, read_notes
from .headers import SourceColumn
from .problems import Problem, ProblemLog
from .reading import ReadingState

__all__ = ["MINO_ROW_KEY", "ListTable", "Table", "TableRecord", "preview"]


@dataclass(frozen=True, slots=True)
class TableRecord:
    """A record of the preview: the line it starts in, and its cells."""

    line: int
    cells: list[str]


class Table(ABC):
    """An opened table. `problems` are those found while opening it; `description` says how the file was read."""

    columns: tuple[SourceColumn, ...]
    description: str
    header_line: int
    problems: list[Problem]

    @abstractmethod
    def raw_records(self, log: ProblemLog, state: ReadingState) -> Iterator[tuple[int, list[str]]]:
        """All records after the header, each with its first line, read anew from the start of the file."""

    def records(
        self, log: ProblemLog | None = None, state: ReadingState | None = None
    ) -> Iterator[tuple[int, list[str]]]:
        """The records after the header as (line, cells); a record may have too few or too many cells.

        A problem of a line is added to the log before its record comes out. From a file that MINO itself exported, the
        quote before a cell that a spreadsheet would take for a formula is removed.
        """
        records = self.raw_records(log or ProblemLog(), state or ReadingState())
        if has_mark([column.header for column in self.columns]):
            return ((line, [cell[1:] if cell[:1] == "'" else cell for cell in cells]) for line, cells in records)
        return records

    def notes(self) -> Mapping[str, ColumnNote]:
        """What the columns of an exported batch were, by `key_of` their headers; empty for any other file."""
        place = next((column.index for column in self.columns if column.header == MINO_BATCH), None)
        if place is None:
            return {}
        cells = (record.cells[place] for record in preview(self) if place < len(record.cells))
        return read_notes(next(filter(None, cells), ""))

    @property
    def names(self) -> list[str]:
        """The names of the columns, in the file's order."""
        return [column.name for column in self.columns]


@dataclass
class ListTable(Table):
    """A table that is in memory already, such as pasted addresses."""

    columns: tuple[SourceColumn, ...]
    rows: list[tuple[int, list[str]]]
    description: str
    header_line: int = 0
    problems: list[Problem] = field(default_factory=list)

    def raw_records(self, log: ProblemLog, state: ReadingState) -> Iterator[tuple[int, list[str]]]:
        """See Table."""
        state.size = len(self.rows)
        for line, cells in self.rows:
            state.bytes_read += 1
            yield line, clean_record(line, cells, self.names, "utf-8", log)


def preview(table: Table, count: int = 50) -> list[TableRecord]:
    """The first records of a table."""
    return [TableRecord(line, cells) for line, cells in islice(table.records(), count)]
