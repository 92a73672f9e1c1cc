"""The rows that somebody has chosen: single ones, or everything that the grid's filter finds."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from analytics.exporting.row_numbers import read_numbers, spans_of, written
from analytics.grid.selecting import CHUNK, Chosen, ask_of, count_of, selected_rows
from executions.models import Execution, Job, JobStatus
from mino.common.errors import InvalidInput
from projects.models import Batch, Row

MOST_TICKED = 20_000
"""Single rows that are chosen at once; everything that a filter finds may be more."""
MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows of a batch, with their jobs where an execution is shown. `query` is the filter; it counts for everything."""

    batch: Batch
    execution: Execution | None
    ticked: tuple[int, ...] = ()
    everything: bool = False
    query: str = ""

    @classmethod
    def of(cls, batch: Batch, posted: QueryDict) -> Selection:
        """Read a form: `row` is a number, `rows` are numbers and spans as scripts send them, of any number of rows.

        Numbers that can't be positions, and executions of other batches, are left out. Raises InvalidInput for more
        single rows than can be chosen.
        """
        execution = _execution(batch, posted.get("execution", ""))
        everything = posted.get("everything", "") == "1"
        ticked = () if everything else _ticked(posted, batch.row_count)
        return cls(batch, execution, ticked, everything, posted.get("query", "")[:4000])

    def count(self) -> int:
        """How many rows these are, exactly."""
        if not self.everything:
            return int(self._rows().count())
        if self.execution is None or self.execution.repeats == 1:
            return count_of(self.batch, self.execution, self._ask())
        return sum(len(chunk) for chunk in self.rows())

    def count_failed(self) -> int:
        """How many jobs of them have failed in the execution that is shown."""
        return sum(len(self.failed(chunk)) for chunk in self.chunks())

    def chunks(self) -> Iterator[list[Chosen]]:
        """Rows with their jobs, some hundred at a time, in the order of the rows."""
        if self.everything:
            yield from selected_rows(self.batch, self.execution, self._ask())
            return
        ids = list(self._rows().order_by("position").values_list("pk", flat=True))
        for start in range(0, len(ids), CHUNK):
            yield self._with_jobs(ids[start : start + CHUNK])

    def rows(self) -> Iterator[list[uuid.UUID]]:
        """The ids of the rows, each once, some hundred at a time."""
        seen: set[uuid.UUID] = set()
        for chunk in self.chunks():
            new = list(dict.fromkeys(row for row, _ in chunk if row not in seen))
            if self.execution is not None and self.execution.repeats > 1:
                seen.update(new)
            if new:
                yield new

    def positions(self) -> list[int]:
        """Where the rows stand in the batch."""
        found: list[int] = []
        for ids in self.rows():
            found += Row.objects.filter(pk__in=ids).values_list("position", flat=True)
        return sorted(found)

    def failed(self, chunk: list[Chosen]) -> list[uuid.UUID]:
        """The jobs of a chunk that have failed."""
        jobs = [job for _, job in chunk if job is not None]
        return list(Job.objects.filter(pk__in=jobs, status=JobStatus.ERROR).values_list("pk", flat=True))

    def fields(self) -> list[tuple[str, str]]:
        """The names and values of a form that chooses the same."""
        named: list[tuple[str, str]] = [("query", self.query)]
        named.append(("execution", str(self.execution.number) if self.execution else ""))
        if self.everything:
            return [*named, ("everything", "1")]
        return [*named, ("rows", written(spans_of(self.ticked)))]

    def _ask(self) -> Any:
        return ask_of(self.batch, self.execution, self.query)

    def _rows(self) -> QuerySet[Row]:
        return Row.objects.filter(batch=self.batch, position__in=self.ticked)

    def _with_jobs(self, ids: list[uuid.UUID]) -> list[Chosen]:
        if self.execution is None:
            return [(row, None) for row in ids]
        jobs = Job.objects.filter(execution=self.execution, row__in=ids).order_by("position")
        pairs: list[Chosen] = list(jobs.values_list("row_id", "pk"))
        known = {row for row, _ in pairs}
        return [*pairs, *((row, None) for row in ids if row not in known)]


def _execution(batch: Batch, number: str) -> Execution | None:
    if not _is_number(number):
        return None
    found: Execution | None = Execution.objects.filter(batch=batch, number=int(number)).first()
    return found


def _ticked(posted: QueryDict, most: int) -> tuple[int, ...]:
    numbers = {int(text) for text in posted.getlist("row") if _is_number(text)}
    try:
        spans = read_numbers(posted.get("rows", ""))
    except ValueError as error:
        raise InvalidInput(f"{error} Or choose everything that the filter finds.") from error
    if len(numbers) + sum(min(last, most) - first + 1 for first, last in spans if first <= most) > MOST_TICKED:
        raise InvalidInput(f"Tick at most {MOST_TICKED:,} rows, or choose everything that the filter finds.")
    for first, last in spans:
        numbers.update(range(first, min(last, most) + 1))
    return tuple(sorted(numbers))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
