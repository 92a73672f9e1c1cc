"""Reads what is new in the executions that somebody follows: two queries, however many executions and listeners."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from executions.costs.figures import as_number
from executions.models import Execution, ExecutionEvent, JobStatus
from executions.models.execution import UNFINISHED
from projects.models import BatchStatus

PORTION = 500
"""Events of one execution that are read at once; the rest comes with the next reading."""
ACTIVE = (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.RETRYING)
COUNTED = tuple(f"{status.value}_jobs" for status in JobStatus)
EVALUATED = ("passed_jobs", "failed_jobs", "not_gradable_jobs")


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it is sent: its number in the execution, type, data and time."""

    sequence: int
    type: str
    data: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How an execution stands: the number of its last event, its progress, and whether nothing more will happen."""

    last_event: int
    progress: Mapping[str, Any]
    is_finished: bool


def standings(execution_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Standing]:
    """How these executions stand. Those that were deleted, or are being deleted, are left out."""
    found = Execution.objects.filter(pk__in=execution_ids, batch__status=BatchStatus.READY)
    fields = ("status", "last_event", "total_jobs", "cost", "currency", *COUNTED, *EVALUATED)
    fields = (*fields, "good_fields", "gradable_fields")
    return {execution.pk: _standing(execution) for execution in found.only(*fields)}


def _standing(execution: Execution) -> Standing:
    progress = {
        "status": execution.status,
        "jobs": {"total": execution.total_jobs}
        | {status.value: getattr(execution, f"{status.value}_jobs") for status in JobStatus},
        "results": {name.removesuffix("_jobs"): getattr(execution, name) for name in EVALUATED},
        "fields": {"good": execution.good_fields, "gradable": execution.gradable_fields},
        "cost": as_number(execution.cost),
        "currency": execution.currency,
    }
    # What waited in an execution that was stopped or failed is ended behind its last state, some jobs a transaction.
    active = sum(getattr(execution, f"{status.value}_jobs") for status in ACTIVE)
    return Standing(execution.last_event, progress, execution.status not in UNFINISHED and not active)


def events_after(positions: Mapping[uuid.UUID, int]) -> Mapping[uuid.UUID, Sequence[Event]]:
    """The events of each execution behind its position, in order, at most a portion of each."""
    if not positions:
        return {}
    wanted = reduce(or_, (_portion(execution_id, after) for execution_id, after in positions.items()))
    found: dict[uuid.UUID, list[Event]] = {}
    rows = ExecutionEvent.objects.filter(wanted).order_by("execution", "sequence")
    for execution_id, *values in rows.values_list("execution", "sequence", "type", "data", "created_at"):
        found.setdefault(execution_id, []).append(Event(*values))
    return found


def _portion(execution_id: uuid.UUID, after: int) -> Q:
    return Q(execution=execution_id, sequence__gt=after, sequence__lte=after + PORTION)


def missed(execution_id: uuid.UUID, after: int, until: int) -> Sequence[Event]:
    """The first events behind `after` and up to `until` that are still kept, at most a portion."""
    rows = ExecutionEvent.objects.filter(execution=execution_id, sequence__gt=after, sequence__lte=until)
    values = rows.order_by("sequence").values_list("sequence", "type", "data", "created_at")
    return [Event(*one) for one in values[:PORTION]]
