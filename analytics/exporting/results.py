"""The results of an execution, as something that can be exported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, QuerySet

from analytics.exporting.choosing import Wanted
from analytics.exporting.formats import ExportFormat
from analytics.exporting.json_file import json_lines, json_object, row_as_json
from analytics.exporting.layout import Layout
from analytics.exporting.row_numbers import beyond, written
from analytics.exporting.rows import ExportRow, export_rows
from analytics.exporting.table import Cell, FlatTable, Progress, unwatched
from executions.models import Execution, Job
from mino.common.values.columns import ColumnRole

NAME = "Results"
USUALLY = Wanted()


@dataclass(frozen=True, slots=True)
class Results:
    """The wanted columns and rows of an execution, as they are while they are read."""

    execution: Execution
    wanted: Wanted = USUALLY
    progress: Progress = unwatched

    @property
    def formats(self) -> Sequence[ExportFormat]:
        """All of them."""
        return tuple(ExportFormat)

    def table(self) -> FlatTable:
        """One row a job."""
        layout = Layout.of(self.execution, self.wanted)
        title, about = f"MINO, {self.execution}", f"{self.execution.project} - {self.execution.batch}"
        return FlatTable(NAME, title, about, layout.headers, lambda: self._cells(layout))

    def json(self) -> Iterator[bytes]:
        """What was run, and its rows."""
        return json_object(self.execution, self._objects())

    def lines(self) -> Iterator[bytes]:
        """The rows alone."""
        return json_lines(self._objects())

    def missing_rows(self) -> str:
        """The wanted numbers of rows that the execution does not reach; empty without any."""
        spans = beyond(self.wanted.rows, self.execution.batch.row_count)
        if spans:  # rows keep the numbers that they were run with, also once there are fewer
            last = Job.objects.filter(execution=self.execution).aggregate(last=Max("row_position"))["last"]
            spans = beyond(spans, last or 0)
        return written(spans)

    def count(self, most: int) -> int:
        """How many rows it has; no more than `most` are counted."""
        if not self.wanted.narrows:
            return min(most, self.execution.total_jobs)
        return self.jobs()[:most].count()

    def jobs(self) -> QuerySet[Job]:
        """The jobs that it holds."""
        found: QuerySet[Job] = Job.objects.filter(self.wanted.condition(), execution=self.execution)
        return found

    def _chunks(self) -> Iterator[list[ExportRow]]:
        done = 0
        for rows in export_rows(self.execution, self.wanted):
            yield rows
            done += len(rows)
            self.progress(done)

    def _cells(self, layout: Layout) -> Iterator[Iterable[Sequence[Cell]]]:
        for rows in self._chunks():
            yield map(layout.cells, rows)

    def _objects(self) -> Iterator[list[dict[str, Any]]]:
        columns = self.execution.columns
        truth = [str(column["name"]) for column in columns if column["role"] == ColumnRole.GROUND_TRUTH]
        fields = [name for name in truth if self.wanted.has(name)]
        for rows in self._chunks():
            yield [row_as_json(row, fields, self.wanted) for row in rows]
