"""Notes what happens in executions, in the transaction in which it happens and under the lock of the execution."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from executions.costs.figures import as_number
from executions.engine.finishing import Settled
from executions.models import EventType, Execution, ExecutionEvent, Job, JobStatus
from mino.common.bulk import delete_in_chunks, insert_many

HOURS_KEPT = 24
FINAL = (JobStatus.COMPLETED, JobStatus.ERROR)


def state_note(execution_id: uuid.UUID) -> None:
    """Note that the execution has just got another state."""
    Execution.objects.filter(pk=execution_id).update(last_event=F("last_event") + 1)
    fields = ("last_event", "status", "status_code", "status_reason")
    sequence, *values = Execution.objects.values_list(*fields).get(pk=execution_id)
    data = dict(zip(fields[1:], values, strict=True))
    insert_many(ExecutionEvent, [_row(execution_id, sequence, EventType.STATE_CHANGED, data)])


def attempts_note(ended: Iterable[tuple[Execution, Sequence[Settled]]]) -> frozenset[uuid.UUID]:
    """Note the jobs that ended with these attempts, and answer in which executions there were any.

    The caller raises their `last_event` by one in the same transaction, together with their counters.
    """
    rows = []
    for execution, settled in ended:
        jobs = [_settled_job(one) for one in settled if one.status in FINAL]
        if jobs:
            rows.append(_row(execution.pk, execution.last_event + 1, EventType.JOB_FINISHED, {"jobs": jobs}))
    insert_many(ExecutionEvent, rows)
    return frozenset(row["execution_id"] for row in rows)


def given_up_note(execution: Execution, job_ids: Iterable[uuid.UUID]) -> None:
    """Note jobs that ended without a further attempt."""
    jobs = [_given_up_job(job) for job in Job.objects.filter(pk__in=job_ids).defer("result").order_by("position")]
    if jobs:
        Execution.objects.filter(pk=execution.pk).update(last_event=F("last_event") + 1)
        sequence = Execution.objects.values_list("last_event", flat=True).get(pk=execution.pk)
        insert_many(ExecutionEvent, [_row(execution.pk, sequence, EventType.JOB_FINISHED, {"jobs": jobs})])


def events_expire() -> int:
    """Remove events that are older than a day, and answer how many."""
    until = timezone.now() - timedelta(hours=HOURS_KEPT)
    return delete_in_chunks(ExecutionEvent.objects.filter(created_at__lt=until))


def _row(execution_id: uuid.UUID, sequence: int, kind: EventType, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "execution_id": execution_id,
        "sequence": sequence,
        "type": kind.value,
        "data": dict(data),
        "created_at": timezone.now(),
    }


def _settled_job(settled: Settled) -> dict[str, Any]:
    one = settled.finished
    is_done = settled.status is JobStatus.COMPLETED
    return {
        "job_id": str(one.attempt.job_id),
        "url": one.attempt.task.url,
        "status": settled.status.value,
        "evaluation_result": one.verdict.result.value if one.verdict and is_done else None,
        "error_code": "" if is_done else one.error_code,
        "retry_count": one.attempt.retry_count,
        "cost": as_number(settled.job_cost),
    }


def _given_up_job(job: Job) -> dict[str, Any]:
    return {
        "job_id": str(job.pk),
        "url": job.url,
        "status": job.status,
        "evaluation_result": job.evaluation_result,
        "error_code": job.error_code,
        "retry_count": job.retry_count,
        "cost": as_number(job.cost),
    }
