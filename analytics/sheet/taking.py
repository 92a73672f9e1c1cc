"""Makes the answers that a filter of the grid finds the truth of one column: looked at first, then all or nothing."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from accounts.permissions import Principal, require
from analytics.grid.selecting import Chosen, ask_of, selected_rows
from executions.models import Execution, Job, JobStatus
from executions.services.accepting import acceptable
from mino.common.errors import Detail, InvalidInput, InvalidState
from mino.common.values.columns import ColumnRole
from projects.models import Column, Row
from projects.services.truth import ManySet, truth_set_many
from projects.services.truth_cells import MAX_CHANGED, CellChange
from projects.truth_files.services import SHOWN_CELLS, PlannedCell

RIGHT = ("correct", "correctly_empty")
MAX_LOOKED_AT = 50_000
"""A filter that finds more answers takes too long to be gone through while somebody waits."""


@dataclass(frozen=True, slots=True)
class TakingPlan:
    """What would be taken: the first cells, how many, and how many answers can't be written as truth.

    `digest` stands for all cells with what they held before.
    """

    cells: int
    unwritable: int
    first: Sequence[PlannedCell]
    digest: str


def filter_of(query: QueryDict, column: str) -> str:
    """The grid's filter in an address; one that asks for no outcome finds the wrong cells of the column."""
    kept = query.copy()
    for name in ("take", "cursor", "sort"):
        kept.pop(name, None)
    if not kept.get("outcome"):
        return f"{kept.urlencode()}&{urlencode({'column': column, 'outcome': 'wrong'})}"
    return str(kept.urlencode())


def taking_plan(*, execution: Execution, column: str, query: str, user: Principal) -> TakingPlan:
    """What taking the answers would change; nothing is changed.

    Raises InvalidInput, also where there is too much to take at once, or PermissionDenied.
    """
    require(user, "projects.change_ground_truth", execution.batch.project)
    taking = _Taking(execution, column, query)
    first: list[PlannedCell] = []
    for row, change in taking.changes():
        if len(first) < SHOWN_CELLS:
            before = str(row.truth.get(column) or "")
            first.append(PlannedCell(row.position, row.url, column, before, change.value or ""))
    return TakingPlan(taking.cells, taking.unwritable, first, taking.digest)


def answers_take(
    *, execution: Execution, column: str, query: str, digest: str, user: Principal, reason: str = ""
) -> ManySet:
    """Take the answers that a plan showed, all or none.

    Raises InvalidState where answers or truth have changed since, InvalidInput or PermissionDenied.
    """
    require(user, "projects.change_ground_truth", execution.batch.project)
    reason = reason.strip() or f"The answers of execution {execution.number}"
    changes = _as_seen(_Taking(execution, column, query), digest)
    return truth_set_many(batch=execution.batch, changes=changes, user=user, reason=reason)


class _Taking:
    """The changes, chunk by chunk; the figures are complete after the last one."""

    def __init__(self, execution: Execution, column: str, query: str) -> None:
        self._execution = execution
        self._column = _truth_column(execution, column)
        self._query = query
        self._seen: set[uuid.UUID] = set()
        self._hash = hashlib.sha256()
        self.cells = self.unwritable = 0

    @property
    def digest(self) -> str:
        """Stands for what was seen."""
        return self._hash.hexdigest()

    def changes(self) -> Iterator[tuple[Row, CellChange]]:
        """The changes with their rows. Where a row has several answers, the first one counts."""
        batch, looked_at = self._execution.batch, 0
        for chunk in selected_rows(batch, self._execution, ask_of(batch, self._execution, self._query)):
            looked_at += len(chunk)
            _refuse_many(looked_at, MAX_LOOKED_AT, "The filter finds")
            for job in self._answered(chunk):
                if job.row_id in self._seen or job.outcomes.get(self._column.name) in RIGHT:
                    continue
                self._seen.add(job.row_id)
                value = acceptable(self._column, job)
                before = job.row.truth.get(self._column.name)
                if value is None:
                    self.unwritable += 1
                elif value != before:
                    self.cells += 1
                    _refuse_many(self.cells, MAX_CHANGED, "There are")
                    self._hash.update(json.dumps([str(job.row_id), before, value]).encode())
                    yield job.row, CellChange(job.row_id, self._column.name, value, before)

    def _answered(self, chunk: Sequence[Chosen]) -> Sequence[Job]:
        jobs = Job.objects.filter(pk__in=[job for _, job in chunk if job], status=JobStatus.COMPLETED)
        wanted = ("row", "outcomes", "result", "row__position", "row__url", "row__truth")
        return list(jobs.select_related("row").only(*wanted).order_by("row_position", "pk"))


def _refuse_many(count: int, most: int, what: str) -> None:
    if count > most:
        raise InvalidInput(
            f"{what} more than {most:,} answers to take. Narrow the filter, and take them one part after the other.",
            code="PAYLOAD_TOO_LARGE",
        )


def _as_seen(taking: _Taking, digest: str) -> Iterator[CellChange]:
    for _, change in taking.changes():
        yield change
    if taking.digest != digest:
        raise InvalidState("Answers or truth have changed since you looked at this. Look again, then take them.")


def _truth_column(execution: Execution, name: str) -> Column:
    column = execution.batch.columns.filter(role=ColumnRole.GROUND_TRUTH, name=name).first()
    if column is None:
        message = f"The batch has no column of truth called {name:.100}."
        raise InvalidInput(message, details=[Detail("column", message)])
    return column
