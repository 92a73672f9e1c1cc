"""A batch as something that can be exported, and imported again to the same batch."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

from analytics.exporting.choosing import RowsWanted
from analytics.exporting.formats import ExportFormat
from analytics.exporting.json_file import dump, json_lines, json_rows
from analytics.exporting.row_numbers import beyond, written
from analytics.exporting.table import Cell, FlatTable, Progress, unwatched
from mino.common.values.columns import ColumnRole, ColumnType
from mino.common.values.spreadsheet import neutralised
from projects.importing.parse.exported import MARKS, MINO_BATCH, ROWS_FOLLOW, ColumnNote, key_of, notes_as_text
from projects.models import Batch, Column, Row

CHUNK = 2_000
LONGEST_HEADER = 90
BATCH_FORMATS = (ExportFormat.CSV, ExportFormat.XLSX, ExportFormat.JSON, ExportFormat.JSONL)
ALL_ROWS = RowsWanted()


@dataclass(frozen=True, slots=True)
class BatchRows:
    """The wanted rows of a batch with their inputs and truth, and what its columns are."""

    batch: Batch
    progress: Progress = unwatched
    wanted: RowsWanted = ALL_ROWS

    @property
    def formats(self) -> Sequence[ExportFormat]:
        """All of them; each can be imported again."""
        return BATCH_FORMATS

    def table(self) -> FlatTable:
        """One row a site; the last column says what the others are."""
        notes = self._notes()
        headers = [*(neutralised(note.at) for note in notes), MINO_BATCH]
        return FlatTable("Sites", str(self.batch), "", headers, lambda: self._marked(notes), quotes_again=True)

    def json(self) -> Iterator[bytes]:
        """One object: what the columns are, and the rows, each on a line of its own so that it is read row by row."""
        notes = self._notes()
        return json_rows(f"{{{self._told(notes)}{ROWS_FOLLOW}\n", self._objects(notes))

    def lines(self) -> Iterator[bytes]:
        """A line that says what the columns are, then one object a row."""
        notes = self._notes()
        yield f"{{{self._told(notes)}}}\n".encode("utf-8", "replace")
        yield from json_lines(self._objects(notes))

    def missing_rows(self) -> str:
        """The wanted numbers of rows that the batch does not reach; empty without any."""
        return written(beyond(self.wanted.rows, self.batch.row_count))

    def count(self, most: int) -> int:
        """How many rows it has, up to `most`."""
        condition = self.wanted.condition()
        if not condition:
            return min(most, self.batch.row_count)
        return int(Row.objects.filter(condition, batch=self.batch)[:most].count())

    def _told(self, notes: Sequence[ColumnNote]) -> str:
        return f"{dump(MINO_BATCH)}: {dump([note.as_json() for note in notes])}"

    def _objects(self, notes: Sequence[ColumnNote]) -> Iterator[list[dict[str, str]]]:
        names = [note.at for note in notes]
        for rows in self._chunks(notes):
            yield [_filled(names, cells) for cells in rows]

    def _notes(self) -> list[ColumnNote]:
        taken = set(MARKS)
        columns = self.batch.columns.exclude(role=ColumnRole.IGNORED.value).order_by("position")
        return [_note(column, taken) for column in columns]

    def _marked(self, notes: Sequence[ColumnNote]) -> Iterator[list[list[Cell]]]:
        mark = notes_as_text(notes)
        for rows in self._chunks(notes):
            marked: list[list[Cell]] = [[*cells, ""] for cells in rows]
            marked[0][-1], mark = mark, ""
            yield marked

    def _chunks(self, notes: Sequence[ColumnNote]) -> Iterator[list[list[str]]]:
        texts = {name: Cast(name.removesuffix("_text"), TextField()) for name in ("inputs_text", "truth_text")}
        rows = Row.objects.filter(self.wanted.condition(), batch=self.batch).annotate(**texts).order_by("position")
        values = rows.values_list("position", "url", "key", *texts)
        done = last = 0
        while found := list(values.filter(position__gt=last)[:CHUNK]):
            last = found[-1][0]
            yield [_cells(row[1:], notes) for row in found]
            done += len(found)
            self.progress(done)


def _note(column: Column, taken: set[str]) -> ColumnNote:
    truth = column.role == ColumnRole.GROUND_TRUTH
    wanted = column.header or (f"expected_{column.name}" if truth else column.name)
    header = at = key_of(wanted)[:LONGEST_HEADER] or "column"
    number = 2
    while at.casefold() in taken:
        at, number = f"{header}_{number}", number + 1
    taken.add(at.casefold())
    role, kind = ColumnRole(column.role), ColumnType(column.type)
    return ColumnNote(at, column.name, role, kind, column.header, column.options)


def _cells(row: Sequence[Any], notes: Sequence[ColumnNote]) -> list[str]:
    url, key, inputs_text, truth_text = row
    inputs, truth = json.loads(inputs_text), json.loads(truth_text)
    return [_cell(note, url, key, inputs, truth) for note in notes]


def _cell(note: ColumnNote, url: str, key: str, inputs: Mapping[str, str], truth: Mapping[str, str]) -> str:
    if note.role == ColumnRole.SITE_URL:
        return url
    if note.role == ColumnRole.KEY:
        return key
    return (truth if note.role == ColumnRole.GROUND_TRUTH else inputs).get(note.name, "")


def _filled(names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    return {name: cell for name, cell in zip(names, cells, strict=True) if cell}
