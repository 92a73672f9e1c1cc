"""Runs one job again, or at once if it waits for its next attempt."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.permissions import Principal
from executions.engine.waking import wake_slots
from executions.models import Execution, ExecutionStatus, Job, JobStatus, Retry, RetryStatus
from executions.services.locking import Controlled, lock_execution
from executions.services.requeueing import jobs_requeue, refuse_own_worker
from mino.common.errors import InvalidState


def job_retry(job_id: uuid.UUID, *, user: Principal | None) -> Controlled:
    """Run a job again that has failed or was skipped; let one that waits for its next attempt have it at once.

    While its execution is paused it waits for the resume all the same. A job that waits for a free slot or runs is left
    alone: `affected_jobs` is 0 then. Raises InvalidState when the job has completed or was stopped, or when nobody
    would run it any more, PermissionDenied.
    """
    with transaction.atomic():
        execution_id = Job.objects.values_list("execution_id", flat=True).get(pk=job_id)
        execution, _ = lock_execution(execution_id, user)
        status = Job.objects.filter(pk=job_id).select_for_update().values_list("status", flat=True).get()
        if status in (JobStatus.QUEUED, JobStatus.RUNNING):
            return Controlled(execution)
        if status in (JobStatus.ERROR, JobStatus.SKIPPED):
            return jobs_requeue(execution_id, user=user, jobs=[job_id])
        if status == JobStatus.RETRYING:
            refuse_own_worker(execution)
            return _hurry(execution, job_id, user)
        raise InvalidState(
            f"This row is in the state {status}: only rows that failed, were skipped or wait can be retried. "
            "Run it in a new execution."
        )


def _hurry(execution: Execution, job_id: uuid.UUID, user: Principal | None) -> Controlled:
    """Make the next attempt at a job due now."""
    now = timezone.now()
    mine = Job.objects.filter(pk=job_id)
    waiting = Retry.objects.filter(job=job_id, status=RetryStatus.PENDING, scheduled_for__gt=now)
    moved = waiting.update(scheduled_for=now)
    mine.filter(next_retry_at__gt=now).update(next_retry_at=now)
    if moved:
        row = mine.values_list("row_position", flat=True).get()
        record("job.hurried", execution, organization=execution.organization_id, after={"row": row}, by=user)
    if execution.status == ExecutionStatus.RUNNING:
        wake_slots(moved)
    return Controlled(execution, moved)
