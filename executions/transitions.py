"""What may follow what: the one table of transitions, and the one way to change a status.

Each change is a conditional UPDATE from named source states. A row count of 0 means that somebody else was faster or
that the table does not allow it; nothing has happened then.

Execution: queued -> running; queued, running -> paused; paused -> running; running, paused -> completed (by the
transaction that ends its last active job); queued, running, paused -> stopped; queued, running, paused -> failed (it
can't run at all); completed -> running (a person's re-queue). stopped and failed are final.

Job: queued -> running, skipped, stopped; running -> completed, error, retrying, stopped; running -> queued (handed
back, the attempt does not count); retrying -> running, error, skipped, stopped; error, skipped -> queued (a person);
error -> skipped (a person gives a dead letter up).

Retry: pending -> processing -> completed, failed; pending -> cancelled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model, QuerySet

from executions.models import ExecutionStatus as E
from executions.models import JobStatus as J
from executions.models import RetryStatus as R
from mino.common.bulk import update_many
from mino.common.errors import InvalidState

Table = Mapping[str, frozenset[str]]
"""The states that may come before each state."""

EXECUTION: Table = {
    E.RUNNING: frozenset({E.QUEUED, E.PAUSED, E.COMPLETED}),
    E.PAUSED: frozenset({E.QUEUED, E.RUNNING}),
    E.COMPLETED: frozenset({E.RUNNING, E.PAUSED}),
    E.STOPPED: frozenset({E.QUEUED, E.RUNNING, E.PAUSED}),
    E.FAILED: frozenset({E.QUEUED, E.RUNNING, E.PAUSED}),
}
JOB: Table = {
    J.QUEUED: frozenset({J.RUNNING, J.ERROR, J.SKIPPED}),
    J.RUNNING: frozenset({J.QUEUED, J.RETRYING}),
    J.RETRYING: frozenset({J.RUNNING}),
    J.COMPLETED: frozenset({J.RUNNING}),
    J.ERROR: frozenset({J.RUNNING, J.RETRYING}),
    J.SKIPPED: frozenset({J.QUEUED, J.RETRYING, J.ERROR}),
    J.STOPPED: frozenset({J.QUEUED, J.RUNNING, J.RETRYING}),
}
RETRY: Table = {
    R.PROCESSING: frozenset({R.PENDING}),
    R.COMPLETED: frozenset({R.PROCESSING}),
    R.FAILED: frozenset({R.PROCESSING}),
    R.CANCELLED: frozenset({R.PENDING}),
}
TABLES: Mapping[str, Table] = {"execution": EXECUTION, "job": JOB, "retry": RETRY}


def sources(model_name: str, target: str) -> frozenset[str]:
    """The states from which `target` may be reached; empty when it can't be."""
    return TABLES[model_name].get(target, frozenset())


def move(queryset: QuerySet[Any], target: str, *, source: str | None = None, **values: Any) -> int:
    """Move the objects of `queryset` that may to the status `target`, setting `values` as well.

    `source` narrows the allowed source states to one. Answers how many were moved. Raises InvalidState when the table
    knows no such transition at all.
    """
    allowed = _allowed(queryset.model, target, source)
    return queryset.filter(status__in=allowed).update(status=target, **values)


def move_each(model: type[Model], rows: Sequence[Mapping[str, Any]], target: str, *, source: str) -> None:
    """Move each object of `rows` from `source` to `target` with its own values (`id` and what else changes).

    The caller holds the locks and has seen that all are in `source`. Raises InvalidState when one is not after all; the
    transaction must then be undone.
    """
    _allowed(model, target, source)
    moved = update_many(model, [{**row, "status": target} for row in rows], where={"status": source})
    if moved != len(rows):
        raise InvalidState(f"{len(rows) - moved} of {len(rows)} were not {source} any more.")


def _allowed(model: type[Model], target: str, source: str | None) -> frozenset[str]:
    allowed = sources(model._meta.model_name or "", target)
    if source is not None:
        allowed &= {source}
    if not allowed:
        raise InvalidState(f"Nothing goes from {source or 'any state'} to {target}.")
    return allowed
